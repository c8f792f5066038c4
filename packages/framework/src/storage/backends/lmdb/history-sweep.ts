import type { LargeValues } from './large-values.ts'
import { decodeLog, decodeValue, encodeUint64, historyKey, operation, readUint64 } from './rows.ts'
import type { Tables } from './tables.ts'

export interface Swept {
  readonly more: boolean
  /** Of large values. */
  readonly largeBytes: number
}

/**
 * Removes some of the rows that a compaction has left behind. To be used inside a transaction.
 * A crash in the middle is harmless: what is left is found again from the log's first row.
 */
export function sweepHistory({ log, hist }: Tables, large: LargeValues, compactRevision: number, limit: number): Swept {
  const end = encodeUint64(compactRevision + 1)
  const rows = [...log.getRange({ start: encodeUint64(0), end, limit })]
  let largeBytes = 0
  for (const { key, value } of rows) {
    const { key: changed, operation: done } = decodeLog(value)
    const past = historyKey(changed, readUint64(key, 0))
    const row = done === operation.create ? undefined : hist.getBinary(past)
    if (row) {
      const { modified, value: inRow, length } = decodeValue(row)
      if (!inRow) {
        large.remove(modified)
        largeBytes += length
      }
      void hist.remove(past)
    }
    void log.remove(key)
  }
  return { more: rows.length === limit, largeBytes }
}
