import { setImmediate } from 'node:timers/promises'
import type { Transaction } from 'lmdb'
import type { Entry, Range, RangeOptions } from '../../backend.ts'
import { compacted, futureRevision } from './failures.ts'
import type { KeptRanges } from './kept-ranges.ts'
import { encodeBorder } from './keys.ts'
import type { LargeValues } from './large-values.ts'
import type { RangeCounts } from './range-counts.ts'
import { afterHistory, decodeState, decodeValue, historyBorder, historyKey, keyOfHistory, type State } from './rows.ts'
import { copyOf, stateKey, type Tables } from './tables.ts'

/** Milliseconds after which a long range lets others run. */
const sliceMilliseconds = 8
/** A range with a limit up to this is read at one go. */
const atOneGo = 500

interface Row {
  readonly key: Buffer
  readonly value: Buffer
}

/** What is known of ranges that were read before. */
export interface KnownRanges {
  readonly counts: RangeCounts
  readonly kept: KeptRanges
}

/** The state of the store at one moment, and at the revisions before it that are not compacted. */
export class Snapshot {
  readonly #tables: Tables
  readonly #large: LargeValues
  readonly #in: { transaction?: Transaction }
  #known: State | undefined

  /** Without a transaction, a Snapshot is good for this event turn only. */
  constructor(tables: Tables, large: LargeValues, transaction?: Transaction) {
    this.#tables = tables
    this.#large = large
    this.#in = transaction ? { transaction } : {}
  }

  /** Not read before it is needed: who asks for what is there now does without. */
  get #state(): State {
    if (this.#known) return this.#known
    const state = this.#read(this.#tables.meta, stateKey)
    if (!state) throw new Error('the data has lost its revision')
    return (this.#known = decodeState(state))
  }

  get(key: string, revision?: number): Entry | undefined {
    this.#check(revision)
    const bytes = encodeBorder(key)
    const row = this.#read(this.#tables.kv, bytes)
    if (row && (revision === undefined || decodeValue(row).modified <= revision)) return this.#entry(key, row)
    if (revision === undefined || revision === this.#state.revision) return undefined
    const past = this.#past(bytes, revision)
    return past && this.#entry(key, past)
  }

  async range(start: string, end: string, { limit = 0, revision }: RangeOptions, known: KnownRanges): Promise<Range> {
    this.#check(revision)
    const at = revision ?? this.#state.revision
    const kept = known.kept.get(at, start, end)
    if (kept) return cut(kept, limit, at)
    const entries: Entry[] = []
    const rows = this.#rows(encodeBorder(start), encodeBorder(end), at)
    const pause = this.#pauses(limit)
    let more = false
    for (const { key, value } of rows) {
      if (limit > 0 && entries.length === limit) {
        more = true
        break
      }
      entries.push(this.#entry(key.toString(), value))
      if (pause.due()) await setImmediate()
    }
    const last = entries.at(-1)
    if (!more || !last) {
      known.kept.remember(at, start, end, entries)
      return { entries, revision: at, more, count: entries.length }
    }
    const { counts } = known
    let count = counts.of(at, start, end) ?? counts.total(at, start, end)
    if (count === undefined) {
      count = entries.length + (await this.#countAfter(last.key, end, at))
      counts.rememberTotal(at, start, end, count)
    }
    counts.remember(at, last.key, end, count - entries.length)
    return { entries, revision: at, more, count }
  }

  async #countAfter(key: string, end: string, at: number): Promise<number> {
    const start = encodeBorder(`${key}\0`)
    if (at === this.#state.revision) return this.#tables.kv.getKeysCount({ start, end: encodeBorder(end), ...this.#in })
    // Only for the first page at a revision that has passed: what follows it remembers
    let found = 0
    const pause = this.#pauses(0)
    for (const _row of this.#rows(start, encodeBorder(end), at)) {
      found++
      if (pause.due()) await setImmediate()
    }
    return found
  }

  #rows(start: Buffer, end: Buffer, revision: number): Iterable<Row> {
    if (start.compare(end) >= 0) return []
    if (revision === this.#state.revision) return this.#tables.kv.getRange({ start, end, ...this.#in })
    return this.#pastRows(start, end, revision)
  }

  /** The present rows that are old enough, and between them the past ones, in the order of their keys. */
  *#pastRows(start: Buffer, end: Buffer, revision: number): Generator<Row> {
    const past = this.#pastKeys(start, end)
    let pastKey = past()
    for (const row of this.#tables.kv.getRange({ start, end, ...this.#in })) {
      while (pastKey && pastKey.compare(row.key) < 0) {
        const value = this.#past(pastKey, revision)
        if (value) yield { key: pastKey, value }
        pastKey = past()
      }
      const here = pastKey?.equals(row.key)
      if (decodeValue(row.value).modified <= revision) yield row
      else if (here) {
        const value = this.#past(row.key, revision)
        if (value) yield { key: row.key, value }
      }
      if (here) pastKey = past()
    }
    for (; pastKey; pastKey = past()) {
      const value = this.#past(pastKey, revision)
      if (value) yield { key: pastKey, value }
    }
  }

  /** Each call: the next key that has a history. A key's history is passed over in one step, however long it is. */
  #pastKeys(start: Buffer, end: Buffer): () => Buffer | undefined {
    let from = historyBorder(start)
    const to = historyBorder(end)
    return () => {
      if (from.compare(to) >= 0) return undefined
      for (const found of this.#tables.hist.getKeys({ start: from, end: to, limit: 1, ...this.#in })) {
        const key = keyOfHistory(found)
        from = afterHistory(key)
        return key
      }
      return undefined
    }
  }

  /** The row of kv that `key` had at `revision`, out of its history. */
  #past(key: Buffer, revision: number): Buffer | undefined {
    const start = historyKey(key, revision + 1)
    for (const { value } of this.#tables.hist.getRange({ start, end: afterHistory(key), limit: 1, ...this.#in }))
      return decodeValue(value).modified <= revision ? value : undefined
    return undefined
  }

  #entry(key: string, row: Buffer): Entry {
    const { value, created, modified } = this.#large.whole(row, this.#in.transaction)
    return { key, value, createRevision: created, modRevision: modified }
  }

  #read(table: Tables['kv'], key: Buffer): Buffer | undefined {
    const { transaction } = this.#in
    return transaction ? table.get(key, { transaction }) : copyOf(table, key)
  }

  #check(revision: number | undefined): void {
    if (revision === undefined) return
    if (revision > this.#state.revision) throw futureRevision(revision, this.#state.revision)
    if (revision < this.#state.compacted) throw compacted(revision, this.#state.revision)
  }

  /** Pauses are possible only where a transaction holds the snapshot. */
  #pauses(limit: number): { due(): boolean } {
    if (!this.#in.transaction) return { due: () => false }
    if (limit > 0 && limit <= atOneGo) return { due: () => false }
    let rows = 0
    let next = performance.now() + sliceMilliseconds
    const due = (): boolean => {
      if (++rows % 64 || performance.now() < next) return false
      next = performance.now() + 2 * sliceMilliseconds
      return true
    }
    return { due }
  }
}

const cut = (all: readonly Entry[], limit: number, revision: number): Range => {
  const more = limit > 0 && limit < all.length
  return { entries: more ? all.slice(0, limit) : all, revision, more, count: all.length }
}
