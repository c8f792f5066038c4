import { readState, type Table, type Tables } from './tables.ts'

/** How long history is kept, and how much of it. */
export interface HistoryOptions {
  /** Reads and watches can go back this long at least, and twice as long at most. Default 300, as etcd below Kubernetes. 0: for ever. */
  readonly historySeconds?: number
  /** The history may need so much of the disk, however young it is. Default: as much as the present objects, at least 48 MiB. */
  readonly maxHistoryBytes?: number
}

const defaultHistorySeconds = 300
const leastHistoryBytes = 48 * 1024 * 1024
/** Revisions after which the size of the history is looked at. */
const checkRevisions = 1000

interface CompactingWriter {
  compact(revision: number): Promise<void>
  /** Old history is being removed. */
  readonly sweeping: boolean
}

/** Decides when history is to go. Source: storage/etcd3/compact.go, and a limit in bytes that etcd leaves to its quota. */
export class Compactor {
  readonly #tables: Tables
  readonly #writer: CompactingWriter
  readonly #seconds: number
  readonly #bytes: number | undefined
  #timer: NodeJS.Timeout | undefined
  #round: number
  #checked = 0
  #running: Promise<void> = Promise.resolve()

  constructor(tables: Tables, writer: CompactingWriter, { historySeconds, maxHistoryBytes }: HistoryOptions) {
    this.#tables = tables
    this.#writer = writer
    this.#seconds = historySeconds ?? defaultHistorySeconds
    this.#bytes = maxHistoryBytes
    this.#round = readState(tables).revision
  }

  start(): void {
    if (this.#seconds <= 0) return
    this.#timer = setInterval(() => {
      const round = this.#round
      this.#round = readState(this.#tables).revision
      this.#compact(round)
    }, this.#seconds * 1000)
    this.#timer.unref()
  }

  /** The store has come to this revision. */
  notice(revision: number): void {
    if (revision - this.#checked < checkRevisions || this.#writer.sweeping) return
    this.#checked = revision
    const { hist, log, kv, large } = this.#tables
    const { compacted, pastBytes } = readState(this.#tables)
    const limit = this.#bytes ?? Math.max(leastHistoryBytes, bytesOf(kv) + bytesOf(large) - pastBytes)
    const bytes = bytesOf(hist) + bytesOf(log) + pastBytes
    if (bytes <= limit) return
    // Down to three quarters of the limit, as far as revisions are of one size
    this.#compact(Math.ceil(revision - ((revision - compacted) * limit * 0.75) / bytes))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  #compact(revision: number): void {
    if (revision <= readState(this.#tables).compacted) return
    // When it fails, the next round tries again
    this.#running = this.#writer.compact(revision).catch(() => undefined)
  }
}

interface TableStats {
  readonly pageSize: number
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}

function bytesOf(table: Table): number {
  const { pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages } = table.getStats() as TableStats
  return pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages)
}
