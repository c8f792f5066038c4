import colors from 'picocolors'
import type { Argv } from 'yargs'
import type { Change, Changes } from './changes.ts'
import { managerOf, typedWith } from './package-manager.ts'

/** The flags of all commands that write. */
export interface WritingArguments {
  'dry-run': boolean
  json: boolean
}

export const withWritingOptions = <T>(yargs: Argv<T>): Argv<T & WritingArguments> =>
  yargs
    .option('dry-run', { type: 'boolean', default: false, describe: 'shows what would change, and changes nothing' })
    .option('json', { type: 'boolean', default: false, describe: 'says what was done as JSON' })

/** Writes the changes, or shows them, and says so. `lines` are about what to do then, for whoever uses npm. */
export function carryOut(changes: Changes, options: WritingArguments, lines: readonly string[] = []): void {
  const manager = managerOf(changes)
  const next = lines.map((line) => typedWith(manager, line))
  const list = changes.list
  if (!options['dry-run']) changes.write()
  process.stdout.write(options.json ? asJson(list, options, next) : asText(list, options, next))
}

function asJson(list: readonly Change[], options: WritingArguments, next: readonly string[]): string {
  const report = {
    dryRun: options['dry-run'],
    changes: list.map(({ path, action, diff }) => ({ path, action, ...(options['dry-run'] ? { diff } : {}) })),
    next,
  }
  return `${JSON.stringify(report, undefined, 2)}\n`
}

function asText(list: readonly Change[], options: WritingArguments, next: readonly string[]): string {
  const changed = list.filter(({ action }) => action !== 'unchanged')
  if (!changed.length) return 'Nothing to change: everything is there already.\n'
  if (options['dry-run'])
    return `${changed.map(({ path, diff, action }) => diff || `${action} ${path} (not shown)\n`).join('')}${summary(changed)}; nothing was changed (--dry-run)\n`
  const lines = changed.map(({ path, action }) => `  ${colored[action](action)} ${path}`)
  return `${[...lines, ...(next.length ? ['Next:', ...next.map((line) => `  ${line}`)] : [])].join('\n')}\n`
}

const colored = { create: colors.green, update: colors.yellow, delete: colors.red, unchanged: colors.dim } as const

function summary(changed: readonly Change[]): string {
  const count = (action: Change['action']): string =>
    String(changed.filter((change) => change.action === action).length)
  return `${count('create')} to create, ${count('update')} to update, ${count('delete')} to delete`
}
