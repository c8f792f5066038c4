import { StatusError } from '../meta/status.ts'
import type { KubeObject } from '../meta/object.ts'
import { prefixEnd, type Backend, type Entry, type RangeOptions } from './backend.ts'
import { listItems, type ItemRange, type ListPlace, type ListSource } from './listing.ts'
import { checkPreconditions } from './preconditions.ts'
import { parseResourceVersion } from './resource-version.ts'
import { StorageError } from './storage-error.ts'
import type {
  GuaranteedUpdateOptions,
  Storage,
  StorageDeleteOptions,
  StoredList,
  StorageListOptions,
  StorageWatchOptions,
  StorageWriteOptions,
  TryUpdate,
  WatchStream,
} from './storage.ts'
import { ItemCache } from './item-cache.ts'
import { corrupt, isKubeObject, StoredItem, type ItemCodec } from './stored-item.ts'
import { Standing, type Remembered } from './standing.ts'
import { StoreWatch } from './store-watch.ts'
import { Turns } from './turns.ts'

/** What a Store is made of. */
export interface StoreOptions {
  /** What all keys of the server begin with, as etcd's `--etcd-prefix`: `/registry/example.com`. */
  readonly prefix: string
  /** `/group/resource`: every key must begin with it. */
  readonly resourcePrefix: string
  readonly codec: ItemCodec
}

const notFound = (key: string): StorageError => new StorageError('KeyNotFound', 'key not found', { key })

/** Storage straight over a Backend. Source: storage/etcd3/store.go; specification storage-and-watch §1–§4. */
export class Store implements Storage, ListSource {
  readonly backend: Backend
  readonly codec: ItemCodec
  readonly #prefix: string
  readonly #resourcePrefix: string
  readonly #parsed = new ItemCache()
  readonly #turns = new Turns()

  constructor(backend: Backend, options: StoreOptions) {
    this.backend = backend
    this.codec = remembering(options.codec, this.#parsed)
    this.#prefix = options.prefix.replace(/\/$/, '')
    this.#resourcePrefix = options.resourcePrefix
  }

  async create(key: string, object: KubeObject, options: StorageWriteOptions = {}): Promise<StoredItem> {
    const { resourceVersion } = object.metadata
    if (resourceVersion && resourceVersion !== '0')
      throw new StorageError('Unknown', 'resourceVersion should not be set on objects to be created', { key })
    const place = this.objectKey(key)
    const value = this.codec.encode(object, options.owned)
    try {
      return this.#written(
        await this.backend.commit({ key: place, value, expectedModRevision: 0, ttlSeconds: options.ttlSeconds }),
      )
    } catch (error) {
      if (isConflict(error)) throw new StorageError('KeyExists', 'key exists', { key: place, cause: error })
      throw error
    }
  }

  async get(key: string, options: { resourceVersion?: string } = {}): Promise<StoredItem> {
    const place = this.objectKey(key)
    const minimum = parseResourceVersion(options.resourceVersion)
    const entry = await this.backend.get(place)
    if (minimum) await this.#checkMinimum(minimum, options.resourceVersion)
    if (!entry) throw notFound(place)
    return this.item(entry)
  }

  list(key: string, options: StorageListOptions): Promise<StoredList> {
    return listItems(this, this.place(key, options.recursive), options)
  }

  watch(key: string, options: StorageWatchOptions): Promise<WatchStream> {
    const place = this.place(key, options.recursive)
    return Promise.resolve(new StoreWatch(this, place, parseResourceVersion(options.resourceVersion), options))
  }

  async delete(key: string, options: StorageDeleteOptions = {}, remembered?: Remembered): Promise<StoredItem> {
    const place = this.objectKey(key)
    const standing = await this.#standing(place, remembered)
    for (;;) {
      const item = await standing.judge(async (present) => {
        if (!present) throw notFound(place)
        // What nobody can read is not deleted unseen
        if (!isKubeObject(present.object)) throw corrupt(place, undefined)
        checkPreconditions(present, options.preconditions)
        await options.validate?.(present)
        return present
      })
      try {
        const gone = await this.backend.commit({ key: place, value: null, expectedModRevision: item.revision })
        this.#parsed.forget(place)
        return item.at(gone.modRevision)
      } catch (error) {
        if (!isConflict(error)) throw error
        standing.found(error.current)
      }
    }
  }

  async guaranteedUpdate(
    key: string,
    update: TryUpdate,
    options: GuaranteedUpdateOptions = {},
    remembered?: Remembered,
  ): Promise<StoredItem> {
    const place = this.objectKey(key)
    const standing = await this.#standing(place, remembered)
    let endTurn: (() => void) | undefined
    try {
      for (;;) {
        const written = await this.#tryUpdate(place, standing, update, options)
        if (written) return written
        options.signal?.throwIfAborted()
        if (endTurn) continue
        const isBehind = this.#turns.isTaken(place)
        endTurn = await this.#turns.take(place, options.signal)
        // Those before have written since. Who is the first knows the present object from the conflict.
        if (isBehind) await standing.read()
      }
    } finally {
      endTurn?.()
    }
  }

