import { StatusError } from '../meta/status.ts'
import { ItemEvent } from './item-event.ts'
import type { ListPlace } from './listing.ts'
import { StorageError } from './storage-error.ts'
import type { StorageWatchOptions, WatchEvent, WatchStream } from './storage.ts'
import type { Store } from './store.ts'

/** Events that may wait for a slow reader before the backend is asked for no more. Source: storage/etcd3/watcher.go. */
const maxPending = 100
const bookmarkPeriodMs = 60_000
const bookmarkBeforeEndMs = 2_000

/** One watch over a backend: state where it was asked for, then history, then what happens. Source: storage/etcd3/watcher.go. */
export class StoreWatch implements WatchStream {
  readonly #store: Store
  readonly #place: ListPlace
  readonly #options: StorageWatchOptions
  readonly #abort = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []
  #pending: WatchEvent[] = []
  #ended = false
  #wake: (() => void) | undefined
  #drained: (() => void) | undefined
  /** Nothing up to here is to come. */
  #reached: number
  #bookmarked: number
  #bookmarkWanted = false

  constructor(store: Store, place: ListPlace, revision: number, options: StorageWatchOptions) {
    this.#store = store
    this.#place = place
    this.#options = options
    this.#reached = revision
    this.#bookmarked = revision
    const { signal } = options
    const stop = (): void => {
      this.close()
    }
    signal.addEventListener('abort', stop, { once: true })
    this.#abort.signal.addEventListener('abort', () => {
      signal.removeEventListener('abort', stop)
    })
    if (signal.aborted) this.close()
    else void this.#run(revision)
  }

  close(): void {
    if (this.#abort.signal.aborted) return
    this.#abort.abort()
    for (const timer of this.#timers) clearTimeout(timer)
    this.#ended = true
    this.#pending = []
    this.#wake?.()
    this.#drained?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly WatchEvent[]> {
    try {
      for (;;) {
        if (this.#pending.length) {
          const batch = this.#pending
          this.#pending = []
          this.#drained?.()
          yield batch
        } else if (this.#ended) return
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
      }
    } finally {
      this.close()
    }
  }

  async #run(revision: number): Promise<void> {
    try {
      const after = await this.#initialState(revision)
      this.#startBookmarks()
      await this.#follow(after)
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#push({ type: 'ERROR', error: watchError(error) })
    }
    this.#ended = true
    this.#wake?.()
  }

  /** Sends the state as ADDED events where it was asked for; resolves to the revision after which events follow. */
  async #initialState(revision: number): Promise<number> {
    const { backend } = this.#store
    const { sendInitialEvents, predicate, allowWatchBookmarks } = this.#options
    const wanted = sendInitialEvents ?? revision === 0
    if (!wanted) return revision || (this.#reached = this.#bookmarked = await backend.currentRevision())
    let start = this.#place.start
    let at: number | undefined
    for (;;) {
      const range = await backend.range(start, this.#place.end, { limit: maxPending, revision: at })
      if (at === undefined && range.revision < revision)
        throw StatusError.tooLargeResourceVersion(String(revision), String(range.revision), 1)
      at = range.revision
      for (const entry of range.entries) {
        const item = this.#store.item(entry)
        start = `${entry.key}\0`
        if (predicate.everything || predicate.matches(item)) this.#push({ type: 'ADDED', item })
      }
      await this.#room()
      if (!range.more || this.#abort.signal.aborted) break
    }
    this.#reached = this.#bookmarked = at
    if (allowWatchBookmarks && sendInitialEvents)
      this.#push({ type: 'BOOKMARK', resourceVersion: String(at), initialEventsEnd: true })
    return at
  }

  async #follow(after: number): Promise<void> {
    const { backend } = this.#store
    const current = await backend.currentRevision()
    // A start in the future waits there: nothing up to it is sent.
    const from = Math.min(after, current)
    const stream = backend.watch(this.#place.start, this.#place.end, { after: from, signal: this.#abort.signal })
    for await (const { events, revision } of stream) {
      for (const event of events) {
        if (event.revision <= after) continue
        const mine = new ItemEvent(this.#store.codec, event).seenBy(this.#options.predicate)
        if (mine) {
          this.#push(mine)
          this.#bookmarked = event.revision
        }
        this.#reached = event.revision
      }
      if (revision > this.#reached) this.#reached = revision
      if (this.#bookmarkWanted) this.#bookmark()
      await this.#room()
    }
  }

  #push(event: WatchEvent): void {
    if (this.#ended) return
    this.#pending.push(event)
    this.#wake?.()
  }

  async #room(): Promise<void> {
    while (this.#pending.length >= maxPending && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
  }

  #startBookmarks(): void {
    if (!this.#options.allowWatchBookmarks || this.#ended) return
    const ask = (): void => {
      this.#bookmarkWanted = true
      this.#store.backend.requestProgress()
    }
    const every = setInterval(ask, bookmarkPeriodMs)
    every.unref()
    this.#timers.push(every)
    const left = (this.#options.deadlineMs ?? Infinity) - Date.now() - bookmarkBeforeEndMs
    if (left <= 0 || left > 2 ** 31 - 1) return
    const last = setTimeout(ask, left)
    last.unref()
    this.#timers.push(last)
  }

  #bookmark(): void {
    this.#bookmarkWanted = false
    if (this.#reached <= this.#bookmarked) return
    this.#bookmarked = this.#reached
    this.#push({ type: 'BOOKMARK', resourceVersion: String(this.#reached), initialEventsEnd: false })
  }
}

/** The error a client gets to see in the stream. */
function watchError(error: unknown): Error {
  if (error instanceof StorageError && error.code === 'Compacted')
    return StatusError.expired('The resourceVersion for the provided watch is too old.')
  return error instanceof Error ? error : new Error(String(error), { cause: error })
}
