import type { CacheWatcher } from './cache-watcher.ts'

/** Source: storage/cacher/cacher.go. */
const defaultPeriodMs = 60_000
const beforeDeadlineMs = 2_000
const tickMs = 1_000

/** When which watcher gets a bookmark. */
export class Bookmarks {
  readonly #periodMs: number
  readonly #requestProgress: () => void
  readonly #dueMs = new Map<CacheWatcher, number>()
  #wanted: CacheWatcher[] = []
  #ticker: NodeJS.Timeout | undefined

  constructor(requestProgress: () => void, periodMs = defaultPeriodMs) {
    this.#requestProgress = requestProgress
    this.#periodMs = periodMs
  }

  add(watcher: CacheWatcher): void {
    if (!watcher.options.allowWatchBookmarks) return
    this.#dueMs.set(watcher, this.#next(watcher))
    this.#ticker ??= setInterval(
      () => {
        this.#tick()
      },
      Math.min(tickMs, this.#periodMs),
    ).unref()
  }

  delete(watcher: CacheWatcher): void {
    if (!this.#dueMs.delete(watcher) || this.#dueMs.size > 0) return
    clearInterval(this.#ticker)
    this.#ticker = undefined
    this.#wanted = []
  }

  /** All events up to `revision` were given to the watchers. */
  reached(revision: number): void {
    if (this.#wanted.length === 0) return
    const wanted = this.#wanted
    this.#wanted = []
    for (const watcher of wanted) watcher.bookmark(revision)
  }

  #tick(): void {
    const now = Date.now()
    for (const [watcher, dueMs] of this.#dueMs)
      if (dueMs <= now) {
        this.#wanted.push(watcher)
        this.#dueMs.set(watcher, this.#next(watcher))
      }
    // The bookmarks go out with the answer: only then is it known how far the store has come
    if (this.#wanted.length) this.#requestProgress()
  }

  #next({ options }: CacheWatcher): number {
    const now = Date.now()
    const last = (options.deadlineMs ?? Infinity) - beforeDeadlineMs
    return last > now ? Math.min(last, now + this.#periodMs) : now + this.#periodMs
  }
}
