import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SourceFile } from './changes.ts'
import { conditionalLines } from './conditional-lines.ts'

/** Beside the program in a published package, at the root of the repository before that. */
const templates = ['../../templates', '../../../../templates']
  .map((place) => fileURLToPath(new URL(place, import.meta.url)))
  .find((place) => existsSync(place))

/**
 * The files of a template with what it is about renamed: every key of `names`, where it stands as a whole word or at the begin of one in CamelCase,
 * becomes its value. A path that begins with `_` begins with a dot. Lines that stand under a condition are there when it holds.
 */
export function renderTemplate(
  template: string,
  names: Readonly<Record<string, string>>,
  conditions: Readonly<Record<string, boolean>> = {},
  from = templates,
): SourceFile[] {
  if (from === undefined) throw new Error('the package was built without its templates')
  const root = join(from, template)
  const renamed = renamer(names)
  return filesBelow(root).map((source) => ({
    path: renamed(relative(root, source).replaceAll(sep, '/')).replace(/(^|\/)_/g, '$1.'),
    text: renamed(conditionalLines(readFileSync(source, 'utf8'), conditions)),
  }))
}

function renamer(names: Readonly<Record<string, string>>): (text: string) => string {
  // One pass, the longest first: what was put in is never renamed again. A name in CamelCase may stand inside of one.
  const keys = Object.keys(names).sort((a, b) => b.length - a.length)
  const alternatives = keys.map((key) => (/^[A-Z]/.test(key) ? '' : '(?<![A-Za-z0-9])') + key.replaceAll('.', '\\.'))
  const pattern = new RegExp(`(${alternatives.join('|')})(?![a-z0-9])`, 'g')
  return (text) => text.replace(pattern, (key) => names[key] ?? key)
}

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(directory, entry.name)) : [join(directory, entry.name)],
  )
