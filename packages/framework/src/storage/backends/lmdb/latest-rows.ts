import { LRUCache } from 'lru-cache'
import type { BackendEvent } from '../../backend.ts'
import { rowOf, sameHeader } from './rows.ts'
import type { Table } from './tables.ts'

const keptBytes = 4 * 1024 * 1024

export interface LatestRow {
  readonly row: Buffer
  /** The part of the row that was given to be written. */
  readonly value: Buffer
}

/** The rows that were written last, where they are large: what stands in the table is compared by its header, and need not be copied out of it. */
export class LatestRows {
  readonly #kv: Table
  readonly #values = new LRUCache<string, Buffer>({ maxSize: keptBytes, sizeCalculation: ({ length }) => length || 1 })

  constructor(kv: Table) {
    this.#kv = kv
  }

  /** Of writes that are on the disk. */
  written(events: readonly BackendEvent[]): void {
    for (const { key, value } of events)
      if (value && rowOf(value)) this.#values.set(key, value)
      else this.#values.delete(key)
  }

  /** The row that stands there now, if it is the one kept. */
  get(key: string, bytes: Buffer): LatestRow | undefined {
    const value = this.#values.get(key)
    const row = value && rowOf(value)
    // A view of lmdb's own memory, good until the next read.
    const present = row && this.#kv.getBinaryFast(bytes)
    return present && sameHeader(row, present) ? { row, value } : undefined
  }
}
