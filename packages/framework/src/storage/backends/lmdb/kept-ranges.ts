import { LRUCache } from 'lru-cache'
import { firstNotBefore } from '../../../util/binary-search.ts'
import { compareUtf8 } from '../../../util/utf8.ts'
import { prefixEnd, type BackendEvent, type Entry } from '../../backend.ts'

const maxRanges = 64
const maxBytes = 8 * 1024 * 1024

/**
 * What stood below the prefixes that were listed last, kept up to date by every write: to take a thousand rows out of LMDB costs more than all the rest of
 * a list. Small ranges alone, so that the memory is bounded.
 */
export class KeptRanges {
  readonly #ranges = new LRUCache<string, KeptRange>({ max: maxRanges, maxSize: maxBytes, maxEntrySize: maxBytes / 2 })
  #revision: number

  constructor(revision: number) {
    this.#revision = revision
  }

  /** All entries that begin with `start`, if that is the range, and they are known as of `revision`. */
  get(revision: number, start: string, end: string): readonly Entry[] | undefined {
    return revision === this.#revision && prefixEnd(start) === end ? this.#ranges.get(start)?.read() : undefined
  }

  remember(revision: number, start: string, end: string, entries: readonly Entry[]): void {
    if (revision === this.#revision && prefixEnd(start) === end) this.#keep(new KeptRange(start, entries))
  }

  changed(events: readonly BackendEvent[], revision: number): void {
    // After a failure nobody knows what has been written: each event has a revision of its own
    if (revision - this.#revision !== events.length) this.#ranges.clear()
    this.#revision = revision
    for (const range of [...this.#ranges.values()]) {
      const { bytes } = range
      for (const event of events) if (event.key.startsWith(range.prefix)) range.apply(event)
      if (range.isIdle) this.#ranges.delete(range.prefix)
      else if (range.bytes !== bytes) this.#keep(range)
    }
  }

  #keep(range: KeptRange): void {
    this.#ranges.set(range.prefix, range, { size: range.bytes })
  }
}

/** About what an entry takes beside its key and its value. */
const overhead = 100

const sizeOf = ({ key, value }: Entry): number => overhead + key.length + value.length

class KeptRange {
  readonly prefix: string
  #entries: Entry[]
  #bytes = overhead
  /** Readers have the array: it is to be copied before it changes. */
  #isShared = true
  #unread = 0

  constructor(prefix: string, entries: readonly Entry[]) {
    this.prefix = prefix
    this.#entries = entries as Entry[]
    for (const entry of entries) this.#bytes += sizeOf(entry)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** To follow it has cost what reading it anew would. */
  get isIdle(): boolean {
    return this.#unread > this.#entries.length + 16
  }

  read(): readonly Entry[] {
    this.#isShared = true
    this.#unread = 0
    return this.#entries
  }

  apply({ key, value, revision }: BackendEvent): void {
    if (this.#isShared) this.#entries = [...this.#entries]
    this.#isShared = false
    this.#unread++
    const place = this.#placeOf(key)
    const found = this.#entries[place]
    const present = found?.key === key ? found : undefined
    const entry = value && { key, value, createRevision: present?.createRevision ?? revision, modRevision: revision }
    this.#entries.splice(place, present ? 1 : 0, ...(entry ? [entry] : []))
    this.#bytes += (entry ? sizeOf(entry) : 0) - (present ? sizeOf(present) : 0)
  }

  /** Of the key, or where it would go. */
  #placeOf(key: string): number {
    const entries = this.#entries
    return firstNotBefore(0, entries.length, (place) => compareUtf8(entries[place]?.key ?? '', key) < 0)
  }
}
