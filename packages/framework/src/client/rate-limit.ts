import { pause, systemClock, type Clock } from '../util/clock.ts'
import { TokenBucket } from '../util/token-bucket.ts'

/** Makes requests wait, in their order, so that there are no more than so many a second. Source: client-go util/flowcontrol. */
export class RateLimit {
  readonly #bucket: TokenBucket
  readonly #clock: Clock

  constructor(qps: number, burst: number, clock: Clock = systemClock) {
    if (!(qps > 0) || !(burst >= 1)) throw new TypeError('qps must be positive and burst at least one')
    this.#bucket = new TokenBucket(qps, burst, clock)
    this.#clock = clock
  }

  /** Rejects with the signal's reason. */
  async wait(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const waitMs = this.#bucket.take()
    if (waitMs <= 0) return
    await pause(this.#clock, waitMs, signal)
    if (!signal?.aborted) return
    this.#bucket.giveBack()
    signal.throwIfAborted()
  }
}
