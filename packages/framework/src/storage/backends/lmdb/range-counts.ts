import { LRUCache } from 'lru-cache'

const lists = 256

/** How many keys are left after each page, so that reading a list page by page counts its keys once. */
export class RangeCounts {
  readonly #left = new LRUCache<string, number>({ max: lists })

  /** The keys in [start, end) at `revision`, when `start` is where a page went on. */
  of(revision: number, start: string, end: string): number | undefined {
    return this.#left.get(name(revision, start, end))
  }

  remember(revision: number, lastKey: string, end: string, left: number): void {
    this.#left.set(name(revision, `${lastKey}\0`, end), left)
  }
}

const name = (revision: number, start: string, end: string): string => `${String(revision)}\n${start}\n${end}`
