import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A child whose output goes into a file. It gets no environment but PATH, HOME and TMPDIR. */
export class LoggedProcess {
  readonly name: string
  readonly #binary: string
  readonly #flags: readonly string[]
  readonly #log: string
  readonly #cwd: string | undefined
  #child: ChildProcess | undefined

  constructor(name: string, binary: string, flags: readonly string[], log: string, cwd?: string) {
    this.name = name
    this.#binary = binary
    this.#flags = flags
    this.#log = log
    this.#cwd = cwd
  }

  /** Starts it, and waits until `isReady` says so. */
  async start(isReady: () => Promise<boolean>, timeoutMs = 120_000): Promise<void> {
    const log = openSync(this.#log, 'a')
    const { PATH, HOME, TMPDIR } = process.env
    const child = spawn(this.#binary, this.#flags, {
      cwd: this.#cwd,
      stdio: ['ignore', log, log],
      env: { PATH, HOME, TMPDIR },
    })
    closeSync(log)
    this.#child = child
    const failures: Error[] = []
    child.once('error', (error) => failures.push(error))
    const deadline = Date.now() + timeoutMs
    while (!(await isReady().catch(() => false))) {
      if (failures[0]) throw failures[0]
      if (child.exitCode !== null)
        throw new Error(`${this.name} has ended with ${String(child.exitCode)}:\n${this.tail()}`)
      if (Date.now() > deadline)
        throw new Error(`${this.name} was not ready in ${String(timeoutMs)} ms:\n${this.tail()}`)
      await sleep(50)
    }
  }

  /** Of all its runs. */
  log(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : ''
  }

  /** It was started, and does not run any more. */
  get ended(): boolean {
    return this.#child !== undefined && (this.#child.exitCode !== null || this.#child.signalCode !== null)
  }

  /** The end of its log. */
  tail(): string {
    return this.log().split('\n').slice(-30).join('\n')
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM', patienceMs = 10_000): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    await exit
    clearTimeout(timer)
  }
}
