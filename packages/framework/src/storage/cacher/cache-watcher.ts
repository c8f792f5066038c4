import { StatusError } from '../../meta/status.ts'
import type { ItemEvent } from '../item-event.ts'
import type { ItemRange, ListPlace } from '../listing.ts'
import type { Predicate, StorageWatchOptions, WatchEvent, WatchStream } from '../storage.ts'
import type { EventHistory } from './event-history.ts'

/** Who has more events waiting than EventHistory.queueLength is cut off when he has taken nothing for this time, or has so many waiting. */
const graceMs = 100
const maxQueued = 1000
/** The bytes of objects that may wait for a reader who follows live, and which he keeps from being given up. */
const maxQueuedBytes = 4 * 1024 * 1024
/** So many may wait however large they are. */
const minQueued = 10
/** Events of history, and objects of a state, that a reader gets at once. */
const chunk = 100

/** What a watcher needs of its cache. */
export interface WatcherHome {
  readonly history: EventHistory
  /** Told how many objects and events a watcher begins with. */
  readonly initialEvents: ((count: number) => void) | undefined
  /** From now on the watcher gets every event of its place by `offer`. */
  live(watcher: CacheWatcher): void
  /** The watcher gets nothing any more. */
  gone(watcher: CacheWatcher): void
}

export interface CacheWatcherStart {
  /** The state to begin with, one page after the other; absent: none is sent. */
  readonly state?: () => AsyncIterable<ItemRange>
  /** Where `state` is absent: events follow this revision, and are read from this place of the history. */
  readonly after: number
  readonly place?: number
  /** All there is to say: the stream ends with it. */
  readonly error?: Error
}

/**
 * One watch over the cache: a state if it was asked for, then history, then what happens. Only in the last of these events wait
 * for the reader here, and only so many. Source: storage/cacher/cache_watcher.go.
 */
export class CacheWatcher implements WatchStream {
  readonly scope: ListPlace
  readonly options: StorageWatchOptions
  readonly #home: WatcherHome
  readonly #start: CacheWatcherStart
  readonly #predicate: Predicate
  #queue: (ItemEvent | number)[] = []
  #queuedBytes = 0
  #queuedSinceMs = 0
  readonly #over = new AbortController()
  #ended = false
  #closed = false
  #wake: (() => void) | undefined
  #drained: (() => void) | undefined
  /** The last revision that the reader knows of by a bookmark or as its start. */
  #bookmarked = 0
  /** What happened up to here the reader has been told, or did not ask for. */
  #after = 0

  constructor(home: WatcherHome, scope: ListPlace, options: StorageWatchOptions, start: CacheWatcherStart) {
    this.scope = scope
    this.options = options
    this.#home = home
    this.#start = start
    this.#predicate = options.predicate
    if (options.signal.aborted) this.close()
    else options.signal.addEventListener('abort', this.#abort)
  }

  /** Too many events wait: the cache should wait a little, too. */
  get full(): boolean {
    return !this.#ended && (this.#queue.length >= this.#home.history.queueLength || this.#tooLarge)
  }

  /**
   * Full, and not only because a burst came faster than this thread could write: then a reader has taken what waits a moment ago,
   * or will, as soon as it is his turn.
   */
  get stalled(): boolean {
    if (!this.full) return false
    return this.#queue.length >= maxQueued || this.#tooLarge || performance.now() - this.#queuedSinceMs >= graceMs
  }

  get #tooLarge(): boolean {
    return this.#queuedBytes >= maxQueuedBytes && this.#queue.length >= minQueued
  }

