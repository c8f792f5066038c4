import { ExponentialFailureRateLimiter, type RateLimiter } from './rate-limiter.ts'

export interface WorkQueueOptions<T> {
  /** Items with the same key are the same. Default: the item as text. */
  readonly keyOf?: (item: T) => string
  readonly rateLimiter?: RateLimiter
  readonly observer?: QueueObserver
}

/** Counts what a queue does. Times are in seconds. */
export interface QueueObserver {
  attached(queue: WorkQueue<unknown>): void
  added(): void
  /** Added with the delay of its failures. */
  retried(): void
  taken(waitedSeconds: number): void
  done(workedSeconds: number): void
}

interface Waiting {
  /** In milliseconds of performance.now(). */
  readonly readyAt: number
  readonly timer: NodeJS.Timeout
}

/** The longest that a timer of Node can wait. */
const maxTimerMs = 2 ** 31 - 1

/**
 * What is to be done, each item once: an item that is added while it waits is not added again, and one that is added
 * while somebody works on it comes again afterwards, once. No two workers ever have the same item.
 * Source: client-go util/workqueue.
 */
export class WorkQueue<T> {
  readonly #keyOf: (item: T) => string
  readonly #rateLimiter: RateLimiter
  readonly #observer: QueueObserver | undefined
  /** In the order to be worked on; a Map keeps that order. Items that are being worked on are not in it. */
  readonly #queue = new Map<string, T>()
  /** Added again while being worked on. */
  readonly #dirty = new Map<string, T>()
  /** Since when, in milliseconds of performance.now(). */
  readonly #processing = new Map<string, number>()
  /** Since when items wait for a worker; only where somebody counts. */
  readonly #addedAt = new Map<string, number>()
  readonly #waiting = new Map<string, Waiting>()
  readonly #getters: ((item: T | undefined) => void)[] = []
  readonly #drained: (() => void)[] = []
  #shuttingDown = false

  constructor(options: WorkQueueOptions<T> = {}) {
    this.#keyOf = options.keyOf ?? String
    this.#rateLimiter = options.rateLimiter ?? new ExponentialFailureRateLimiter()
    this.#observer = options.observer
    this.#observer?.attached(this as unknown as WorkQueue<unknown>)
  }

  /** Items that are ready and wait for a worker. */
  get length(): number {
    return this.#queue.size
  }

  get isShuttingDown(): boolean {
    return this.#shuttingDown
  }

  /** All the time that is being worked on what is not done yet. */
  unfinishedWorkSeconds(): number {
    const now = performance.now()
    let sum = 0
    for (const startedAt of this.#processing.values()) sum += now - startedAt
    return sum / 1000
  }

  longestRunningSeconds(): number {
    const now = performance.now()
    let longest = 0
    for (const startedAt of this.#processing.values()) longest = Math.max(longest, now - startedAt)
    return longest / 1000
  }

  add(item: T): void {
    if (this.#shuttingDown) return
    const key = this.#keyOf(item)
    if (this.#processing.has(key)) {
      if (this.#dirty.has(key)) return
      this.#dirty.set(key, item)
      this.#observer?.added()
    } else if (!this.#queue.has(key)) {
      this.#observer?.added()
      this.#push(key, item)
      this.#serve()
    }
  }

  /** Adds the item when the time has come; of two times for one item, the earlier. */
  addAfter(item: T, delayMs: number): void {
    if (this.#shuttingDown) return
    if (delayMs <= 0) {
      this.add(item)
      return
    }
    const key = this.#keyOf(item)
    const readyAt = performance.now() + delayMs
    const known = this.#waiting.get(key)
    if (known && known.readyAt <= readyAt) return
    clearTimeout(known?.timer)
    this.#arm(key, item, readyAt)
  }

  /** Adds the item after the time that its failures so far ask for. */
  addRateLimited(item: T): void {
    if (this.#shuttingDown) return
    this.#observer?.retried()
    this.addAfter(item, this.#rateLimiter.when(this.#keyOf(item)))
  }

  /** The item has no failures any more; it stays in the queue if it is there. */
  forget(item: T): void {
    this.#rateLimiter.forget(this.#keyOf(item))
  }

  numRequeues(item: T): number {
    return this.#rateLimiter.numRequeues(this.#keyOf(item))
  }

  /** The next item, which must be given back with {@link done}. Undefined when the queue is shut down and empty. */
  get(): Promise<T | undefined> {
    return new Promise((resolve) => {
      this.#getters.push(resolve)
      this.#serve()
    })
  }

  /** The work on the item has ended, well or not. */
  done(item: T): void {
    const key = this.#keyOf(item)
    const startedAt = this.#processing.get(key)
    if (startedAt === undefined) return
    this.#processing.delete(key)
    this.#observer?.done((performance.now() - startedAt) / 1000)
    const again = this.#dirty.get(key)
    if (again !== undefined || this.#dirty.has(key)) {
      this.#dirty.delete(key)
      this.#push(key, again ?? item)
    }
    this.#serve()
  }

  /** Takes no more items; workers get those that are ready, and then undefined. May be called twice. */
  shutDown(): void {
    this.#shuttingDown = true
    for (const { timer } of this.#waiting.values()) clearTimeout(timer)
    this.#waiting.clear()
    this.#serve()
  }

  /** As {@link shutDown}; resolves when the queue is empty and nobody works on an item. */
  shutDownWithDrain(): Promise<void> {
    const drained = new Promise<void>((resolve) => this.#drained.push(resolve))
    this.shutDown()
    return drained
  }

  #arm(key: string, item: T, readyAt: number): void {
    const delayMs = Math.min(maxTimerMs, Math.ceil(readyAt - performance.now()))
    const timer = setTimeout(() => {
      if (performance.now() < readyAt) {
        this.#arm(key, item, readyAt)
        return
      }
      this.#waiting.delete(key)
      this.add(item)
    }, delayMs)
    this.#waiting.set(key, { readyAt, timer })
  }

  #push(key: string, item: T): void {
    this.#queue.set(key, item)
    if (this.#observer) this.#addedAt.set(key, performance.now())
  }

  #take(key: string): void {
    const now = performance.now()
    this.#queue.delete(key)
    this.#processing.set(key, now)
    if (!this.#observer) return
    this.#observer.taken((now - (this.#addedAt.get(key) ?? now)) / 1000)
    this.#addedAt.delete(key)
  }

  #serve(): void {
    for (const [key, item] of this.#queue) {
      const getter = this.#getters.shift()
      if (!getter) return
      this.#take(key)
      getter(item)
    }
    if (!this.#shuttingDown || this.#queue.size > 0) return
    // An item that is dirty comes once more: whoever works on it asks again after that.
    for (const getter of this.#getters.splice(0)) getter(undefined)
    if (this.#processing.size === 0) for (const resolve of this.#drained.splice(0)) resolve()
  }
}
