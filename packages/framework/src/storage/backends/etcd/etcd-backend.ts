import { readFile } from 'node:fs/promises'
import type { Backend, BackendEvents, BackendSupports, Entry, Range, RangeOptions, Write } from '../../backend.ts'
import { StorageError } from '../../storage-error.ts'
import { Cluster } from './cluster.ts'
import { compactRevisionKey, Compactor } from './compactor.ts'
import { CompactionWatch } from './compaction-watch.ts'
import { isProgressSafe, methods } from './endpoint.ts'
import { closed, compacted } from './failures.ts'
import { Leases } from './leases.ts'
import { encodeRange, type RangeRequest, type RangeResponse } from './messages.ts'
import { Watch } from './watch.ts'
import { Writer } from './writer.ts'

/** Options for {@link EtcdBackend}. */
export interface EtcdBackendOptions {
  /**
   * The cluster's client addresses, as `https://etcd-0:2379`. One is used at a time; when it fails, the next. Without a
   * scheme it is TLS if there is a `caFile` or a `certFile`.
   */
  readonly servers: readonly string[]
  /** PEM. Default: the authorities that Node.js trusts. */
  readonly caFile?: string
  /** PEM; the client's certificate, and its key. */
  readonly certFile?: string
  readonly keyFile?: string
  /** Of all servers that use the etcd one compacts it in this time. Default 300; 0: this one never does. */
  readonly compactionIntervalSeconds?: number
  /** How long a call may take. Default 5. A read tries the other servers in this time, too. */
  readonly requestTimeoutSeconds?: number
  /** How long a read of a range may take. Default 60. */
  readonly rangeTimeoutSeconds?: number
  /** A connection is asked for a sign of life after this time without traffic. Default 10; etcd allows no less than 5. */
  readonly keepaliveTimeSeconds?: number
  /** A connection without a sign of life for this time is given up. Default 5. */
  readonly keepaliveTimeoutSeconds?: number
}

interface Opened {
  readonly cluster: Cluster
  readonly writer: Writer
  readonly compactor: Compactor
  readonly compactions: CompactionWatch
}

/**
 * Keeps everything in etcd 3.4 or later, or in what speaks its protocol (kine), for any number of servers.
 *
 * @throws StorageError; `Unknown` where a write failed in a way that leaves open whether it has happened.
 */
export class EtcdBackend implements Backend {
  readonly #options: EtcdBackendOptions
  readonly #timeoutSeconds: number
  readonly #watches = new Set<Watch>()
  #opened: Opened | undefined
  #opening: Promise<void> | undefined
  #closing: Promise<void> | undefined
  #compacted = 0
  #supports = supports

  constructor(options: EtcdBackendOptions) {
    this.#options = options
    this.#timeoutSeconds = options.requestTimeoutSeconds ?? 5
  }

  get supports(): BackendSupports {
    return this.#supports
  }

  /** Rejects with StorageError `Unreachable` when no server answers. */
  open(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** Waits for the calls that are going on. */
  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined)
    const opened = this.#opened
    if (opened) {
      this.#opened = undefined
      this.#opening = undefined
      for (const watch of this.#watches) watch.end()
      this.#closing = close(opened)
    }
    await this.#closing
  }