  offer(event: ItemEvent): void {
    if (this.#ended) return
    if (this.#queue.length === 0) this.#queuedSinceMs = performance.now()
    this.#queue.push(event)
    this.#queuedBytes += event.bytes
    this.#wake?.()
  }

  /** Word that nothing up to `revision` is to come; left out when there is no room, or when it tells nothing new. */
  bookmark(revision: number): void {
    if (this.#ended || this.#queue.length >= this.#home.history.queueLength || revision <= this.#bookmarked) return
    this.#bookmarked = revision
    this.#queue.push(revision)
    this.#wake?.()
  }

  /** Resolves when the reader has taken what waits, or has gone. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.full) resolve()
      else this.#drained = resolve
    })
  }

  get over(): AbortSignal {
    return this.#over.signal
  }

  /** Ends the stream behind what waits already: the client comes back with the last resourceVersion it saw. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.options.signal.removeEventListener('abort', this.#abort)
    this.#home.gone(this)
    this.#wake?.()
    this.#drained?.()
    this.#over.abort()
  }

  close(): void {
    this.#closed = true
    this.#queue = []
    this.end()
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly WatchEvent[], undefined> {
    const beginning = this.#beginning()
    let began = false
    const first = async (): Promise<IteratorResult<readonly WatchEvent[], undefined>> => {
      const result = await beginning.next()
      if (!result.done) return result
      began = true
      return this.#next()
    }
    return {
      // Most watches spend their life following: that part is no generator, of which each layer costs promises for every event.
      next: () => (began ? this.#next() : first()),
      return: async () => {
        if (!began) await beginning.return(undefined)
        this.close()
        return { done: true, value: undefined }
      },
    }
  }

  /** All until the watcher is live; afterwards it is, or it has ended. */
  async *#beginning(): AsyncGenerator<readonly WatchEvent[], undefined> {
    try {
      yield* this.#past()
    } catch (error) {
      if (!this.#closed) yield [{ type: 'ERROR', error: error instanceof Error ? error : new Error(String(error)) }]
      this.close()
    }
    return undefined
  }

  async *#past(): AsyncGenerator<readonly WatchEvent[]> {
    const { error, state } = this.#start
    if (error) throw error
    let { after, place } = this.#start
    if (state) {
      for await (const { items, revision } of state()) {
        after = revision
        const events = items
          .filter((item) => this.#predicate.everything || this.#predicate.matches(item))
          .map((item): WatchEvent => ({ type: 'ADDED', item }))
        if (this.#ended) return
        this.#home.initialEvents?.(events.length)
        if (events.length) yield events
      }
      place = this.#home.history.after(after)
      const { allowWatchBookmarks, sendInitialEvents } = this.options
      if (allowWatchBookmarks && sendInitialEvents)
        yield [{ type: 'BOOKMARK', resourceVersion: String(after), initialEventsEnd: true }]
    }
    this.#bookmarked = after
    this.#after = after
    yield* this.#history(place)
  }

  /** The history from a place on, until there is no more of it; then the watcher is live. */
  *#history(from: number | undefined): Generator<readonly WatchEvent[]> {
    for (let place = from; !this.#ended;) {
      const events = place === undefined ? undefined : this.#home.history.read(place, chunk)
      if (!events || place === undefined) {
        // Overwritten while the reader was slow
        this.end()
        return
      }
      if (events.length === 0) {
        this.#home.live(this)
        return
      }
      place += events.length
      const seen = this.#seen(events)
      this.#home.initialEvents?.(events.length)
      if (seen.length) yield seen
    }
  }

  /** What happens, as it comes. */
  async #next(): Promise<IteratorResult<readonly WatchEvent[], undefined>> {
    for (;;) {
      if (this.#queue.length) {
        const queue = this.#queue
        this.#queue = []
        this.#queuedBytes = 0
        this.#drained?.()
        const seen = this.#seen(queue)
        if (seen.length) return { done: false, value: seen }
      } else if (this.#ended) {
        this.close()
        return { done: true, value: undefined }
      } else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
    }
  }

  /** As a batch; what came before an object that nobody can decode is told before the error. */
  #seen(queue: readonly (ItemEvent | number)[]): readonly WatchEvent[] {
    const events: WatchEvent[] = []
    try {
      for (const entry of queue) {
        if (typeof entry === 'number')
          events.push({ type: 'BOOKMARK', resourceVersion: String(entry), initialEventsEnd: false })
        else if (entry.revision > this.#after) {
          const { recursive, prefix } = this.scope
          const mine = recursive ? entry.key.startsWith(prefix) : entry.key === prefix
          const event = mine && entry.seenBy(this.#predicate)
          if (event) events.push(event)
        }
      }
    } catch (error) {
      events.push({ type: 'ERROR', error: error as Error })
      this.close()
      return events
    }
    return this.#closed ? [] : events
  }

  readonly #abort = (): void => {
    this.close()
  }
}

/** What a watch says whose history is gone. `oldest` is the first revision that it could have followed. */
export const tooOld = (asked: number, oldest: number): StatusError =>
  StatusError.expired(`too old resource version: ${String(asked)} (${String(oldest)})`)
