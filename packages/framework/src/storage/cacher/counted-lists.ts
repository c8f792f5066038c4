import { listItems, type ListPlace, type ListSource } from '../listing.ts'
import type { StorageListOptions, StoredList } from '../storage.ts'
import type { Store } from '../store.ts'
import type { CacheObserver } from './cache-observer.ts'

/** Lists of one resource, counted by where they are answered from. */
export class CountedLists {
  readonly #store: Store
  readonly #observer: CacheObserver | undefined

  constructor(store: Store, observer: CacheObserver | undefined) {
    this.#store = store
    this.#observer = observer
  }

  async ofCache(state: ListSource, place: ListPlace, options: StorageListOptions): Promise<StoredList> {
    const list = await listItems(state, place, options)
    this.#observer?.listed('cache', list)
    return list
  }

  async ofStore(key: string, options: StorageListOptions): Promise<StoredList> {
    const list = await this.#store.list(key, options)
    this.#observer?.listed('store', list)
    return list
  }

  /** Where the cache has not come as far as the store. */
  async instead(key: string, options: StorageListOptions): Promise<StoredList> {
    let success = false
    try {
      const list = await this.ofStore(key, options)
      success = true
      return list
    } finally {
      this.#observer?.consistentRead({ success, fallback: true })
    }
  }
}
