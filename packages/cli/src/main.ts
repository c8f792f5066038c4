#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import colors from 'picocolors'
import { commands } from './commands/index.ts'
import { UserError } from './user-error.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const parser = yargs(hideBin(process.argv))
  .scriptName('apiserver-kit')
  .version(version)
  .strict()
  .demandCommand(1)
  .help()
for (const command of commands) parser.command(command)
parser.fail((message, error) => {
  const text = error instanceof UserError || !(error as Error | undefined) ? message || error.message : undefined
  process.stderr.write(`${colors.red('error:')} ${text ?? String(error.stack)}\n`)
  if (!(error as Error | undefined)) process.stderr.write('Run with --help to see all commands and flags.\n')
  process.exit(1)
})
await parser.parseAsync()
