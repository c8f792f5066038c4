import { spawnSync } from 'node:child_process'
import { UserError } from '../user-error.ts'

/** A command line as one would type it. */
export const typed = (words: readonly string[]): string =>
  words.map((word) => (/^[\w./:@=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')

/** Runs a program of somebody else's; what it says goes to the error output, so that ours stays JSON. Throws a UserError when it fails. */
export function runTool(directory: string, words: readonly string[]): void {
  const [program = '', ...args] = words
  process.stderr.write(`$ ${typed(words)}\n`)
  const { status, error } = spawnSync(program, args, {
    cwd: directory,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (error) throw new UserError(`${program} is not installed, or not on PATH`)
  if (status !== 0) throw new UserError(`\`${typed(words)}\` failed: its own lines above say why`)
}

/** What such a program prints. */
export function outputOf(directory: string, words: readonly string[]): string {
  const [program = '', ...args] = words
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    shell: process.platform === 'win32',
  })
  if (error) throw new UserError(`${program} is not installed, or not on PATH`)
  if (status !== 0) throw new UserError(`\`${typed(words)}\` failed:\n${stderr}${stdout}`)
  return stdout
}
