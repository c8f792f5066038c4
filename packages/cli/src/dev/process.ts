import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Reload } from './host.ts'
import { logLine } from './log-line.ts'

const killAfterMs = 10_000
const host = fileURLToPath(new URL('./host.js', import.meta.url))
const leash = new URL('./leash.js', import.meta.url).href

export interface Program {
  /** Of the project; it is where `script` is found. */
  readonly directory: string
  readonly script: string
  readonly flags?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Whether {@link Process.reload} is wanted. */
  readonly reloads?: boolean
}

/** A TypeScript program of the project, as a process of its own whose output is passed on. */
export class Process {
  readonly #program: Program
  #child: ChildProcess | undefined
  #stopping = false
  /** Told of an end that nobody asked for. */
  onExit: (code: number | null) => void = () => undefined

  constructor(program: Program) {
    this.#program = program
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when a line begins with `readyLine` (or at once, without one): true; false when the process ends before that. */
  async start(readyLine?: string): Promise<boolean> {
    this.#stopping = false
    const { directory, script, flags = [], environment, reloads } = this.#program
    const args = ['--import', 'tsx', '--import', leash, ...(reloads ? [host] : []), script, ...flags]
    const child = spawn(process.execPath, args, {
      cwd: directory,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    this.#child = child
    // Whatever ends this process, nobody could stop that one any more.
    const end = (): boolean => child.kill('SIGTERM')
    process.once('exit', end)
    const exited = once(child, 'exit').then(([code]) => {
      process.off('exit', end)
      if (!this.#stopping) this.onExit(code as number | null)
      return false
    })
    const { stdout } = child
    const ready = new Promise<boolean>((resolve) => {
      if (stdout)
        createInterface({ input: stdout }).on('line', (line) => {
          // A program that reads this reads JSON.
          process.stdout.write(`${process.stdout.isTTY ? logLine(line) : line}\n`)
          if (readyLine !== undefined && line.startsWith(readyLine)) resolve(true)
        })
      if (readyLine === undefined) resolve(true)
    })
    return Promise.race([ready, exited])
  }

  /** Loads the program again in the process that runs. A process that ends over it has to be started again. */
  async reload(): Promise<Reload> {
    const child = this.#child
    if (!child || !this.isRunning) return { outcome: 'restart' }
    const exited = once(child, 'exit').then((): Reload => ({ outcome: 'restart' }))
    const reply = once(child, 'message').then(([message]) => message as Reload)
    child.send('reload')
    return Promise.race([reply, exited])
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
