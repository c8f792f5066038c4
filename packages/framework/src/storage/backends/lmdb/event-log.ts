import type { BackendEvent, BackendEvents } from '../../backend.ts'
import { compacted } from './failures.ts'
import {
  afterHistory,
  decodeLog,
  decodeValue,
  encodeUint64,
  historyKey,
  operation,
  readUint64,
  type LogRow,
} from './rows.ts'
import type { LargeValues } from './large-values.ts'
import { readState, type Tables } from './tables.ts'

/** Latest events kept in memory: what watches that keep up read. */
const recentEvents = 10_000
const recentBytes = 16 * 1024 * 1024
/** What a watch gets at a time. */
const batchEvents = 1000
const batchBytes = 1024 * 1024
/** Rows of the log read at a time, whether they are of the watched range or not. */
const batchRows = 2000

/** All events in order: the latest from memory, older ones from the disk. */
export class EventLog {
  readonly #tables: Tables
  readonly #large: LargeValues
  #recent: BackendEvent[] = []
  /** Where the recent events begin in #recent; what is before is forgotten. */
  #head = 0
  #bytes = 0
  #revision: number

  constructor(tables: Tables, large: LargeValues) {
    this.#tables = tables
    this.#large = large
    this.#revision = readState(tables).revision
  }

  /** The last revision whose event can be read. */
  get revision(): number {
    return this.#revision
  }

  /** Events that are on the disk, in order. A gap is no harm: what is before it will be read from the disk. */
  append(events: readonly BackendEvent[], revision: number): void {
    const first = events[0]
    if (first && first.revision !== this.#revision + 1) this.#forgetRecent()
    for (const event of events) {
      this.#recent.push(event)
      this.#bytes += sizeOf(event)
    }
    if (!first && revision !== this.#revision) this.#forgetRecent()
    this.#revision = revision
    this.#trim()
  }

  /**
   * `events`, which this process wrote up to `revision`, with those of other processes that are missing before them, and without those that are there
   * already. None where more is missing than is kept.
   */
  completed(events: readonly BackendEvent[], revision: number): readonly BackendEvent[] {
    const own = events.filter((event) => event.revision > this.#revision)
    const to = own[0] ? own[0].revision - 1 : revision
    if (to - this.#revision > recentEvents || this.#revision < readState(this.#tables).compacted) return []
    const missing: BackendEvent[] = []
    for (let at = this.#revision; at < to;) {
      const batch = this.#readDisk(at, () => true)
      for (const event of batch.events) if (event.revision <= to) missing.push(event)
      at = batch.revision
    }
    return [...missing, ...own]
  }

  /**
   * Some of the events after `after` whose key passes, and the revision up to which these are all.
   * Throws StorageError `Compacted`.
   */
  read(after: number, passes: (key: string) => boolean): BackendEvents {
    if (after >= this.#revision) return { events: [], revision: after }
    const oldest = this.#recent[this.#head]
    return oldest && oldest.revision <= after + 1
      ? this.#readRecent(this.#head + after + 1 - oldest.revision, passes)
      : this.#readDisk(after, passes)
  }

  #readRecent(from: number, passes: (key: string) => boolean): BackendEvents {
    const batch = new Batch()
    for (let at = from; at < this.#recent.length; at++) {
      const event = this.#recent[at]
      if (!event) break
      batch.add(passes(event.key) ? event : undefined, event.revision)
      if (batch.full) break
    }
    return batch.done(0)
  }

  #readDisk(after: number, passes: (key: string) => boolean): BackendEvents {
    const { revision, compacted: gone } = readState(this.#tables)
    if (after < gone) throw compacted(after, revision)
    const batch = new Batch()
    const range = { start: encodeUint64(after + 1), end: encodeUint64(revision + 1), limit: batchRows }
    let rows = 0
    for (const { key, value } of this.#tables.log.getRange(range)) {
      const at = readUint64(key, 0)
      const row = decodeLog(value)
      const name = row.key.toString()
      batch.add(passes(name) ? this.#event(at, name, row) : undefined, at)
      if (batch.full || ++rows === batchRows) return batch.done(after)
    }
    return batch.done(revision)
  }

  #event(revision: number, key: string, row: LogRow): BackendEvent {
    const before =
      row.operation === operation.create ? undefined : this.#tables.hist.getBinary(historyKey(row.key, revision))
    const past = before && this.#large.whole(before)
    return {
      type: row.operation === operation.delete ? 'DELETE' : 'PUT',
      key,
      revision,
      value: row.operation === operation.delete ? undefined : this.#written(row.key, revision),
      previous: past && { value: past.value, modRevision: past.modified },
    }
  }

  /** What `revision` wrote: it stands there yet, or the write after it has put it into the history. */
  #written(key: Buffer, revision: number): Buffer {
    const present = this.#tables.kv.getBinary(key)
    if (present) {
      if (decodeValue(present).modified === revision) return this.#large.whole(present).value
    }
    const range = { start: historyKey(key, revision + 1), end: afterHistory(key), limit: 1 }
    for (const { value } of this.#tables.hist.getRange(range)) return this.#large.whole(value).value
    throw new Error(`the history has lost revision ${String(revision)}`)
  }

  #trim(): void {
    while (this.#recent.length - this.#head > recentEvents || this.#bytes > recentBytes) {
      const event = this.#recent[this.#head]
      if (!event) break
      this.#bytes -= sizeOf(event)
      this.#head++
    }
    if (this.#head < recentEvents) return
    this.#recent = this.#recent.slice(this.#head)
    this.#head = 0
  }

  #forgetRecent(): void {
    this.#recent = []
    this.#head = 0
    this.#bytes = 0
  }
}

class Batch {
  readonly #events: BackendEvent[] = []
  #bytes = 0
  #revision = 0

  get full(): boolean {
    return this.#events.length >= batchEvents || this.#bytes >= batchBytes
  }

  add(event: BackendEvent | undefined, revision: number): void {
    this.#revision = revision
    if (!event) return
    this.#events.push(event)
    this.#bytes += sizeOf(event)
  }

  done(reached: number): BackendEvents {
    return { events: this.#events, revision: Math.max(this.#revision, reached) }
  }
}

const sizeOf = ({ key, value, previous }: BackendEvent): number =>
  100 + key.length + (value?.length ?? 0) + (previous?.value.length ?? 0)
