import { pause, systemClock, type Clock } from '../util/clock.ts'

export interface BackoffOptions {
  readonly initialMs: number
  readonly maxMs: number
  /** Default 2. */
  readonly factor?: number
  /** The most that chance adds, as a part of the delay. Default 1: up to twice as long. */
  readonly jitter?: number
  /** After this long without a wait, the next delay is the initial one again. */
  readonly resetAfterMs?: number
}

/** Delays that grow, so that a server in trouble is not asked at once by all its clients. Source: apimachinery wait.Backoff. */
export class Backoff {
  readonly #options: Required<BackoffOptions>
  readonly #clock: Clock
  #delayMs: number
  #waitedAt: number

  constructor(options: BackoffOptions, clock: Clock = systemClock) {
    this.#options = { factor: 2, jitter: 1, resetAfterMs: Infinity, ...options }
    this.#clock = clock
    this.#delayMs = options.initialMs
    this.#waitedAt = clock.now()
  }

  /** The next delay in milliseconds. */
  next(): number {
    const { initialMs, maxMs, factor, jitter, resetAfterMs } = this.#options
    const now = this.#clock.now()
    if (now - this.#waitedAt > resetAfterMs) this.#delayMs = initialMs
    this.#waitedAt = now
    const delayMs = this.#delayMs
    this.#delayMs = Math.min(maxMs, delayMs * factor)
    return delayMs * (1 + Math.random() * jitter)
  }

  /** Waits the next delay, but no less than `atLeastMs`. Ends early, without an error, when the signal aborts. */
  async wait(signal: AbortSignal, atLeastMs = 0): Promise<void> {
    await pause(this.#clock, Math.max(this.next(), atLeastMs), signal)
    this.#waitedAt = this.#clock.now()
  }
}
