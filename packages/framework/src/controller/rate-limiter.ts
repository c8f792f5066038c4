import type { Clock } from '../util/clock.ts'
import { TokenBucket } from '../util/token-bucket.ts'

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

/** So many items a second for all keys together, after a first burst. Source: client-go BucketRateLimiter. */
export class BucketRateLimiter implements RateLimiter {
  readonly #bucket: TokenBucket

  constructor(perSecond = 10, burst = 100, clock?: Clock) {
    this.#bucket = new TokenBucket(perSecond, burst, clock)
  }

  when(): number {
    return this.#bucket.take()
  }

  forget(): void {}

  numRequeues(): number {
    return 0
  }
}

/** Quick tries first, and slow ones after them. Source: client-go ItemFastSlowRateLimiter. */
export class FastSlowRateLimiter implements RateLimiter {
  readonly #failures = new Map<string, number>()
  readonly #options: { readonly fastMs: number; readonly slowMs: number; readonly maxFastAttempts: number }

  constructor(options: { readonly fastMs: number; readonly slowMs: number; readonly maxFastAttempts: number }) {
    this.#options = options
  }

  when(key: string): number {
    const failures = this.numRequeues(key) + 1
    this.#failures.set(key, failures)
    const { fastMs, slowMs, maxFastAttempts } = this.#options
    return failures <= maxFastAttempts ? fastMs : slowMs
  }

  forget(key: string): void {
    this.#failures.delete(key)
  }

  numRequeues(key: string): number {
    return this.#failures.get(key) ?? 0
  }
}

/** The longest wait that one of several asks for. Source: client-go MaxOfRateLimiter. */
export class MaxOfRateLimiter implements RateLimiter {
  readonly #limiters: readonly RateLimiter[]

  constructor(...limiters: readonly RateLimiter[]) {
    this.#limiters = limiters
  }

  when(key: string): number {
    return Math.max(0, ...this.#limiters.map((limiter) => limiter.when(key)))
  }

  forget(key: string): void {
    for (const limiter of this.#limiters) limiter.forget(key)
  }

  numRequeues(key: string): number {
    return Math.max(0, ...this.#limiters.map((limiter) => limiter.numRequeues(key)))
  }
}

/** Another limiter's waits, but none longer than this. Source: client-go WithMaxWaitRateLimiter. */
export class MaxWaitRateLimiter implements RateLimiter {
  readonly #limiter: RateLimiter
  readonly #maxMs: number

  constructor(limiter: RateLimiter, maxMs: number) {
    this.#limiter = limiter
    this.#maxMs = maxMs
  }

  when(key: string): number {
    return Math.min(this.#maxMs, this.#limiter.when(key))
  }

  forget(key: string): void {
    this.#limiter.forget(key)
  }

  numRequeues(key: string): number {
    return this.#limiter.numRequeues(key)
  }
}
