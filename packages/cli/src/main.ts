#!/usr/bin/env node
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import colors from 'picocolors'
import { commands } from './commands/index.ts'
import { cliVersion } from './commands/version.ts'
import { UsageError, UserError } from './user-error.ts'

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
// What is thrown goes on; what yargs itself finds wrong has a message only.
parser.fail((message, error: Error | undefined) => {
  throw error ?? new UsageError(`${message}\nRun with --help to see all commands and flags.`)
})
try {
  await parser.parseAsync()
} catch (error) {
  process.stderr.write(`${colors.red('error:')} ${explanation(error)}\n`)
  process.exitCode = error instanceof UserError ? error.exitCode : 1
}

/** What the user did wrong in one line; a mistake of ours with its stack. */
function explanation(error: unknown): string {
  if (error instanceof UserError) return error.message
  if (!(error instanceof Error)) return String(error)
  return error.stack ?? error.message
}
