import { BTree } from '../../util/b-tree.ts'
import { compareUtf8 } from '../../util/utf8.ts'
import type { ItemEvent } from '../item-event.ts'
import type { ItemRange, ListSource } from '../listing.ts'
import type { StoredItem } from '../stored-item.ts'

/** States that pages of lists may still ask for. */
const maxPinned = 100

/** All objects of one resource, where reads of the backend cost a network's round trip. */
export class ObjectTree {
  readonly #items: BTree<string, StoredItem>
  readonly #pinned = new Map<number, ObjectState>()

  constructor(items: readonly StoredItem[]) {
    this.#items = new BTree<string, StoredItem>(
      items.map((item) => [item.key, item]),
      compareUtf8,
    )
  }

  get(key: string): StoredItem | undefined {
    return this.#items.get(key)
  }

  apply({ key, item }: ItemEvent): void {
    if (item) this.#items.set(key, item)
    else this.#items.delete(key)
  }

  /** The state now, which stays as it is. */
  state(revision: number): ObjectState {
    return new ObjectState(this.#items.clone(), revision)
  }

  /** Keeps a state for the next pages of a list. */
  pin(state: ObjectState): void {
    this.#pinned.delete(state.revision)
    this.#pinned.set(state.revision, state)
    for (const revision of this.#pinned.keys())
      if (this.#pinned.size > maxPinned) this.#pinned.delete(revision)
      else return
  }

  pinned(revision: number): ObjectState | undefined {
    return this.#pinned.get(revision)
  }
}

/** All objects as they were at one revision. */
export class ObjectState implements ListSource {
  readonly revision: number
  readonly #items: BTree<string, StoredItem>

  constructor(items: BTree<string, StoredItem>, revision: number) {
    this.#items = items
    this.revision = revision
  }

  range(start: string, end: string, { limit }: { limit: number }): Promise<ItemRange> {
    const items: StoredItem[] = []
    const most = limit > 0 ? limit : Infinity
    let count = 0
    this.#items.forRange(start, end, false, (_key, item) => {
      if (count++ < most) items.push(item)
    })
    return Promise.resolve({ items, revision: this.revision, more: count > items.length, count })
  }
}
