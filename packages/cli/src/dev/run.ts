import { existsSync } from 'node:fs'
import { join } from 'node:path'
import colors from 'picocolors'
import { Process } from './process.ts'

export interface RunOptions {
  readonly flags: readonly string[]
  /** For the controller. */
  readonly kubeconfig: string
  readonly server: boolean
  readonly controller: boolean
  /** Whether {@link Run.reload} will be called. */
  readonly watch: boolean
}

/** A server and its controller, started and stopped together. */
export class Run {
  readonly #server: Process | undefined
  readonly #controller: Process | undefined
  #change = Promise.resolve()
  #stopping = false
  exitCode = 0
  /** The server has ended, and nobody waits for a change. */
  onEnd: () => void = () => undefined

  constructor(directory: string, { flags, kubeconfig, server, controller, watch }: RunOptions) {
    if (server) {
      this.#server = new Process({ directory, script: 'server/main.ts', flags, reloads: watch })
      this.#server.onExit = (code) => {
        // A signal from the terminal reaches the server as soon as it reaches this process.
        if (this.#stopping) return
        complain(`the server ended with code ${String(code)}${watch ? '; waiting for a change' : ''}`)
        this.exitCode = 1
        if (!watch) this.onEnd()
      }
    }
    const script = 'controller/main.ts'
    if (controller && existsSync(join(directory, script))) {
      this.#controller = new Process({ directory, script, environment: { KUBECONFIG: kubeconfig } })
      this.#controller.onExit = (code) => {
        if (!this.#stopping)
          complain(`the controller ended with code ${String(code)}${watch ? '; waiting for a change' : ''}`)
      }
    }
  }

  start(): Promise<void> {
    return this.#next(() => this.#start())
  }

  /** Takes up what has changed: paths in the project. The server keeps its connections; where that cannot be, it starts anew. */
  reload(changed: readonly string[]): Promise<void> {
    const isIn = (...folders: string[]): boolean => changed.some((path) => folders.some((f) => path.startsWith(f)))
    return this.#next(async () => {
      if (this.#stopping) return
      const concernsServer = isIn('apis/', 'server/')
      if (this.#server && concernsServer && !(await this.#reloadServer(isIn('server/storage/')))) return
      if (this.#server?.isRunning === false || !isIn('apis/', 'controller/')) return
      await this.#controller?.stop()
      await this.#controller?.start()
    })
  }

  stop(): Promise<void> {
    this.#stopping = true
    return this.#next(() => this.#stop())
  }

  /** True when the server runs with what has changed, and the controller does not yet. */
  async #reloadServer(anew: boolean): Promise<boolean> {
    const began = performance.now()
    // What is open is of the former class: two of them would not know of each other.
    const reply = anew ? ({ outcome: 'restart' } as const) : await this.#server?.reload()
    switch (reply?.outcome) {
      case 'reloaded':
        process.stdout.write(`Reloaded in ${(performance.now() - began).toFixed(0)} ms\n`)
        return true
      case 'failed':
        complain(`${reply.why}\nThe server goes on as it was before the change.`)
        return false
      default:
        await this.#stop()
        await this.#start()
        return false
    }
  }

  async #start(): Promise<void> {
    this.#stopping = false
    this.exitCode = 0
    if (!this.#server || (await this.#server.start('Ready at '))) await this.#controller?.start()
  }

  async #stop(): Promise<void> {
    await this.#controller?.stop()
    await this.#server?.stop()
  }

  /** One change after the other. */
  #next(change: () => Promise<void>): Promise<void> {
    return (this.#change = this.#change.then(change))
  }
}

const complain = (text: string): void => {
  process.stderr.write(`${colors.red('error:')} ${text}\n`)
}
