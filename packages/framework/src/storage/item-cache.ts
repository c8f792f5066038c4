import type { StoredItem } from './stored-item.ts'

/** Stored bytes of the items kept in each generation. With what was parsed and encoded of them they take several times as much. */
const generationBytes = 2 * 1024 * 1024

/**
 * Items whose object somebody has asked for, so that the next one need not parse them again: the newest revision of each key. Two generations: what was
 * asked for since the last change of generation stays.
 */
export class ItemCache {
  readonly #limit: number
  #young = new Map<string, StoredItem>()
  #old = new Map<string, StoredItem>()
  #bytes = 0

  constructor(limit = generationBytes) {
    this.#limit = limit
  }

  /** The item of this very revision, if it is kept. */
  get(key: string, revision: number): StoredItem | undefined {
    const young = this.#young.get(key)
    if (young) return young.revision === revision ? young : undefined
    const old = this.#old.get(key)
    if (old?.revision !== revision) return undefined
    this.#put(old)
    return old
  }

  /** The newest revision that is kept: others may have written since. */
  latest(key: string): StoredItem | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  /** The key is gone. */
  forget(key: string): void {
    this.#bytes -= this.#young.get(key)?.bytes.length ?? 0
    this.#young.delete(key)
    this.#old.delete(key)
  }

  add(item: StoredItem): void {
    const known = this.latest(item.key)
    if (!known || known.revision < item.revision) this.#put(item)
  }

  #put(item: StoredItem): void {
    const size = item.bytes.length
    if (size > this.#limit) return
    this.#bytes += size - (this.#young.get(item.key)?.bytes.length ?? 0)
    this.#young.set(item.key, item)
    if (this.#bytes <= this.#limit) return
    this.#old = this.#young
    this.#young = new Map()
    this.#bytes = 0
  }
}
