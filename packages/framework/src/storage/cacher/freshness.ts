/** Source: storage/cacher/{watch_cache,progress}.go. */
const progressPeriodMs = 100

interface Waiting {
  readonly revision: number
  readonly done: (reached: boolean) => void
}

/** How far the cache has come, and who waits for it to come further. */
export class Freshness {
  readonly #requestProgress: () => void
  readonly #waiting = new Set<Waiting>()
  #revision = 0
  #asking: NodeJS.Timeout | undefined

  constructor(requestProgress: () => void) {
    this.#requestProgress = requestProgress
  }

  /** Everything up to here was seen. */
  get revision(): number {
    return this.#revision
  }

  advance(revision: number): void {
    if (revision <= this.#revision) return
    this.#revision = revision
    for (const waiting of this.#waiting) if (waiting.revision <= revision) waiting.done(true)
  }

  /** The cache begins anew at this revision, which may be an older one: another store may stand there now. */
  restart(revision: number): void {
    this.#revision = revision
  }

  /** Resolves to false after `timeoutMs`, and when the signal aborts. */
  reaches(revision: number, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (revision <= this.#revision) return Promise.resolve(true)
    if (signal?.aborted) return Promise.resolve(false)
    return new Promise((resolve) => {
      const done = (reached: boolean): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', give)
        this.#waiting.delete(waiting)
        if (this.#waiting.size === 0) this.#stopAsking()
        resolve(reached)
      }
      const give = (): void => {
        done(false)
      }
      const waiting = { revision, done }
      const timer = setTimeout(give, timeoutMs)
      signal?.addEventListener('abort', give)
      this.#waiting.add(waiting)
      if (this.#asking) return
      this.#asking = setInterval(this.#requestProgress, progressPeriodMs)
      this.#requestProgress()
    })
  }

  /** Ends all waiting. */
  giveUp(): void {
    for (const waiting of this.#waiting) waiting.done(false)
  }

  #stopAsking(): void {
    clearInterval(this.#asking)
    this.#asking = undefined
  }
}
