import { StatusError } from '../../meta/status.ts'

/** Whether the cache can serve. Source: storage/cacher/{ready,cacher}.go. */
export class Readiness {
  #ready = false
  #stopped = false
  #failure: unknown
  #downSinceMs = Date.now()
  #waiting: (() => void)[] = []

  get ready(): boolean {
    return this.#ready && !this.#stopped
  }

  up(): void {
    this.#ready = true
    this.#failure = undefined
    this.#wake()
  }

  down(failure: unknown): void {
    if (this.#ready) this.#downSinceMs = Date.now()
    this.#ready = false
    this.#failure = failure
  }

  stop(): void {
    this.#stopped = true
    this.#wake()
  }

  /** Throws 429 while the cache begins, and an Error when it is stopped. */
  check(): void {
    this.checkStopped()
    if (this.#ready) return
    const downSeconds = (Date.now() - this.#downSinceMs) / 1000
    const why = this.#failure instanceof Error ? `: ${this.#failure.message}` : ''
    const retryAfterSeconds = Math.floor(Math.min(Math.max(Math.exp(0.06 * downSeconds), 1), 30))
    throw StatusError.tooManyRequests(`storage is (re)initializing${why}`, retryAfterSeconds)
  }

  checkStopped(): void {
    if (this.#stopped) throw new Error('apiserver cacher is stopped')
  }

  async wait(signal?: AbortSignal): Promise<void> {
    while (!this.#ready) {
      this.checkStopped()
      signal?.throwIfAborted()
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
        signal?.addEventListener('abort', () => {
          resolve()
        })
      })
    }
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
