import type { BackendEvent, Entry, Write } from '../../backend.ts'
import { StorageError } from '../../storage-error.ts'
import { encodeLog, encodeUint64, encodeValue, expiryKey, historyKey, operation, type State } from './rows.ts'
import { largeBytes, type LargeValues, type WholeRow } from './large-values.ts'
import { copyOf, type Tables } from './tables.ts'

export interface PreparedWrite extends Write {
  readonly bytes: Buffer
  /** Milliseconds of the wall clock; 0: never. */
  readonly expires: number
}

/** What becomes of one write, if the transaction does. */
export type Outcome = { readonly entry: Entry } | { readonly conflict: StorageError }

/** The writes of one transaction. To be used inside it only; every write sees the ones before it. */
export class WriteBatch {
  readonly #tables: Tables
  readonly #large: LargeValues
  readonly #events: BackendEvent[] = []
  #revision: number
  #pastBytes: number

  constructor(tables: Tables, large: LargeValues, state: State) {
    this.#tables = tables
    this.#large = large
    this.#revision = state.revision
    this.#pastBytes = state.pastBytes
  }

  get revision(): number {
    return this.#revision
  }

  /** As in State. */
  get pastBytes(): number {
    return this.#pastBytes
  }

  get events(): readonly BackendEvent[] {
    return this.#events
  }

  apply(write: PreparedWrite): Outcome {
    const { kv, hist, log, ttl } = this.#tables
    const { key, bytes, value, expectedModRevision, expires } = write
    const row = copyOf(kv, bytes)
    const before = row && this.#large.whole(row)
    if ((before?.modified ?? 0) !== expectedModRevision || (value === null && !before)) return conflict(key, before)
    const revision = ++this.#revision
    if (row && before) {
      void hist.put(historyKey(bytes, revision), row)
      if (before.isLarge) this.#pastBytes += before.length
      if (before.expires) void ttl.remove(expiryKey(before.expires, bytes))
    }
    const created = before?.created ?? revision
    if (value === null) void kv.remove(bytes)
    else void kv.put(bytes, this.#row(created, revision, expires, value))
    if (value !== null && expires) void ttl.put(expiryKey(expires, bytes), encodeUint64(revision))
    const done = value === null ? operation.delete : before ? operation.update : operation.create
    void log.put(encodeUint64(revision), encodeLog({ operation: done, key: bytes }))
    this.#events.push({
      type: value === null ? 'DELETE' : 'PUT',
      key,
      revision,
      value: value ?? undefined,
      previous: before && { value: before.value, modRevision: before.modified },
    })
    const left = value ?? before?.value ?? Buffer.alloc(0)
    return { entry: { key, value: left, createRevision: created, modRevision: revision } }
  }

  #row(created: number, modified: number, expires: number, value: Buffer): Buffer {
    const isLarge = value.length >= largeBytes
    if (isLarge) this.#large.put(modified, value)
    return encodeValue({ created, modified, expires, value: isLarge ? undefined : value, length: value.length })
  }
}

function conflict(key: string, row: WholeRow | undefined): Outcome {
  const current: Entry | undefined = row && {
    key,
    value: row.value,
    createRevision: row.created,
    modRevision: row.modified,
  }
  const fields = current ? { key, current } : { key }
  return { conflict: new StorageError('Conflict', 'the key was modified', fields) }
}
