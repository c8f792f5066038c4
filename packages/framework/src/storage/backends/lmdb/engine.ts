import type { BackendEvent, BackendGroup, Entry, Write } from '../../backend.ts'
import { StorageError } from '../../storage-error.ts'
import { Compactor, type HistoryOptions } from './compactor.ts'
import { DiskSpace } from './disk-space.ts'
import { EventLog } from './event-log.ts'
import { Expiry } from './expiry.ts'
import { KeptRanges } from './kept-ranges.ts'
import { encodeKey } from './keys.ts'
import { LargeValues } from './large-values.ts'
import type { Owner } from './owner.ts'
import { RangeCounts } from './range-counts.ts'
import { readState, type Tables } from './tables.ts'
import type { Watch } from './watch.ts'
import { Writer } from './writer.ts'

export interface EngineOptions extends HistoryOptions {
  readonly path: string
  /** Of the processes that have the folder open together; undefined: this is the only one. */
  readonly group: BackendGroup | undefined
  /** Milliseconds of the wall clock. */
  now(): number
}

/** What stands around the tables while they are open, and how these parts hear of each other. */
export class Engine {
  readonly tables: Tables
  readonly log: EventLog
  readonly writer: Writer
  readonly counts: RangeCounts
  readonly kept: KeptRanges
  readonly large: LargeValues
  readonly watches = new Set<Watch>()
  readonly #owner: Owner
  readonly #expiry: Expiry
  readonly #compactor: Compactor
  readonly #space: DiskSpace
  readonly #reads = new Set<Promise<unknown>>()
  readonly #group: BackendGroup | undefined
  /** Does what is to be done once. */
  readonly #keeps: boolean
  #compacted: number
  #closed = false

  constructor(tables: Tables, owner: Owner, options: EngineOptions) {
    this.tables = tables
    this.#owner = owner
    this.#group = options.group
    this.#keeps = options.group?.isKeeper ?? true
    const { compacted, revision } = readState(tables)
    this.#compacted = compacted
    this.counts = new RangeCounts(revision)
    this.kept = new KeptRanges(revision)
    this.large = new LargeValues(tables.large)
    this.log = new EventLog(tables, this.large)
    this.writer = new Writer(tables, this.large, {
      check: () => {
        if (!owner.holds(tables)) throw new StorageError('Closed', 'another process has taken over the data folder')
      },
      published: this.#published.bind(this),
      compacted: (revision) => {
        this.#compacted = revision
      },
      failed: this.#failed.bind(this),
    })
    this.#space = new DiskSpace(options.path)
    this.#compactor = new Compactor(tables, this.writer, options)
    this.#expiry = new Expiry(tables, {
      now: () => options.now(),
      remove: (bytes, expectedModRevision) =>
        this.writer.commit({ key: bytes.toString(), bytes, value: null, expectedModRevision, expires: 0 }),
    })
  }

  get compacted(): number {
    if (this.#group) {
      this.refresh()
      this.#compacted = readState(this.tables).compacted
    }
    return this.#compacted
  }

  /** To be asked before a read: LMDB keeps a state for the reads of a moment, and another process may have written since. */
  refresh(): void {
    if (this.#group) this.tables.root.resetReadTxn()
  }

  /** Takes up what other processes have written. */
  catchUp(): void {
    if (!this.#group || this.#closed) return
    this.refresh()
    const { revision } = readState(this.tables)
    if (revision > this.log.revision) this.#arrived(this.log.completed([], revision), revision)
    if (this.#keeps) this.#expiry.look()
  }

  start(): void {
    this.#group?.onAnnounced(this.catchUp.bind(this))
    if (!this.#keeps) return
    this.#space.start()
    this.writer.start()
    this.#compactor.start()
    this.#expiry.start()
  }

  async commit(write: Write): Promise<Entry> {
    const { key, value, ttlSeconds = 0 } = write
    const bytes = encodeKey(key)
    if (value) this.#space.check(key)
    const expires = ttlSeconds > 0 && value ? this.#expiry.now() + Math.ceil(ttlSeconds * 1000) : 0
    const entry = await this.writer.commit({ bytes, expires, ...write })
    if (expires && this.#keeps) this.#expiry.notice(expires)
    return entry
  }

  /** The environment stays open until this has come to its end. */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    const reading = read()
    this.#reads.add(reading)
    try {
      return await reading
    } finally {
      this.#reads.delete(reading)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const watch of this.watches) watch.end()
    // Those that may yet write first
    await this.#expiry.close()
    await this.#compactor.close()
    await this.writer.close()
    await this.#space.close()
    await Promise.allSettled(this.#reads)
    if (this.#keeps) this.#owner.release()
    await this.tables.root.close()
  }

  #published(events: readonly BackendEvent[], revision: number): void {
    if (!this.#group) {
      this.#arrived(events, revision)
      return
    }
    this.#group.announce()
    this.refresh()
    // Others may have written before this, and after it
    if (revision > this.log.revision) this.#arrived(this.log.completed(events, revision), revision)
  }

  #arrived(events: readonly BackendEvent[], revision: number): void {
    this.log.append(events, revision)
    this.large.written(events)
    this.counts.changed(events, revision)
    this.kept.changed(events, revision)
    if (events.some(({ type }) => type === 'PUT')) this.#space.succeeded()
    for (const watch of this.watches) watch.wake()
    if (this.#keeps) this.#compactor.notice(revision)
  }

  #failed({ code }: StorageError): void {
    if (code === 'NoSpace') this.#space.failed()
    // Whoever watches is to ask the process that has the data now
    if (code === 'Closed') for (const watch of this.watches) watch.end()
  }
}
