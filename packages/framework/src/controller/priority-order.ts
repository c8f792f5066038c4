interface Entry<T> {
  readonly key: string
  readonly item: T
  readonly priority: number
  readonly number: number
}

/**
 * Items by priority, the highest first, and among those of one priority by when they were first added. Source:
 * controller-runtime priorityqueue.
 */
export class PriorityOrder<T> {
  /** A binary heap; entries that are no longer those of #entries are passed over. */
  readonly #heap: Entry<T>[] = []
  readonly #entries = new Map<string, Entry<T>>()
  readonly #depths = new Map<number, number>()
  #count = 0

  get size(): number {
    return this.#entries.size
  }

  /** How many there are of each priority that there ever was. */
  get depths(): ReadonlyMap<number, number> {
    return this.#depths
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  add(key: string, item: T, priority: number): void {
    this.#put({ key, item, priority, number: this.#count++ })
  }

  /** Never lowers it. The item keeps its place among those that were added before and after it. */
  raise(key: string, priority: number): void {
    const entry = this.#entries.get(key)
    if (!entry || entry.priority >= priority) return
    this.#forget(entry)
    this.#put({ ...entry, priority })
  }

  take(): { readonly key: string; readonly item: T; readonly priority: number } | undefined {
    for (let entry = this.#pop(); entry; entry = this.#pop()) {
      if (this.#entries.get(entry.key) !== entry) continue
      this.#forget(entry)
      return entry
    }
    return undefined
  }

  #put(entry: Entry<T>): void {
    this.#entries.set(entry.key, entry)
    this.#depths.set(entry.priority, (this.#depths.get(entry.priority) ?? 0) + 1)
    let at = this.#heap.push(entry) - 1
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = this.#heap[parentAt]
      if (!parent || !isBefore(entry, parent)) break
      this.#heap[at] = parent
      at = parentAt
    }
    this.#heap[at] = entry
  }

  #pop(): Entry<T> | undefined {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (!last || last === first) return first
    let at = 0
    for (;;) {
      const left = this.#heap[2 * at + 1]
      const right = this.#heap[2 * at + 2]
      if (!left) break
      const [child, childAt] = right && isBefore(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1]
      if (!isBefore(child, last)) break
      this.#heap[at] = child
      at = childAt
    }
    this.#heap[at] = last
    return first
  }

  #forget({ key, priority }: Entry<T>): void {
    this.#entries.delete(key)
    this.#depths.set(priority, (this.#depths.get(priority) ?? 1) - 1)
  }
}

const isBefore = <T>(a: Entry<T>, b: Entry<T>): boolean =>
  a.priority === b.priority ? a.number < b.number : a.priority > b.priority
