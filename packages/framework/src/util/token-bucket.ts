import { systemClock, type Clock } from './clock.ts'

/** So many a second, after a first burst. */
export class TokenBucket {
  readonly #perMs: number
  readonly #burst: number
  readonly #clock: Clock
  /** Below zero: what is promised already. */
  #tokens: number
  #refilledAt: number

  constructor(perSecond: number, burst: number, clock: Clock = systemClock) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#clock = clock
    this.#tokens = burst
    this.#refilledAt = clock.now()
  }

  /** Takes one, and tells after how many milliseconds it may be used. */
  take(): number {
    const now = this.#clock.now()
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#refilledAt) * this.#perMs)
    this.#refilledAt = now
    this.#tokens--
    return Math.max(0, -this.#tokens / this.#perMs)
  }

  /** One that was taken is not used. */
  giveBack(): void {
    this.#tokens++
  }
}
