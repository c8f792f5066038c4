#!/usr/bin/env node
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import colors from 'picocolors'
import { commands } from './commands/index.ts'
import { cliVersion } from './commands/version.ts'
import { suggestionFor } from './suggestion.ts'
import { UsageError, UserError } from './user-error.ts'

const isByYargs = /^(Unknown|Not enough|Invalid values|Something is missing|Missing dependent|Too many)/

const parser = yargs(hideBin(process.argv))
  .scriptName('apiserver-kit')
  .version(cliVersion)
  .strict()
  .demandCommand(1)
  .help()
  .option('color', { type: 'boolean', describe: 'default: on a terminal, unless NO_COLOR is set' })
  .epilogue(
    'Ends with 0 when all is well, 1 when something failed, 2 when the command line is wrong, 130 when interrupted.',
  )
  // Scripts of `completion` ask by it.
  .completion('get-completions', false)
for (const command of commands) parser.command(command)
// yargs would take an empty text, or the default.
parser.middleware((argv) => {
  const words = hideBin(process.argv)
  const bare = words.find(
    (word, i) =>
      /^--[a-z-]+$/.test(word) &&
      (words[i + 1] ?? '--').startsWith('--') &&
      Object.hasOwn(argv, word.slice(2)) &&
      ['string', 'number', 'undefined'].includes(typeof argv[word.slice(2)]),
  )
  if (bare !== undefined) throw new UsageError(`${bare} needs a value: ${bare} VALUE`)
}, true)
// What is thrown goes on; what yargs itself finds wrong has a message only.
parser.fail((message, error: Error | undefined, usage: unknown) => {
  if (error || !message.startsWith('Not enough')) throw error ?? new UsageError(message)
  const [line = ''] = (usage as { help(): string }).help().split('\n')
  throw new UsageError(`Something is missing. Type: ${line}`)
})
try {
  await parser.parseAsync()
} catch (error) {
  process.stderr.write(`${colors.red('error:')} ${explanation(error)}\n${await advice(error)}`)
  process.exitCode = error instanceof UserError ? error.exitCode : 1
}

/** Where yargs alone knows what is wrong, and not what to type. */
async function advice(error: unknown): Promise<string> {
  if (!(error instanceof UsageError) || !isByYargs.test(error.message)) return ''
  const completions = (words: readonly string[]): Promise<readonly string[]> =>
    parser.getCompletion(['apiserver-kit', ...words])
  const meant = await suggestionFor(error.message, hideBin(process.argv), completions)
  return `${meant === undefined ? '' : `Did you mean ${meant}?\n`}Run with --help to see all commands and flags.\n`
}

/** What the user did wrong in one line; a mistake of ours with its stack. */
function explanation(error: unknown): string {
  if (error instanceof UserError) return error.message
  if (!(error instanceof Error)) return String(error)
  return error.stack ?? error.message
}
