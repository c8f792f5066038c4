import type { Transaction } from 'lmdb'
import { LRUCache } from 'lru-cache'
import type { BackendEvent } from '../../backend.ts'
import { decodeValue, encodeUint64, type ValueRow } from './rows.ts'
import type { Table } from './tables.ts'

/** Values of this length and more stand in a table of their own: their rows are moved without them. */
export const largeBytes = 8192

const keptBytes = 4 * 1024 * 1024

export interface WholeRow extends ValueRow {
  readonly value: Buffer
  /** Its value stands in a table of its own. */
  readonly isLarge: boolean
}

/** The values that are not in their rows, each under the revision that wrote it. Nothing is ever changed there, so that the latest can be kept. */
export class LargeValues {
  readonly #table: Table
  readonly #kept = new LRUCache<number, Buffer>({ maxSize: keptBytes, sizeCalculation: ({ length }) => length })

  constructor(table: Table) {
    this.#table = table
  }

  /** A row with its value, wherever that stands. */
  whole(bytes: Buffer, transaction?: Transaction): WholeRow {
    const row = decodeValue(bytes)
    const { created, modified, expires, length } = row
    const value = row.value ?? this.#get(modified, transaction)
    return { created, modified, expires, length, value, isLarge: row.value === undefined }
  }

  /** To be used inside a transaction. */
  put(revision: number, value: Buffer): void {
    void this.#table.put(encodeUint64(revision), value)
  }

  /** To be used inside a transaction. */
  remove(revision: number): void {
    void this.#table.remove(encodeUint64(revision))
  }

  /** Of writes that are on the disk: those of a transaction that fails leave their revisions to others. */
  written(events: readonly BackendEvent[]): void {
    for (const { value, revision } of events) if (value && value.length >= largeBytes) this.#kept.set(revision, value)
  }

  #get(revision: number, transaction: Transaction | undefined): Buffer {
    const kept = this.#kept.get(revision)
    if (kept) return kept
    const value = this.#table.get(encodeUint64(revision), transaction && { transaction })
    if (!value) throw new Error(`the data has lost the value of revision ${String(revision)}`)
    return value
  }
}
