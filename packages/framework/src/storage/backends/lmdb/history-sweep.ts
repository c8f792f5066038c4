import { decodeLog, encodeUint64, historyKey } from './rows.ts'
import type { Tables } from './tables.ts'

/**
 * Removes some of the rows that a compaction has left behind. To be used inside a transaction.
 * True when there are more. A crash in the middle is harmless: what is left is found again from the log's first row.
 */
export function sweepHistory({ log, hist }: Tables, compactRevision: number, limit: number): boolean {
  const end = encodeUint64(compactRevision + 1)
  const rows = [...log.getRange({ start: encodeUint64(0), end, limit })]
  for (const { key, value } of rows) {
    const revision = key.readUInt32BE(0) * 0x1_0000_0000 + key.readUInt32BE(4)
    void hist.remove(historyKey(decodeLog(value).key, revision))
    void log.remove(key)
  }
  return rows.length === limit
}
