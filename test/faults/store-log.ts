import { EtcdBackend } from '@apiserver-kit/framework/storage/etcd'
import { LmdbBackend } from '@apiserver-kit/framework/storage/lmdb'
import { stateOf, storedBelow, type Flunder } from './flunders.ts'
import type { LogEntry } from './history.ts'

/** Where the server keeps its data: a folder, or the address of an etcd. */
export type StorePlace = { readonly path: string } | { readonly etcd: string }

/** What a store says has happened, read from the store itself, piece by piece, before it forgets. */
export class StoreLog {
  readonly entries: LogEntry[] = []
  readonly #place: StorePlace
  #read = 1

  constructor(place: StorePlace) {
    this.#place = place
  }

  /**
   * All that came since the last time; then `forget` may compact the store up to a revision that was read. While a server has the folder
   * of LMDB, it cannot be read.
   */
  async readOn(forget?: (read: { readonly before: number; readonly now: number }) => number): Promise<void> {
    const before = this.#read
    const backend =
      'path' in this.#place
        ? new LmdbBackend({ path: this.#place.path, historySeconds: 0 })
        : new EtcdBackend({ servers: [this.#place.etcd], compactionIntervalSeconds: 0 })
    await backend.open()
    const end = new AbortController()
    try {
      const current = await backend.currentRevision()
      if (current < this.#read) throw new Error(`the store is at ${String(current)}, and was at ${String(this.#read)}`)
      const watch = backend.watch(storedBelow, `${storedBelow}\u{10ffff}`, { after: this.#read, signal: end.signal })
      const batches = watch[Symbol.asyncIterator]()
      for (let next = batches.next(); this.#read < current;) {
        backend.requestProgress()
        const batch = await next
        if (batch.done) throw new Error('the log of the store ends before its revision')
        for (const event of batch.value.events)
          this.entries.push({
            revision: event.revision,
            key: event.key.slice(storedBelow.length),
            state: event.value && stateOf(JSON.parse(event.value.toString()) as Flunder),
          })
        // A server that is still there writes on meanwhile
        this.#read = batch.value.revision
        next = batches.next()
        next.catch(() => undefined)
      }
      const forgotten = forget?.({ before, now: this.#read }) ?? 0
      if (forgotten > 0) await backend.compact(forgotten)
    } finally {
      end.abort()
      await backend.close()
    }
  }
}
