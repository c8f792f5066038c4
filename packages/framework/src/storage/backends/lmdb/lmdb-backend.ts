import type { Backend, BackendEvents, Entry, Range, RangeOptions, Write } from '../../backend.ts'
import { StorageError } from '../../storage-error.ts'
import { EventLog } from './event-log.ts'
import { closed, compacted, futureRevision } from './failures.ts'
import { encodeKey } from './keys.ts'
import { RangeCounts } from './range-counts.ts'
import { Snapshot } from './snapshot.ts'
import { openTables, readState, type Tables } from './tables.ts'
import { Watch } from './watch.ts'
import { Writer } from './writer.ts'

export interface LmdbBackendOptions {
  /** Folder of the data; made when it is missing. On a local disk: not on NFS. */
  readonly path: string
  /**
   * Default true: a write is acknowledged when it is on the disk, and survives a power cut. False is fast and for tests:
   * acknowledged writes survive the end of this process, but after a power cut the data may be damaged.
   */
  readonly sync?: boolean
  /** Largest value, in bytes. Default 1.5 MiB, as etcd. */
  readonly maxValueBytes?: number
}

const defaultMaxValueBytes = 1.5 * 1024 * 1024

interface Opened {
  readonly tables: Tables
  readonly log: EventLog
  readonly writer: Writer
  readonly counts: RangeCounts
}

/** Keeps everything in a folder of this machine, durably, for one server process. */
export class LmdbBackend implements Backend {
  readonly supports = { persistence: true, snapshotReads: true, sharedWriters: false, leases: true, localReads: true }
  readonly #path: string
  readonly #sync: boolean
  readonly #maxValueBytes: number
  readonly #watches = new Set<Watch>()
  #opened: Opened | undefined
  #compacted = 0

  constructor({ path, sync = true, maxValueBytes = defaultMaxValueBytes }: LmdbBackendOptions) {
    this.#path = path
    this.#sync = sync
    this.#maxValueBytes = maxValueBytes
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what throws here is to reject
  async open(): Promise<void> {
    if (this.#opened) return
    const tables = openTables(this.#path, { sync: this.#sync })
    const log = new EventLog(tables)
    const writer = new Writer(tables, {
      published: (events, revision) => {
        log.append(events, revision)
        for (const watch of this.#watches) watch.wake()
      },
      compacted: (revision) => {
        this.#compacted = revision
      },
      failed: () => undefined,
    })
    this.#compacted = readState(tables).compacted
    this.#opened = { tables, log, writer, counts: new RangeCounts() }
    writer.start()
  }

  async close(): Promise<void> {
    const opened = this.#opened
    if (!opened) return
    this.#opened = undefined
    for (const watch of this.#watches) watch.end()
    await opened.writer.close()
    await opened.tables.root.close()
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what throws here is to reject
  async currentRevision(): Promise<number> {
    return readState(this.#use().tables).revision
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what throws here is to reject
  async get(key: string, revision?: number): Promise<Entry | undefined> {
    return new Snapshot(this.#use().tables).get(key, revision)
  }

  async range(start: string, end: string, options: RangeOptions = {}): Promise<Range> {
    const { tables, counts } = this.#use()
    // It stays the same over the pauses of a long range
    const transaction = tables.root.useReadTransaction()
    try {
      return await new Snapshot(tables, transaction).range(start, end, options, counts)
    } finally {
      transaction.done()
    }
  }

  async commit(write: Write): Promise<Entry> {
    const { writer } = this.#use()
    const { key, value, ttlSeconds = 0 } = write
    if (value && value.length > this.#maxValueBytes)
      throw new StorageError('TooLarge', `a value has at most ${String(this.#maxValueBytes)} bytes`, { key })
    const expires = ttlSeconds > 0 && value ? Date.now() + Math.ceil(ttlSeconds * 1000) : 0
    return writer.commit({ ...write, bytes: encodeKey(key), expires })
  }

  async *watch(
    start: string,
    end: string,
    { after, signal }: { after: number; signal: AbortSignal },
  ): AsyncGenerator<BackendEvents> {
    const { log } = this.#use()
    if (after < this.#compacted) throw compacted(after, log.revision)
    const watch = new Watch(log, start, end, after, signal)
    this.#watches.add(watch)
    try {
      yield* watch.read()
    } finally {
      this.#watches.delete(watch)
    }
  }

  requestProgress(): void {
    if (!this.#opened) return
    const { revision } = readState(this.#opened.tables)
    for (const watch of this.#watches) watch.requestProgress(revision)
  }

  async compact(revision: number): Promise<void> {
    const { writer, log } = this.#use()
    if (revision > log.revision) throw futureRevision(revision, log.revision)
    if (revision > this.#compacted) await writer.compact(revision)
  }

  compactRevision(): number {
    return this.#compacted
  }

  #use(): Opened {
    if (!this.#opened) throw closed()
    return this.#opened
  }
}
