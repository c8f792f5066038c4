import { LRUCache } from 'lru-cache'
import { prefixEnd, type BackendEvent } from '../../backend.ts'

const lists = 256

interface Total {
  readonly prefix: string
  count: number
}

/**
 * How many keys there are below a prefix that was listed, kept up to date by every write, and how many are left after each
 * page: a page costs the same however many there are.
 */
export class RangeCounts {
  readonly #totals = new LRUCache<string, Total>({ max: lists })
  readonly #left = new LRUCache<string, number>({ max: lists })
  #revision: number

  constructor(revision: number) {
    this.#revision = revision
  }

  /** The keys that begin with `start`, if that is the range, and they were counted before. */
  total(revision: number, start: string, end: string): number | undefined {
    return revision === this.#revision && prefixEnd(start) === end ? this.#totals.get(start)?.count : undefined
  }

  rememberTotal(revision: number, start: string, end: string, count: number): void {
    if (revision === this.#revision && prefixEnd(start) === end) this.#totals.set(start, { prefix: start, count })
  }

  changed(events: readonly BackendEvent[], revision: number): void {
    // After a failure nobody knows what has been written: each event has a revision of its own
    if (revision - this.#revision !== events.length) this.#totals.clear()
    this.#revision = revision
    for (const { key, type, previous } of events) {
      const more = (type === 'PUT' ? 1 : 0) - (previous ? 1 : 0)
      if (more === 0) continue
      for (const total of this.#totals.values()) if (key.startsWith(total.prefix)) total.count += more
    }
  }

  /** The keys in [start, end) at `revision`, when `start` is where a page went on. */
  of(revision: number, start: string, end: string): number | undefined {
    return this.#left.get(name(revision, start, end))
  }

  remember(revision: number, lastKey: string, end: string, left: number): void {
    this.#left.set(name(revision, `${lastKey}\0`, end), left)
  }
}

const name = (revision: number, start: string, end: string): string => `${String(revision)}\n${start}\n${end}`
