import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const killAfterMs = 10_000

/** A TypeScript program of the project, as a process of its own whose output is passed on. */
export class Process {
  readonly name: string
  readonly #directory: string
  readonly #script: string
  readonly #flags: readonly string[]
  readonly #environment: Readonly<Record<string, string>>
  #child: ChildProcess | undefined
  #stopping = false
  /** Told of an end that nobody asked for. */
  onExit: (code: number | null) => void = () => undefined

  constructor(
    name: string,
    directory: string,
    script: string,
    flags: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.name = name
    this.#directory = directory
    this.#script = script
    this.#flags = flags
    this.#environment = environment
  }

  /** Resolves when a line begins with `readyLine` (or at once, without one): true; false when the process ends before that. */
  async start(readyLine?: string): Promise<boolean> {
    this.#stopping = false
    const child = spawn(process.execPath, ['--import', 'tsx', this.#script, ...this.#flags], {
      cwd: this.#directory,
      env: { ...process.env, ...this.#environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    const exited = once(child, 'exit').then(([code]) => {
      if (!this.#stopping) this.onExit(code as number | null)
      return false
    })
    const ready = new Promise<boolean>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        process.stdout.write(`${line}\n`)
        if (readyLine !== undefined && line.startsWith(readyLine)) resolve(true)
      })
      if (readyLine === undefined) resolve(true)
    })
    return Promise.race([ready, exited])
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#stopping = true
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
    clearTimeout(timer)
  }
}
