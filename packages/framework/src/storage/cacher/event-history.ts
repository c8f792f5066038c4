import { firstNotBefore } from '../../util/binary-search.ts'
import type { ItemEvent } from '../item-event.ts'

/** Source: storage/cacher/watch_cache.go. */
const minCapacity = 100
const maxCapacity = 102_400
/** Twice as many events are kept as long as the oldest is younger than this: a bookmark's period and some more. */
const windowMs = 75_000
/** Bytes of objects that the history may hold, whatever its capacity. */
const maxBytes = 64 * 1024 * 1024

export interface EventHistoryOptions {
  readonly capacity?: number
  readonly maxBytes?: number
  readonly now?: () => number
  /** Told when the capacity changes. */
  readonly resized?: (larger: boolean) => void
}

interface Kept {
  readonly event: ItemEvent
  readonly atMs: number
}

/** The latest events of one resource. A place in it is a number that grows by one with each event, so that readers can keep it. */
export class EventHistory {
  readonly #maxBytes: number
  readonly #now: () => number
  readonly #resized: ((larger: boolean) => void) | undefined
  #kept: (Kept | undefined)[] = []
  /** Places of `#kept` whose events were dropped. */
  #dropped = 0
  /** The place of `#kept[0]`. */
  #base = 0
  #bytes = 0
  #capacity: number
  #floor: number

  constructor(floor: number, options: EventHistoryOptions = {}) {
    this.#floor = floor
    this.#capacity = options.capacity ?? minCapacity
    this.#maxBytes = options.maxBytes ?? maxBytes
    this.#now = options.now ?? Date.now
    this.#resized = options.resized
  }

  /** All events after this revision are here. */
  get floor(): number {
    return this.#floor
  }

  get capacity(): number {
    return this.#capacity
  }

  /**
   * Events that may wait for a reader who follows live: what comes in a second, from 10 to 100, on the way in and as much on the way out.
   * Source: suggestedWatchChannelSize of a resource without an index; specification storage-and-watch §4.6.
   */
  get queueLength(): number {
    return 2 * Math.min(Math.max(Math.ceil(this.#capacity / (windowMs / 1000)), 10), 100)
  }

  /** The place of the next event. */
  get end(): number {
    return this.#base + this.#kept.length
  }

  add(event: ItemEvent): void {
    const atMs = this.#now()
    this.#fit(atMs)
    this.#kept.push({ event, atMs })
    this.#bytes += event.bytes
    while (this.#bytes > this.#maxBytes && this.#length > 1) this.#drop()
    if (this.#dropped > 1024 && this.#dropped * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#dropped)
      this.#base += this.#dropped
      this.#dropped = 0
    }
  }

  /** The place of the first event after a revision; undefined when some of them are gone. */
  after(revision: number): number | undefined {
    if (revision < this.#floor) return undefined
    const isBefore = (at: number): boolean => (this.#kept[at]?.event.revision ?? Infinity) <= revision
    return this.#base + firstNotBefore(this.#dropped, this.#kept.length, isBefore)
  }

  /** Up to `limit` events from a place on; undefined when they are gone. */
  read(place: number, limit: number): ItemEvent[] | undefined {
    const at = place - this.#base
    if (at < this.#dropped) return undefined
    const events: ItemEvent[] = []
    for (const kept of this.#kept.slice(at, at + limit)) if (kept) events.push(kept.event)
    return events
  }

  get #length(): number {
    return this.#kept.length - this.#dropped
  }

  /** Makes room for one more: by capacity while the oldest is young, else by dropping it. */
  #fit(nowMs: number): void {
    if (this.#length < this.#capacity) return
    const before = this.#capacity
    const young = (at: number): boolean => (this.#kept[at]?.atMs ?? 0) > nowMs - windowMs
    if (young(this.#dropped)) this.#capacity = Math.min(maxCapacity, this.#capacity * 2)
    else if (!young(this.#kept.length - (this.#capacity >> 2)))
      this.#capacity = Math.max(minCapacity, this.#capacity >> 1)
    if (this.#capacity !== before) this.#resized?.(this.#capacity > before)
    while (this.#length >= this.#capacity) this.#drop()
  }

  #drop(): void {
    const kept = this.#kept[this.#dropped]
    if (!kept) return
    this.#bytes -= kept.event.bytes
    this.#floor = kept.event.revision
    // The place stays until many can be given up at once; the event goes now
    this.#kept[this.#dropped++] = undefined
  }
}
