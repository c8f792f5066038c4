import { BTree } from '../../../util/b-tree.ts'
import { compareUtf8 } from '../../../util/utf8.ts'
import type { Backend, BackendEvent, BackendEvents, Entry, Range, RangeOptions, Write } from '../../backend.ts'
import { StorageError } from '../../storage-error.ts'
import { MemoryWatch } from './memory-watch.ts'

/** How far back a MemoryBackend remembers. */
export interface MemoryBackendOptions {
  /** Revisions that reads and watches may go back, about. Default 10 000. */
  readonly history?: number
}

type Entries = BTree<string, Entry>

const defaultHistory = 10_000

/** Everything in this process's memory: for tests, and for what nobody needs to find again. */
export class MemoryBackend implements Backend {
  readonly supports = { persistence: false, snapshotReads: true, sharedWriters: false, leases: true, localReads: true }
  readonly #entries = new BTree<string, Entry>(undefined, compareUtf8)
  readonly #watches = new Set<MemoryWatch>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #history: number
  #events: MemoryEvent[] = []
  #revision = 1
  #compacted = 0
  #closed = false

  constructor(options: MemoryBackendOptions = {}) {
    this.#history = options.history ?? defaultHistory
  }

  open(): Promise<void> {
    this.#closed = false
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    for (const watch of this.#watches) watch.end()
    this.#watches.clear()
    return Promise.resolve()
  }

  currentRevision(): Promise<number> {
    return this.#answer(() => this.#revision)
  }

  get(key: string, revision?: number): Promise<Entry | undefined> {
    return this.#answer(() => this.#at(revision).get(key))
  }

  range(start: string, end: string, options: RangeOptions = {}): Promise<Range> {
    return this.#answer(() => {
      const entries: Entry[] = []
      const limit = options.limit || Infinity
      let count = 0
      this.#at(options.revision).forRange(start, end, false, (_key, entry) => {
        if (count++ < limit) entries.push(entry)
      })
      return { entries, revision: options.revision ?? this.#revision, more: count > entries.length, count }
    })
  }

  commit(write: Write): Promise<Entry> {
    return this.#answer(() => this.#commit(write))
  }

  watch(
    start: string,
    end: string,
    { after, signal }: { after: number; signal: AbortSignal },
  ): AsyncIterable<BackendEvents> {
    const watch = new MemoryWatch({ start, end, after }, signal, () => this.#watches.delete(watch))
    if (this.#closed) watch.end()
    else if (after < this.#compacted) watch.fail(compacted(after, this.#revision))
    else {
      const past = this.#events.filter((event) => event.revision > after)
      if (past.length) watch.offer(past, this.#revision)
      this.#watches.add(watch)
    }
    return watch
  }

  requestProgress(): void {
    for (const watch of this.#watches) watch.offer([], this.#revision)
  }

  compact(revision: number): Promise<void> {
    return this.#answer(() => {
      if (revision > this.#revision)
        throw new StorageError('FutureRevision', 'required revision is a future revision', {
          revision,
          currentRevision: this.#revision,
        })
      this.#forget(revision)
    })
  }

  compactRevision(): number {
    return this.#compacted
  }

  #answer<R>(run: () => R): Promise<R> {
    return new Promise((resolve) => {
      if (this.#closed) throw new StorageError('Closed', 'the backend is closed')
      resolve(run())
    })
  }

  #forget(revision: number): void {
    if (revision <= this.#compacted) return
    this.#compacted = revision
    this.#events = this.#events.filter((event) => event.revision > revision)
  }

  /** The tree as it was: the present one with the events since taken back. */
  #at(revision: number | undefined): Entries {
    if (revision === undefined || revision === this.#revision) return this.#entries
    if (revision > this.#revision)
      throw new StorageError('FutureRevision', 'required revision is a future revision', {
        revision,
        currentRevision: this.#revision,
      })
    if (revision < this.#compacted) throw compacted(revision, this.#revision)
    const past = this.#entries.clone()
    for (let i = this.#events.length - 1; i >= 0; i--) {
      const event = this.#events[i]
      if (!event || event.revision <= revision) break
      if (event.before) past.set(event.key, event.before)
      else past.delete(event.key)
    }
    return past
  }

  #commit({ key, value, expectedModRevision, ttlSeconds = 0 }: Write): Entry {
    const before = this.#entries.get(key)
    if ((before?.modRevision ?? 0) !== expectedModRevision)
      throw new StorageError('Conflict', 'the key was modified', { key, current: before })
    if (value === null && !before) throw new StorageError('Conflict', 'the key was modified', { key })
    const revision = ++this.#revision
    const entry: Entry = {
      key,
      value: value ?? before?.value ?? Buffer.alloc(0),
      createRevision: before?.createRevision ?? revision,
      modRevision: revision,
    }
    if (value === null) this.#entries.delete(key)
    else this.#entries.set(key, entry)
    this.#expire(key, value === null ? 0 : ttlSeconds, revision)
    this.#publish({
      type: value === null ? 'DELETE' : 'PUT',
      key,
      revision,
      value: value ?? undefined,
      previous: before && { value: before.value, modRevision: before.modRevision },
      before,
    })
    return entry
  }

  #expire(key: string, ttlSeconds: number, revision: number): void {
    clearTimeout(this.#timers.get(key))
    this.#timers.delete(key)
    if (ttlSeconds <= 0) return
    const timer = setTimeout(() => {
      if (this.#entries.get(key)?.modRevision === revision)
        this.#commit({ key, value: null, expectedModRevision: revision })
    }, ttlSeconds * 1000)
    timer.unref()
    this.#timers.set(key, timer)
  }

  #publish(event: MemoryEvent): void {
    this.#events.push(event)
    if (this.#events.length > 2 * this.#history) this.#forget(this.#revision - this.#history)
    for (const watch of this.#watches) watch.offer([event], event.revision)
  }
}

/** An event that can be taken back. */
interface MemoryEvent extends BackendEvent {
  readonly before: Entry | undefined
}

const compacted = (revision: number, currentRevision: number): StorageError =>
  new StorageError('Compacted', 'required revision has been compacted', { revision, currentRevision })
