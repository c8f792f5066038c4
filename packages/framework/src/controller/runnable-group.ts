import { setMaxListeners } from 'node:events'
import type { ControllerContext } from './controller.ts'

/** Something that runs as long as the Manager does: a controller, or anything of the author's. */
export interface Runnable {
  /** Whether this is for the leader alone, where there is leader election. Default true. */
  readonly needLeaderElection?: boolean
  /** Must end soon after the signal aborts. A failure stops the Manager; an early end does not. */
  start(signal: AbortSignal, context: ControllerContext): Promise<void>
  /** Called before this process is the leader. */
  warmUp?(context: ControllerContext): void
}

interface RunnableGroupOptions {
  readonly context: ControllerContext
  /** Gets what the first runnable that failed has thrown. */
  readonly onFailure: (error: Error) => void
}

/** Runnables that start and stop together. What is added before the start waits for it. */
export class RunnableGroup {
  readonly #options: RunnableGroupOptions
  readonly #stop = new AbortController()
  readonly #waiting: Runnable[] = []
  readonly #running = new Set<Promise<void>>()
  #started = false

  constructor(options: RunnableGroupOptions) {
    this.#options = options
    // Each worker and each of its calls listens: many are no leak.
    setMaxListeners(0, this.#stop.signal)
  }

  add(runnable: Runnable): void {
    if (this.#started) this.#run(runnable)
    else this.#waiting.push(runnable)
  }

  warmUp(): void {
    for (const runnable of this.#waiting) runnable.warmUp?.(this.#options.context)
  }

  start(): void {
    if (this.#stop.signal.aborted) return
    this.#started = true
    for (const runnable of this.#waiting.splice(0)) this.#run(runnable)
  }

  /** Resolves when all have ended. May be called twice. The reason is that of the signal: why they have to stop. */
  async stop(reason?: Error): Promise<void> {
    this.#stop.abort(reason)
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #run(runnable: Runnable): void {
    const { context, onFailure } = this.#options
    const { signal } = this.#stop
    const running = Promise.resolve()
      .then(() => runnable.start(signal, context))
      .catch((err: unknown) => {
        if (signal.aborted) context.logger.error({ err }, 'Error received after stop sequence was engaged')
        else onFailure(err instanceof Error ? err : new Error(String(err)))
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }
}