  /** Undefined: somebody else has written. */
  async #tryUpdate(
    place: string,
    standing: Standing,
    update: TryUpdate,
    options: GuaranteedUpdateOptions,
  ): Promise<StoredItem | undefined> {
    const object = await standing.judge((present) => {
      if (!present && !options.ignoreNotFound) throw notFound(place)
      if (present) checkPreconditions(present, options.preconditions)
      return update(present)
    })
    const { item } = standing
    // Nothing was changed; bytes that another release wrote are brought into today's form all the same.
    const value =
      item && object === item.object && item.isInStoredForm ? item.bytes : this.codec.encode(object, options.owned)
    if (item && value.equals(item.bytes)) {
      return (await standing.isStill(item)) ? item : undefined
    }
    try {
      return this.#written(
        await this.backend.commit({
          key: place,
          value,
          expectedModRevision: item?.revision ?? 0,
          ttlSeconds: options.ttlSeconds,
        }),
      )
    } catch (error) {
      if (!isConflict(error)) throw error
      standing.found(error.current)
      return undefined
    }
  }

  async #standing(place: string, remembered?: Remembered): Promise<Standing> {
    const item = remembered?.(place) ?? this.#parsed.latest(place)
    const standing = new Standing(
      () => this.backend.get(place),
      (entry) => this.item(entry),
      item,
    )
    if (!item) await standing.read()
    return standing
  }

  async currentResourceVersion(): Promise<string> {
    return String(await this.backend.currentRevision())
  }

  ready(): Promise<void> {
    return Promise.resolve()
  }

  /** The backend belongs to the server, which closes it after all stores. */
  close(): Promise<void> {
    return Promise.resolve()
  }

  item(entry: Entry): StoredItem {
    const { key, value, modRevision } = entry
    return this.#parsed.get(key, modRevision) ?? new StoredItem(this.codec, key, value, modRevision)
  }

  /** What was written last is often what is written next. */
  #written(entry: Entry): StoredItem {
    const item = this.item(entry)
    this.#parsed.add(item)
    return item
  }

  async range(start: string, end: string, options: RangeOptions): Promise<ItemRange> {
    const { entries, revision, more, count } = await this.backend.range(start, end, options)
    return { items: entries.map((entry) => this.item(entry)), revision, more, count }
  }

  /** All objects of the resource. */
  get root(): ListPlace {
    return this.place(this.#resourcePrefix, true)
  }

  /** Where the backend has the one object. Throws TypeError for a key outside of the resource. */
  objectKey(key: string): string {
    return this.#prefix + this.#checked(key, key)
  }

  /** Where a list or a watch looks. */
  place(key: string, recursive: boolean): ListPlace {
    if (recursive) {
      const prefix = this.#prefix + this.#checked(key.endsWith('/') ? key : `${key}/`, key)
      return { prefix, start: prefix, end: prefixEnd(prefix), recursive }
    }
    const one = this.objectKey(key)
    return { prefix: one, start: one, end: `${one}\0`, recursive }
  }

  async #checkMinimum(revision: number, asGiven = String(revision)): Promise<void> {
    const current = await this.backend.currentRevision()
    if (revision > current) throw StatusError.tooLargeResourceVersion(asGiven, String(current))
  }

  /** Source: storage/util.go PrepareKey. A key that could leave its place is a mistake of the caller. */
  #checked(key: string, asGiven: string): string {
    if (key === '' || key === '/') throw new TypeError(`empty key: ${JSON.stringify(asGiven)}`)
    if (/(^|\/)\.\.?(\/|$)/.test(key)) throw new TypeError(`invalid key: ${JSON.stringify(asGiven)}`)
    if (!key.startsWith(`${this.#resourcePrefix}/`))
      throw new TypeError(`invalid key: ${JSON.stringify(asGiven)} lacks resource prefix: "${this.#resourcePrefix}"`)
    return key
  }
}

export const isConflict = (error: unknown): error is StorageError =>
  error instanceof StorageError && error.code === 'Conflict'

/** The codec, with what it decodes kept for the next reader. */
const remembering = (codec: ItemCodec, parsed: ItemCache): ItemCodec => ({
  encode: (object, owned) => codec.encode(object, owned),
  inHub: (bytes) => codec.inHub(bytes),
  spliced: (item) => codec.spliced(item),
  pieces: (item) => codec.pieces(item),
  decode: (item) => {
    const object = codec.decode(item)
    if (!item.isPast) parsed.add(item)
    return object
  },
})
