import { systemClock, type Clock, type Timer } from '../util/clock.ts'
import { PriorityOrder } from './priority-order.ts'
import { ExponentialFailureRateLimiter, type RateLimiter } from './rate-limiter.ts'

/** What a WorkQueue is made of. */
export interface WorkQueueOptions<T> {
  /** Items with the same key are the same. Default: the item as text. */
  readonly keyOf?: (item: T) => string
  readonly rateLimiter?: RateLimiter
  readonly observer?: QueueObserver
  /** Default: the machine's. */
  readonly clock?: Clock
}

/** With which priority an item is added. */
export interface AddOptions {
  /** Items of a higher priority come first. Of two priorities for one item, the higher counts. Default 0. */
  readonly priority?: number
}

/** For what nobody waits for: objects that were there at the start, and resyncs. Source: controller-runtime handler.LowPriority. */
export const lowPriority = -100

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
  /** In milliseconds of the clock. */
  readonly readyAt: number
  readonly priority: number
  readonly timer: Timer
}

interface Dirty<T> {
  readonly item: T
  readonly priority: number
}

/**
 * What is to be done, each item once: an item that is added while it waits is not added again, and one that is added
 * while somebody works on it comes again afterwards, once. No two workers ever have the same item. An item that is added
 * more than once comes at the earliest of the times and with the highest of the priorities.
 * Source: client-go util/workqueue, controller-runtime priorityqueue.
 */
export class WorkQueue<T> {
  readonly #keyOf: (item: T) => string
  readonly #rateLimiter: RateLimiter
  readonly #observer: QueueObserver | undefined
  readonly #clock: Clock
  /** Ready. Items that are being worked on are not in it. */
  readonly #ready = new PriorityOrder<T>()
  /** Added again while being worked on. */
  readonly #dirty = new Map<string, Dirty<T>>()
  readonly #processing = new Map<string, { readonly startedAt: number; readonly priority: number }>()
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
    this.#clock = options.clock ?? systemClock
    this.#observer?.attached(this as unknown as WorkQueue<unknown>)
  }

  /** Items that are ready and wait for a worker. */
  get length(): number {
    return this.#ready.size
  }

  /** The same by priority. */
  get depths(): ReadonlyMap<number, number> {
    return this.#ready.depths
  }

  get isShuttingDown(): boolean {
    return this.#shuttingDown
  }

  /** All the time that is being worked on what is not done yet. */
  unfinishedWorkSeconds(): number {
    const now = this.#clock.now()
    let sum = 0
    for (const { startedAt } of this.#processing.values()) sum += now - startedAt
    return sum / 1000
  }

  longestRunningSeconds(): number {
    const now = this.#clock.now()
    let longest = 0
    for (const { startedAt } of this.#processing.values()) longest = Math.max(longest, now - startedAt)
    return longest / 1000
  }

  /** The priority with which a worker got the item; 0 when nobody works on it. */
  priorityOf(item: T): number {
    return this.#processing.get(this.#keyOf(item))?.priority ?? 0
  }

  add(item: T, options: AddOptions = {}): void {
    if (this.#shuttingDown) return
    const key = this.#keyOf(item)
    const waiting = this.#waiting.get(key)
    waiting?.timer.cancel()
    this.#waiting.delete(key)
    const priority = Math.max(options.priority ?? 0, waiting?.priority ?? -Infinity)
    if (this.#processing.has(key)) {
      const known = this.#dirty.get(key)
      this.#dirty.set(key, { item, priority: Math.max(priority, known?.priority ?? -Infinity) })
      if (!known) this.#observer?.added()
    } else if (this.#ready.has(key)) this.#ready.raise(key, priority)
    else {
      this.#observer?.added()
      this.#push(key, item, priority)
      this.#serve()
    }
  }

  /** Adds the item when the time has come; of two times for one item, the earlier. */
  addAfter(item: T, delayMs: number, options: AddOptions = {}): void {
    if (this.#shuttingDown) return
    const key = this.#keyOf(item)
    if (delayMs <= 0 || this.#ready.has(key) || this.#dirty.has(key)) {
      this.add(item, options)
      return
    }
    const known = this.#waiting.get(key)
    const readyAt = Math.min(this.#clock.now() + delayMs, known?.readyAt ?? Infinity)
    const priority = Math.max(options.priority ?? 0, known?.priority ?? -Infinity)
    known?.timer.cancel()
    const timer = this.#clock.after(readyAt - this.#clock.now(), () => this.add(item, { priority }))
    this.#waiting.set(key, { readyAt, priority, timer })
  }

  /** Adds the item after the time that its failures so far ask for. */
  addRateLimited(item: T, options: AddOptions = {}): void {
    if (this.#shuttingDown) return
    this.#observer?.retried()
    this.addAfter(item, this.#rateLimiter.when(this.#keyOf(item)), options)
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
    const work = this.#processing.get(key)
    if (!work) return
    this.#processing.delete(key)
    this.#observer?.done((this.#clock.now() - work.startedAt) / 1000)
    const again = this.#dirty.get(key)
    if (again) {
      this.#dirty.delete(key)
      this.#push(key, again.item, again.priority)
    }
    this.#serve()
  }

  /** Takes no more items; workers get those that are ready, and then undefined. May be called twice. */
  shutDown(): void {
    this.#shuttingDown = true
    for (const { timer } of this.#waiting.values()) timer.cancel()
    this.#waiting.clear()
    this.#serve()
  }

  /** As {@link shutDown}; resolves when the queue is empty and nobody works on an item. */
  shutDownWithDrain(): Promise<void> {
    const drained = new Promise<void>((resolve) => this.#drained.push(resolve))
    this.shutDown()
    return drained
  }

  #push(key: string, item: T, priority: number): void {
    this.#ready.add(key, item, priority)
    if (this.#observer) this.#addedAt.set(key, this.#clock.now())
  }

  #serve(): void {
    while (this.#getters.length > 0) {
      const next = this.#ready.take()
      if (!next) break
      this.#taken(next.key, next.priority)
      this.#getters.shift()?.(next.item)
    }
    if (!this.#shuttingDown || this.#ready.size > 0) return
    // An item that is dirty comes once more: whoever works on it asks again after that.
    for (const getter of this.#getters.splice(0)) getter(undefined)
    if (this.#processing.size === 0) for (const resolve of this.#drained.splice(0)) resolve()
  }

  #taken(key: string, priority: number): void {
    const now = this.#clock.now()
    this.#processing.set(key, { startedAt: now, priority })
    if (!this.#observer) return
    this.#observer.taken((now - (this.#addedAt.get(key) ?? now)) / 1000)
    this.#addedAt.delete(key)
  }
}
