import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { findProject } from '../project/project.ts'
import { outputOf } from '../project/tool.ts'
import { Changes, type SourceFile } from '../scaffold/changes.ts'
import { renderTemplate } from '../scaffold/render-template.ts'
import { threeWayMerge } from '../scaffold/three-way-merge.ts'
import { carryOut, withWritingOptions, type WritingArguments } from '../scaffold/writing.ts'
import { UserError } from '../user-error.ts'
import { cliVersion } from './version.ts'

interface Arguments extends WritingArguments {
  from?: string
  check: boolean
}

export const upgrade: CommandModule<object, Arguments> = {
  command: 'upgrade',
  describe: 'Brings what newer templates have into the project, beside your own changes',
  builder: (yargs) =>
    withWritingOptions(yargs)
      .option('from', {
        type: 'string',
        describe:
          'a folder with the templates that the project was made from; default: their version, from the registry',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'only says whether there is something to do: 1 if so',
      }),
  handler: (argv) => {
    const project = findProject(process.cwd())
    const made = typeof project.settings['templates'] === 'string' ? project.settings['templates'] : '0.1.0'
    const changes = new Changes(project.directory)
    const names = { 'example.com': project.domain, 'widget-project': project.name }
    const conflicts =
      made === cliVersion && argv.from === undefined
        ? []
        : withTemplates(argv.from, made, (old) =>
            mergeInto(
              changes,
              changes.withHeaders(renderTemplate('project', names, {}, old)),
              changes.withHeaders(renderTemplate('project', names)),
            ),
          )
    const pending = changes.list.some(({ action }) => action !== 'unchanged')
    if (argv.check) {
      process.stdout.write(
        pending
          ? `The templates of ${cliVersion} have changes: run \`apiserver-kit upgrade\`\n`
          : 'Nothing to change: everything is there already.\n',
      )
      if (pending) process.exitCode = 1
      return
    }
    carryOut(changes, argv, ['npm install', 'npm test'])
    if (conflicts.length)
      throw new UserError(
        `${conflicts.join(', ')}: both sides changed the same lines. ${argv['dry-run'] ? 'There would be' : 'There are'} markers (<<<<<<<) to settle by hand`,
      )
  },
}

/** The old templates, for as long as `use` takes. */
function withTemplates<R>(given: string | undefined, version: string, use: (folder: string) => R): R {
  if (given !== undefined) {
    const folder = resolve(given)
    if (!existsSync(join(folder, 'project'))) throw new UserError(`--from ${given}: there is no folder project in it`)
    return use(folder)
  }
  const folder = mkdtempSync(join(tmpdir(), 'apiserver-kit-templates-'))
  try {
    const [packed] = JSON.parse(
      outputOf(folder, ['npm', 'pack', `@apiserver-kit/cli@${version}`, '--json', '--pack-destination', folder]),
    ) as [{ filename: string }]
    outputOf(folder, ['tar', '-xzf', packed.filename])
    return use(join(folder, 'package/templates'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Makes of each file what is to become of it; answers those with conflicts. */
function mergeInto(changes: Changes, old: readonly SourceFile[], now: readonly SourceFile[]): string[] {
  const conflicts: string[] = []
  for (const path of new Set([...old, ...now].map((file) => file.path))) {
    const base = old.find((file) => file.path === path)?.text
    const theirs = now.find((file) => file.path === path)?.text
    const mine = changes.read(path)
    if (base === theirs) continue
    if (mine === undefined) {
      // What was taken away on purpose stays away.
      if (base === undefined && theirs !== undefined) changes.create([{ path, text: theirs }])
    } else if (theirs === undefined) {
      if (mine === base) changes.remove([path])
    } else if (mine === base) changes.replace([{ path, text: theirs }])
    else if (mine !== theirs) {
      const merged = threeWayMerge(mine, base ?? '', theirs)
      if (merged.conflicts) conflicts.push(path)
      changes.replace([{ path, text: merged.text }])
    }
  }
  return conflicts
}
