import { setTimeout as sleep } from 'node:timers/promises'
import type { BackendEvent } from '../backend.ts'
import type { Store } from '../store.ts'
import type { StoredItem } from '../stored-item.ts'

/** What a feed fills. */
export interface FeedSink {
  /** A new beginning: all objects at `revision` where they are kept; events follow from an earlier revision, `after`. */
  begin(start: FeedStart): void
  /** In order; the next waits for the promise, if there is one. */
  event(event: BackendEvent): Promise<void> | undefined
  /** No event up to here is to come. `alone`: it came without one. */
  reached(revision: number, alone: boolean): void
  /** The feed broke off and will begin anew. */
  broken(error: unknown): void
}

export interface FeedStart {
  readonly after: number
  /** From here on the cache is as new as the store was when it began. */
  readonly revision: number
  readonly items: readonly StoredItem[] | undefined
}

/** Revisions before the present of which the events are read again at the start, so that clients need not list anew after a restart. */
const pastRevisions = 1000
const pageSize = 10_000
const minBackoffMs = 100
const maxBackoffMs = 10_000

/** The one watch of a cache over the backend, opened again whenever it breaks. Source: storage/cacher/lister_watcher.go, client-go reflector. */
export class Feed {
  readonly #store: Store
  readonly #sink: FeedSink
  readonly #abort = new AbortController()
  readonly #done: Promise<void>

  constructor(store: Store, sink: FeedSink) {
    this.#store = store
    this.#sink = sink
    this.#done = this.#run()
  }

  close(): Promise<void> {
    this.#abort.abort()
    return this.#done
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    let backoffMs = minBackoffMs
    while (!signal.aborted) {
      const begin = Date.now()
      let failure: unknown = new Error('the watch of the backend has ended')
      try {
        await this.#follow()
      } catch (error) {
        failure = error
      }
      // Set while this waited
      if (this.#abort.signal.aborted) return
      this.#sink.broken(failure)
      if (Date.now() - begin > maxBackoffMs) backoffMs = minBackoffMs
      await sleep(backoffMs * (0.75 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => undefined)
      backoffMs = Math.min(backoffMs * 2, maxBackoffMs)
    }
  }

  async #follow(): Promise<void> {
    const { backend, root } = this.#store
    const { signal } = this.#abort
    const start = await this.#start()
    const session = new AbortController()
    const stop = (): void => {
      session.abort()
    }
    signal.addEventListener('abort', stop)
    const stream = backend.watch(root.start, root.end, { after: start.after, signal: session.signal })
    const batches = stream[Symbol.asyncIterator]()
    try {
      this.#sink.begin(start)
      let next = batches.next()
      if (start.after < start.revision) backend.requestProgress()
      for (let batch = await next; !batch.done; batch = await next) {
        for (const event of batch.value.events) {
          const room = this.#sink.event(event)
          if (room) await room
        }
        this.#sink.reached(batch.value.revision, batch.value.events.length === 0)
        next = batches.next()
      }
    } finally {
      session.abort()
      signal.removeEventListener('abort', stop)
    }
  }

  async #start(): Promise<FeedStart> {
    const { backend, root } = this.#store
    if (backend.supports.localReads) {
      const revision = await backend.currentRevision()
      return { after: Math.max(backend.compactRevision(), revision - pastRevisions, 1), revision, items: undefined }
    }
    const items: StoredItem[] = []
    let revision: number | undefined
    for (let start = root.start; ;) {
      const range = await this.#store.range(start, root.end, { limit: pageSize, revision })
      for (const item of range.items) items.push(item)
      revision = range.revision
      const last = range.items.at(-1)
      if (!range.more || !last) return { after: revision, revision, items }
      start = `${last.key}\0`
    }
  }
}
