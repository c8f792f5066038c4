import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The CLI as tests run it: `spawn(process.execPath, [main, …])`. */
export const main = join(import.meta.dirname, 'recorded-cli/main.js')

const folder = mkdtempSync(join(tmpdir(), 'apiserver-kit-runs-'))
const file = join(folder, 'runs')
// For all that this process spawns.
process.env['APISERVER_KIT_RUNS'] = file
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true })
})

/** One run of the CLI: what was typed behind its name, and with which code it ended. */
export interface CliCall {
  readonly words: readonly string[]
  readonly code: number
}

/** All that have ended since this process began. */
export const cliCalls = (): CliCall[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as CliCall)
    : []