  async currentRevision(): Promise<number> {
    return (await this.#range(revisionRequest, this.#timeoutSeconds)).revision
  }

  async get(key: string, revision?: number): Promise<Entry | undefined> {
    const request = { key: Buffer.from(key), limit: 1, ...(revision !== undefined && { revision }) }
    return (await this.#range(request, this.#timeoutSeconds)).kvs[0]
  }

  async range(start: string, end: string, { limit = 0, revision }: RangeOptions = {}): Promise<Range> {
    const key = Buffer.from(start || '\0')
    const rangeEnd = Buffer.from(end)
    // Where there can be nothing, one key is read for the revision
    const empty = key.compare(rangeEnd) >= 0
    const request = { key, limit: empty ? 1 : limit, ...(!empty && { rangeEnd }), ...(revision && { revision }) }
    const response = await this.#range(request, this.#options.rangeTimeoutSeconds ?? 60)
    const at = revision || response.revision
    if (empty) return { entries: [], revision: at, more: false, count: 0 }
    return { entries: response.kvs, revision: at, more: response.more, count: response.count }
  }

  async commit(write: Write): Promise<Entry> {
    return this.#use().writer.commit(write)
  }

  async *watch(
    start: string,
    end: string,
    { after, signal }: { after: number; signal: AbortSignal },
  ): AsyncGenerator<BackendEvents> {
    const { cluster } = this.#use()
    if (signal.aborted) return
    // etcd would accept a watch from the compacted revision itself
    if (after < this.#compacted) throw compacted({ revision: after })
    const onCompacted = (revision: number): void => {
      this.#noteCompaction(revision)
    }
    const key = Buffer.from(start || '\0')
    const watch = new Watch(cluster, { key, rangeEnd: Buffer.from(end), after, onCompacted })
    const abort = (): void => {
      watch.end()
    }
    this.#watches.add(watch)
    signal.addEventListener('abort', abort, { once: true })
    try {
      yield* watch.read()
    } finally {
      signal.removeEventListener('abort', abort)
      this.#watches.delete(watch)
    }
  }

  /** Every open watch asks its server. Not where the server is older than 3.4.31 or 3.5.13, which may answer wrongly. */
  requestProgress(): void {
    for (const watch of this.#watches) watch.requestProgress()
  }

  async compact(revision: number): Promise<void> {
    return this.#use().compactor.compact(revision)
  }

  compactRevision(): number {
    return this.#compacted
  }

  async #open(): Promise<void> {
    await this.#closing
    const { servers, caFile, certFile, keyFile } = this.#options
    const { keepaliveTimeSeconds = 10, keepaliveTimeoutSeconds = 5, compactionIntervalSeconds = 300 } = this.#options
    const [ca, cert, key] = await Promise.all([readIfNamed(caFile), readIfNamed(certFile), readIfNamed(keyFile)])
    const cluster = new Cluster({
      servers,
      tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
      keepalive: { timeSeconds: keepaliveTimeSeconds, timeoutSeconds: keepaliveTimeoutSeconds },
    })
    const onCompacted = (revision: number): void => {
      this.#noteCompaction(revision)
    }
    const timeoutSeconds = this.#timeoutSeconds
    const compactions = new CompactionWatch(cluster, onCompacted)
    const compactor = new Compactor(cluster, { timeoutSeconds, onCompacted })
    const writer = new Writer(cluster, new Leases(cluster, timeoutSeconds), timeoutSeconds)
    const opened = { cluster, writer, compactor, compactions }
    try {
      // A connection may stand for a moment, and then be refused for want of a certificate
      await cluster.read(methods.range, encodeRange(revisionRequest), { timeoutSeconds })
      await compactions.start()
      this.#supports = { ...supports, progress: await isProgressAnswered(cluster, timeoutSeconds) }
    } catch (error) {
      await close(opened)
      throw error
    }
    compactor.start(compactionIntervalSeconds)
    this.#opened = opened
  }

  async #range(request: RangeRequest, timeoutSeconds: number): Promise<RangeResponse> {
    const { cluster } = this.#use()
    const { revision } = request
    const fields = revision === undefined ? {} : { revision }
    try {
      return await cluster.read(methods.range, encodeRange(request), { timeoutSeconds, fields })
    } catch (error) {
      if (!(error instanceof StorageError) || !historyCodes.has(error.code) || revision === undefined) throw error
      // What is told about the revision asked for names the store's own, too
      const currentRevision = await this.currentRevision()
      throw new StorageError(error.code, error.message, { revision, currentRevision, cause: error })
    }
  }

  #noteCompaction(revision: number): void {
    this.#compacted = Math.max(this.#compacted, revision)
  }

  #use(): Opened {
    if (!this.#opened) throw closed()
    return this.#opened
  }
}

const supports: BackendSupports = {
  persistence: true,
  snapshotReads: true,
  sharedWriters: true,
  leases: true,
  localReads: false,
}

const isProgressAnswered = (cluster: Cluster, timeoutSeconds: number): Promise<boolean> =>
  cluster.read(methods.status, Buffer.alloc(0), { timeoutSeconds }).then(isProgressSafe, () => false)

/** Of any key: it is the revision of the store that counts. */
const revisionRequest: RangeRequest = { key: Buffer.from(compactRevisionKey), limit: 1 }

const readIfNamed = async (path: string | undefined): Promise<Buffer | undefined> =>
  path === undefined ? undefined : readFile(path)

const historyCodes: ReadonlySet<string> = new Set(['Compacted', 'FutureRevision'])

async function close({ cluster, compactor, compactions }: Opened): Promise<void> {
  compactor.stop()
  compactions.stop()
  await cluster.close()
}
