import type { Clock, Timer } from '../util/clock.ts'

/** Calls once when nothing was heard for too long. A timer for each thing that is heard would cost more than the things. */
export class StallWatchdog {
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #onStall: () => void
  #heardAt: number
  #timer: Timer | undefined

  /** Does nothing before {@link arm}. */
  constructor(clock: Clock, limitMs: number, onStall: () => void) {
    this.#clock = clock
    this.#limitMs = limitMs
    this.#onStall = onStall
    this.#heardAt = clock.now()
  }

  arm(): void {
    this.heard()
    this.#timer ??= this.#clock.after(this.#limitMs, () => this.#look(), { keepAlive: false })
  }

  heard(): void {
    this.#heardAt = this.#clock.now()
  }

  close(): void {
    this.#timer?.cancel()
  }

  #look(): void {
    const leftMs = this.#heardAt + this.#limitMs - this.#clock.now()
    if (leftMs > 0) this.#timer = this.#clock.after(leftMs, () => this.#look(), { keepAlive: false })
    else this.#onStall()
  }
}
