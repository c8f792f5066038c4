import type { Backend, BackendEvents, BackendGroup, Entry, Range, RangeOptions, Write } from '../../backend.ts'
import { StorageError } from '../../storage-error.ts'
import { jumpIfRestored } from './backup.ts'
import type { HistoryOptions } from './compactor.ts'
import { Engine } from './engine.ts'
import { closed, compacted, futureRevision } from './failures.ts'
import { Owner } from './owner.ts'
import { Snapshot } from './snapshot.ts'
import { openTables, readState } from './tables.ts'
import { clearUnsyncedMark, jumpIfUnsynced, setUnsyncedMark } from './unsynced-mark.ts'
import { Watch } from './watch.ts'

/** Where an LmdbBackend keeps its data, how durably, and its limits. */
export interface LmdbBackendOptions extends HistoryOptions {
  /** Folder of the data; made when it is missing. On a local disk: not on NFS. */
  readonly path: string
  /**
   * Default true: a write is acknowledged when it is on the disk, and survives a power cut. False is fast and for tests:
   * acknowledged writes survive the end of this process, but after a power cut the data may be damaged.
   */
  readonly sync?: boolean
  /** Largest value, in bytes. Default 1.5 MiB, as etcd. */
  readonly maxValueBytes?: number
  /** Milliseconds of the wall clock; keys with `ttlSeconds` live by it. Default Date.now. */
  readonly now?: () => number
}

const defaultMaxValueBytes = 1.5 * 1024 * 1024

/**
 * Keeps everything in a folder of this machine, durably, for one server process. `open` throws DataFolderInUseError when
 * another has the folder. Beside what every Backend throws, `commit` throws StorageError `NoSpace` (the write has not
 * happened), and `TooLarge` also for keys above 1969 bytes.
 */
export class LmdbBackend implements Backend {
  readonly supports = { persistence: true, snapshotReads: true, sharedWriters: false, leases: true, localReads: true }
  readonly #options: LmdbBackendOptions
  #opening: Promise<Engine> | undefined
  #closing: Promise<void> | undefined
  #engine: Engine | undefined
  #compacted = 0
  #group: BackendGroup | undefined

  /** `options` may be the path alone. */
  constructor(options: LmdbBackendOptions | string) {
    this.#options = typeof options === 'string' ? { path: options } : options
  }

  /** LMDB's lock lets one process write at a time, and in its transaction a revision is given out: that is the one order. */
  share(group: BackendGroup): void {
    if (this.#opening) throw new TypeError('share the backend before it is opened')
    this.#group = group
  }

  async open(): Promise<void> {
    await this.#closing
    this.#opening ??= this.#open()
    try {
      this.#engine = await this.#opening
    } catch (error) {
      this.#opening = undefined
      throw error
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close().finally(() => {
      this.#closing = undefined
    })
    return this.#closing
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown is to reject
  async currentRevision(): Promise<number> {
    return this.#read(({ tables }) => readState(tables).revision)
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown is to reject
  async get(key: string, revision?: number): Promise<Entry | undefined> {
    return this.#read(({ tables, large }) => new Snapshot(tables, large).get(key, revision))
  }

  async range(start: string, end: string, options: RangeOptions = {}): Promise<Range> {
    return this.#read((engine) =>
      engine.reading(async () => {
        // It stays the same over the pauses of a long range
        const transaction = engine.tables.root.useReadTransaction()
        try {
          return await new Snapshot(engine.tables, engine.large, transaction).range(start, end, options, engine)
        } finally {
          transaction.done()
        }
      }),
    )
  }

  async commit(write: Write): Promise<Entry> {
    return this.#use((engine) => {
      const largest = this.#options.maxValueBytes ?? defaultMaxValueBytes
      if (write.value && write.value.length > largest)
        throw new StorageError('TooLarge', `a value has at most ${String(largest)} bytes`, { key: write.key })
      return engine.commit(write)
    })
  }

  async *watch(
    start: string,
    end: string,
    { after, signal }: { after: number; signal: AbortSignal },
  ): AsyncGenerator<BackendEvents> {
    const { log, watches } = this.#use((engine) => engine)
    if (after < this.compactRevision()) throw compacted(after, log.revision)
    const watch = new Watch(log, start, end, after, signal)
    watches.add(watch)
    try {
      yield* watch.read()
    } finally {
      watches.delete(watch)
    }
  }

  requestProgress(): void {
    if (!this.#engine) return
    this.#engine.catchUp()
    const { revision } = readState(this.#engine.tables)
    for (const watch of this.#engine.watches) watch.requestProgress(revision)
  }

  async compact(revision: number): Promise<void> {
    return this.#read(async ({ tables, writer, compacted }) => {
      const { revision: current } = readState(tables)
      if (revision > current) throw futureRevision(revision, current)
      if (revision > compacted) await writer.compact(revision)
    })
  }

  compactRevision(): number {
    return this.#engine?.compacted ?? this.#compacted
  }

  #use<T>(run: (engine: Engine) => T): T {
    if (!this.#engine) throw closed()
    return run(this.#engine)
  }

  #read<T>(run: (engine: Engine) => T): T {
    return this.#use((engine) => {
      engine.refresh()
      return run(engine)
    })
  }

  /** What another process of the group has opened. */
  #join(group: BackendGroup): Promise<Engine> {
    const { path, sync = true, now = Date.now } = this.#options
    const tables = openTables(path, { sync, joined: true })
    const engine = new Engine(tables, new Owner(path, group.token), { ...this.#options, group, now })
    engine.start()
    return Promise.resolve(engine)
  }

  async #open(): Promise<Engine> {
    if (this.#group && !this.#group.isKeeper) return this.#join(this.#group)
    const { path, sync = true, now = Date.now } = this.#options
    const owner = new Owner(path, this.#group?.token)
    await owner.await()
    const tables = openTables(path, { sync })
    try {
      owner.claim(tables)
      jumpIfUnsynced(path, tables)
      jumpIfRestored(tables, now())
      if (sync) clearUnsyncedMark(path)
      else setUnsyncedMark(path)
      const engine = new Engine(tables, owner, { ...this.#options, group: this.#group, now })
      engine.start()
      return engine
    } catch (error) {
      owner.release()
      await tables.root.close()
      throw error
    }
  }

  async #close(): Promise<void> {
    await this.#opening?.catch(() => undefined)
    const engine = this.#engine
    this.#engine = undefined
    this.#opening = undefined
    if (!engine) return
    this.#compacted = engine.compacted
    await engine.close()
    if (this.#options.sync === false && (this.#group?.isKeeper ?? true)) clearUnsyncedMark(this.#options.path)
  }
}
