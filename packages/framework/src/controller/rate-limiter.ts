/** How long an item that failed has to wait. Source: client-go util/workqueue. */
export interface RateLimiter {
  /** Milliseconds; counts one more failure. */
  when(key: string): number
  /** It went well: the next failure is the first. */
  forget(key: string): void
  /** Failures counted. */
  numRequeues(key: string): number
}

/** Waits that double with every failure of an item. Default 5 ms up to 1000 s, as in controller-runtime. */
export class ExponentialFailureRateLimiter implements RateLimiter {
  readonly #failures = new Map<string, number>()
  readonly #baseMs: number
  readonly #maxMs: number

  constructor(baseMs = 5, maxMs = 1_000_000) {
    this.#baseMs = baseMs
    this.#maxMs = maxMs
  }

  when(key: string): number {
    const failures = this.numRequeues(key)
    this.#failures.set(key, failures + 1)
    return Math.min(this.#maxMs, this.#baseMs * 2 ** failures)
  }

  forget(key: string): void {
    this.#failures.delete(key)
  }

  numRequeues(key: string): number {
    return this.#failures.get(key) ?? 0
  }
}
