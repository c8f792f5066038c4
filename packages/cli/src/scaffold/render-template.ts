import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../user-error.ts'

/** Beside the program in a published package, at the root of the repository before that. */
const templates = ['../../templates', '../../../../templates']
  .map((place) => fileURLToPath(new URL(place, import.meta.url)))
  .find((place) => existsSync(place))

/**
 * Copies a template and renames what it is about: every key of `names`, where it stands as a whole word or at the begin of one in CamelCase,
 * becomes its value. Writes everything or, when a file is in the way, nothing. Answers the files written, relative to `target`.
 */
export function renderTemplate(template: string, target: string, names: Readonly<Record<string, string>>): string[] {
  if (templates === undefined) throw new Error('the package was built without its templates')
  const root = join(templates, template)
  const renamed = renamer(names)
  const files = filesBelow(root).map((source) => ({
    path: renamed(relative(root, source)).replace(/(^|\/)_/g, '$1.'),
    text: renamed(readFileSync(source, 'utf8')),
  }))
  const inTheWay = files.filter(({ path }) => existsSync(join(target, path)))
  if (inTheWay.length)
    throw new UserError(`${inTheWay.map(({ path }) => path).join(', ')} is there already: nothing was changed`)
  for (const { path, text } of files) {
    mkdirSync(dirname(join(target, path)), { recursive: true })
    writeFileSync(join(target, path), text)
  }
  return files.map(({ path }) => path).sort()
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
