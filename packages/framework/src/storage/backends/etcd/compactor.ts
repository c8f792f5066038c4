import type { Cluster } from './cluster.ts'
import { methods } from './endpoint.ts'
import { encodeCompaction, encodeTxn } from './messages.ts'
import { StorageError } from '../../storage-error.ts'

/** Shared with every API server of the cluster. Its value is the revision before which history is forgotten. */
export const compactRevisionKey = 'compact_rev_key'

export interface CompactorOptions {
  readonly timeoutSeconds: number
  /** Told when a compaction has happened, here or by another server. */
  readonly onCompacted: (revision: number) => void
}

/**
 * Forgets old history, together with the other servers of the same etcd: of all of them one compacts in an interval, and
 * history of one to two intervals stays. Source: etcd3/compact.go; specification storage-and-watch §6.3.
 */
export class Compactor {
  readonly #cluster: Cluster
  readonly #options: CompactorOptions
  readonly #key = Buffer.from(compactRevisionKey)
  /** The version that compactRevisionKey had when this server last saw it. */
  #version = 0
  /** The store's revision at the last round: what the next one forgets. */
  #revision = 0
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(cluster: Cluster, options: CompactorOptions) {
    this.#cluster = cluster
    this.#options = options
  }

  /** 0: never. */
  start(intervalSeconds: number): void {
    if (!(intervalSeconds > 0)) return
    // From the end of one round to the next: a revision that a slow round has learned is kept for an interval, too
    this.#timer = setTimeout(() => {
      // A failure is no harm: the next round does the work of both
      void this.round()
        .catch(() => undefined)
        .finally(() => {
          if (!this.#stopped) this.start(intervalSeconds)
        })
    }, intervalSeconds * 1000)
    this.#timer.unref()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** Whether this server was the one to compact. */
  async round(): Promise<boolean> {
    const revision = this.#revision
    const request = encodeTxn({
      key: this.#key,
      compare: { target: 'version', value: this.#version },
      put: { value: Buffer.from(String(revision)), lease: 0n, previous: false },
      read: true,
    })
    const { timeoutSeconds } = this.#options
    const response = await this.#cluster.write(methods.txn, request, { timeoutSeconds })
    this.#revision = response.revision
    if (!response.succeeded) {
      this.#version = response.currentVersion
      const compacted = Number(response.current?.value.toString() ?? 0)
      if (compacted > 0) this.#options.onCompacted(compacted)
      return false
    }
    this.#version++
    if (revision > 0) await this.compact(revision)
    return true
  }

  /** Throws StorageError `FutureRevision`. What is compacted already is no error. */
  async compact(revision: number): Promise<void> {
    const { timeoutSeconds } = this.#options
    try {
      await this.#cluster.read(methods.compact, encodeCompaction(revision), { timeoutSeconds, fields: { revision } })
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'Compacted') throw error
    }
    this.#options.onCompacted(revision)
  }
}
