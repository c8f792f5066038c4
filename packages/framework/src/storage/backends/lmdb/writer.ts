import type { BackendEvent, Entry } from '../../backend.ts'
import { StorageError } from '../../storage-error.ts'
import { closed, commitFailure, futureRevision } from './failures.ts'
import { sweepHistory } from './history-sweep.ts'
import type { LargeValues } from './large-values.ts'
import { readState, writeState, type Tables } from './tables.ts'
import { WriteBatch, type Outcome, type PreparedWrite } from './write-batch.ts'

/** What one transaction takes at most: the event loop waits for it. */
const batchWrites = 256
const batchBytes = 4 * 1024 * 1024
const queuedWrites = 10_000
const sweptRows = 256
const sweepAgainMilliseconds = 3000

interface Pending {
  readonly write: PreparedWrite
  readonly resolve: (entry: Entry) => void
  readonly reject: (error: StorageError) => void
}

interface Compaction {
  readonly revision: number
  readonly resolve: () => void
  readonly reject: (error: StorageError) => void
}

export interface WriterEvents {
  /** Asked in every transaction; what it throws undoes the transaction. */
  check(): void
  /** These are on the disk. They come in order; without events it is only the revision that is known anew. */
  published(events: readonly BackendEvent[], revision: number): void
  compacted(revision: number): void
  failed(error: StorageError): void
}

/** All writes go through here, one transaction after the other; those that wait together are committed together. */
export class Writer {
  readonly #tables: Tables
  readonly #large: LargeValues
  readonly #events: WriterEvents
  #queue: Pending[] = []
  #compactions: Compaction[] = []
  #sweeping = true
  #running: Promise<void> | undefined
  #resume: NodeJS.Timeout | undefined
  #closed = false

  constructor(tables: Tables, large: LargeValues, events: WriterEvents) {
    this.#tables = tables
    this.#large = large
    this.#events = events
  }

  commit(write: PreparedWrite): Promise<Entry> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw closed()
      if (this.#queue.length >= queuedWrites) throw new StorageError('Unreachable', 'too many writes are waiting')
      this.#queue.push({ write, resolve, reject })
      this.start()
    })
  }

  /** Resolves when the new compact revision is on the disk; the history goes in the background. */
  compact(revision: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw closed()
      this.#compactions.push({ revision, resolve, reject })
      this.start()
    })
  }

  /** Old history is being removed. */
  get sweeping(): boolean {
    return this.#sweeping
  }

  /** Also goes on with what an interrupted compaction has left. */
  start(): void {
    this.#running ??= this.#run()
  }

  /** Resolves when what was asked for is done. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#resume)
    await this.#running
  }

  async #run(): Promise<void> {
    do await this.#transact()
    while (this.#queue.length || this.#compactions.length || (this.#sweeping && !this.#closed))
    this.#running = undefined
  }

  async #transact(): Promise<void> {
    let pending: Pending[] = []
    let compactions: Compaction[] = []
    try {
      const done = await this.#tables.root.childTransaction(() => {
        pending = this.#take()
        compactions = this.#compactions
        this.#compactions = []
        return this.#apply(pending, compactions)
      })
      this.#sweeping = done.more
      if (done.compacted !== undefined) this.#events.compacted(done.compacted)
      this.#events.published(done.events, done.revision)
      pending.forEach(({ resolve, reject }, at) => {
        const outcome = done.outcomes[at]
        if (outcome && 'entry' in outcome) resolve(outcome.entry)
        else reject(outcome ? outcome.conflict : new StorageError('Unknown', 'the write was lost'))
      })
      for (const { revision, resolve, reject } of compactions)
        if (revision > done.revision) reject(futureRevision(revision, done.revision))
        else resolve()
    } catch (error) {
      await this.#fail(error, [...pending, ...compactions])
    }
  }

  #apply(pending: readonly Pending[], compactions: readonly Compaction[]) {
    this.#events.check()
    const state = readState(this.#tables)
    const batch = new WriteBatch(this.#tables, this.#large, state)
    const outcomes: Outcome[] = pending.map(({ write }) => batch.apply(write))
    const asked = compactions.map(({ revision }) => revision).filter((revision) => revision <= batch.revision)
    const compacted = Math.max(state.compacted, ...asked)
    const swept =
      this.#sweeping || compacted > state.compacted
        ? sweepHistory(this.#tables, this.#large, compacted, sweptRows)
        : { more: false, largeBytes: 0 }
    if (batch.revision > state.revision || compacted > state.compacted || swept.largeBytes)
      writeState(this.#tables, { revision: batch.revision, compacted, pastBytes: batch.pastBytes - swept.largeBytes })
    return {
      outcomes,
      events: batch.events,
      revision: batch.revision,
      compacted: compacted > state.compacted ? compacted : undefined,
      more: swept.more,
    }
  }

  /** After a failure, so that this is not tried over and over. */
  #sweepLater(): void {
    this.#sweeping = false
    clearTimeout(this.#resume)
    this.#resume = setTimeout(() => {
      if (this.#closed) return
      this.#sweeping = true
      this.start()
    }, sweepAgainMilliseconds)
    this.#resume.unref()
  }

  #take(): Pending[] {
    let bytes = 0
    let count = 0
    for (const { write } of this.#queue) {
      bytes += write.value?.length ?? 0
      if (count > 0 && (bytes > batchBytes || count === batchWrites)) break
      count++
    }
    return this.#queue.splice(0, count)
  }

  async #fail(error: unknown, waiting: readonly { reject: (error: StorageError) => void }[]): Promise<void> {
    const failure = await commitFailure(error, this.#tables.path)
    if (this.#sweeping) this.#sweepLater()
    // What the transaction did is not known: the disk says where the store is now
    this.#tables.root.resetReadTxn()
    this.#events.published([], readState(this.#tables).revision)
    this.#events.failed(failure)
    for (const { reject } of waiting) reject(failure)
  }
}
