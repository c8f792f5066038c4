/** What one second adds, and the most that is kept. Source: storage/cacher/time_budget.go. */
const refillMsPerSecond = 50
const maxMs = 100

/** The time that the dispatch of events may wait for slow watchers, shared by all of them. */
export class TimeBudget {
  readonly #now: () => number
  #left = maxMs
  #at: number

  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#at = now()
  }

  /** Takes all there is, in milliseconds. */
  take(): number {
    const now = this.#now()
    const budget = Math.min(maxMs, this.#left + (Math.max(0, now - this.#at) * refillMsPerSecond) / 1000)
    this.#at = now
    this.#left = 0
    return budget
  }

  giveBack(unusedMs: number): void {
    this.#left = Math.min(maxMs, this.#left + Math.max(0, unusedMs))
  }
}
