import type { Entry } from './backend.ts'
import type { StoredItem } from './stored-item.ts'

/** What stood at a place a moment ago, for who has a cache: a write that finds it there need not read before. */
export type Remembered = (place: string) => StoredItem | undefined

/** What a write finds at its key: remembered, until the backend says otherwise. Source: storage/etcd3/store.go GuaranteedUpdate, origStateIsCurrent. */
export class Standing {
  readonly #get: () => Promise<Entry | undefined>
  readonly #itemOf: (entry: Entry) => StoredItem
  #item: StoredItem | undefined
  #isRemembered: boolean

  constructor(
    get: () => Promise<Entry | undefined>,
    itemOf: (entry: Entry) => StoredItem,
    remembered: StoredItem | undefined,
  ) {
    this.#get = get
    this.#itemOf = itemOf
    this.#item = remembered
    this.#isRemembered = remembered !== undefined
  }

  get item(): StoredItem | undefined {
    return this.#item
  }

  async read(): Promise<void> {
    this.found(await this.#get())
  }

  /** What was read, or what a write that failed has found. */
  found(entry: Entry | undefined): void {
    this.#item = entry && this.#itemOf(entry)
    this.#isRemembered = false
  }

  /** It is there now. Else the present one is known afterwards. */
  async isStill(item: StoredItem): Promise<boolean> {
    if (this.#isRemembered) await this.read()
    return this.#item?.revision === item.revision
  }

  /** What `judge` makes of the item. What it throws at one that is remembered may not hold for the present one, which it is then asked about. */
  async judge<T>(judge: (item: StoredItem | undefined) => Promise<T> | T): Promise<T> {
    const item = this.#item
    try {
      return await judge(item)
    } catch (error) {
      if (!item || !this.#isRemembered || (await this.isStill(item))) throw error
      return judge(this.#item)
    }
  }
}
