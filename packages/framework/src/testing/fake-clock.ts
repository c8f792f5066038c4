import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, Timer } from '../util/clock.ts'

interface Planned {
  readonly at: number
  readonly number: number
  readonly callback: () => void
}

/**
 * A clock whose time passes only when a test says so: for whatever takes a {@link Clock}, such as a Manager, a WorkQueue,
 * an Informer or a LeaderElector.
 *
 * ```ts
 * const clock = new FakeClock()
 * queue.addAfter('a', 60_000)
 * await clock.advance(60_000)
 * ```
 */
export class FakeClock implements Clock {
  readonly #startedAt: number
  readonly #planned = new Set<Planned>()
  #now = 0
  #count = 0

  /** `date`: the time of day at the beginning. */
  constructor(date: Date | string = '2026-01-01T00:00:00Z') {
    this.#startedAt = new Date(date).getTime()
  }

  now(): number {
    return this.#now
  }

  date(): Date {
    return new Date(this.#startedAt + this.#now)
  }

  after(delayMs: number, callback: () => void): Timer {
    const planned = { at: this.#now + Math.max(0, delayMs), number: this.#count++, callback }
    this.#planned.add(planned)
    return { cancel: () => void this.#planned.delete(planned) }
  }

  /** Timers that are still to come. */
  get pending(): number {
    return this.#planned.size
  }

  /** How long until the next timer, in milliseconds; undefined when there is none. */
  get nextMs(): number | undefined {
    const next = this.#next()
    return next && Math.max(0, next.at - this.#now)
  }

  /** Lets the time pass: each timer in its turn, and what follows from it before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) {
      this.#now = Math.max(this.#now, next.at)
      this.#planned.delete(next)
      next.callback()
      await nextTurn()
    }
    this.#now = end
    await nextTurn()
  }

  /** The time passes and no timer runs, as for a process that was stopped. The timers are late then: {@link advance} runs them. */
  skip(ms: number): void {
    this.#now += ms
  }

  #next(): Planned | undefined {
    let first: Planned | undefined
    for (const planned of this.#planned)
      if (!first || planned.at < first.at || (planned.at === first.at && planned.number < first.number)) first = planned
    return first
  }
}
