import { StatusError } from '../../meta/status.ts'
import type { KubeObject } from '../../meta/object.ts'
import { ItemEvent } from '../item-event.ts'
import { planOf, type ItemRange, type ListPlace } from '../listing.ts'
import { parseResourceVersion } from '../resource-version.ts'
import { StorageError } from '../storage-error.ts'
import type {
  GuaranteedUpdateOptions,
  Storage,
  StorageDeleteOptions,
  StorageListOptions,
  StorageWatchOptions,
  StorageWriteOptions,
  StoredList,
  TryUpdate,
  WatchStream,
} from '../storage.ts'
import type { Store } from '../store.ts'
import type { StoredItem } from '../stored-item.ts'
import { Bookmarks } from './bookmarks.ts'
import type { CacheObserver } from './cache-observer.ts'
import { CacheWatcher, tooOld, type CacheWatcherStart, type WatcherHome } from './cache-watcher.ts'
import type { CacherOptions } from './cacher-options.ts'
import { CountedLists } from './counted-lists.ts'
import { EventHistory, type EventHistoryOptions } from './event-history.ts'
import { Feed, type FeedSink, type FeedStart } from './feed.ts'
import { Freshness } from './freshness.ts'
import { LiveWatchers } from './live-watchers.ts'
import { ObjectTree } from './object-tree.ts'
import { Readiness } from './readiness.ts'
import { statePages } from './state-pages.ts'

const defaultFreshTimeoutMs = 3_000

/**
 * A Storage before a Store: one watch of the backend serves all watches of clients, and what reads cost a network's round trip otherwise is answered
 * from memory. Source: storage/cacher; specification storage-and-watch §2.3, §4 and §5.
 */
export class Cacher implements Storage {
  readonly #store: Store
  readonly #freshTimeoutMs: number
  readonly #historyOptions: EventHistoryOptions
  readonly #observer: CacheObserver | undefined
  readonly #readiness = new Readiness()
  readonly #freshness: Freshness
  readonly #bookmarks: Bookmarks
  readonly #live: LiveWatchers
  readonly #lists: CountedLists
  readonly #watchers = new Set<CacheWatcher>()
  readonly #feed: Feed
  readonly #home: WatcherHome
  #history = new EventHistory(0)
  /** Only where reads of the backend are not local. */
  #tree: ObjectTree | undefined
  /** The cache is ready when it has come here. */
  #readyAt = 0
  #closing: Promise<void> | undefined

  constructor(store: Store, options: CacherOptions = {}) {
    const requestProgress = (): void => {
      store.backend.requestProgress()
    }
    this.#store = store
    this.#freshTimeoutMs = options.freshTimeoutMs ?? defaultFreshTimeoutMs
    const { observer } = options
    this.#observer = observer
    this.#historyOptions = { resized: (larger) => observer?.resized(larger), ...options.history }
    this.#live = new LiveWatchers(() => observer?.terminated())
    this.#lists = new CountedLists(store, observer)
    this.#freshness = new Freshness(requestProgress)
    this.#bookmarks = new Bookmarks(requestProgress, options.bookmarkPeriodMs)
    this.#home = this.#homeOfWatchers()
    this.#feed = new Feed(store, this.#sink())
  }

  create(key: string, object: KubeObject, options?: StorageWriteOptions): Promise<StoredItem> {
    return this.#store.create(key, object, options)
  }

  delete(key: string, options?: StorageDeleteOptions): Promise<StoredItem> {
    return this.#store.delete(key, options, this.#remembered)
  }

  guaranteedUpdate(key: string, update: TryUpdate, options?: GuaranteedUpdateOptions): Promise<StoredItem> {
    return this.#store.guaranteedUpdate(key, update, options, this.#remembered)
  }

  /** Source: storage/cacher/cacher.go GuaranteedUpdate. */
  readonly #remembered = (place: string) => (this.#readiness.ready ? this.#tree?.get(place) : undefined)

  currentResourceVersion(): Promise<string> {
    return this.#store.currentResourceVersion()
  }

  /** How far the cache has come. */
  get revision(): number {
    return this.#freshness.revision
  }

  /** How many events its history may hold. */
  get historyCapacity(): number {
    return this.#history.capacity
  }

  ready(signal?: AbortSignal): Promise<void> {
    return this.#readiness.wait(signal)
  }

  /** Ends all watches; the Store and its backend stay open. */
  close(): Promise<void> {
    this.#readiness.stop()
    this.#freshness.giveUp()
    this.#endWatchers()
    return (this.#closing ??= this.#feed.close())
  }

  async get(key: string, options: { resourceVersion?: string } = {}): Promise<StoredItem> {
    const { resourceVersion = '' } = options
    const minimum = parseResourceVersion(resourceVersion)
    if (resourceVersion === '' || !this.#readiness.ready) return this.#store.get(key, options)
    const place = this.#store.objectKey(key)
    const fresh = await this.#notOlderThan(minimum, resourceVersion)
    if (!fresh || !this.#tree) return this.#store.get(key, { resourceVersion: '' })
    const item = this.#tree.get(place)
    if (!item) throw new StorageError('KeyNotFound', 'key not found', { key: place })
    return item
  }

  async list(key: string, options: StorageListOptions): Promise<StoredList> {
    const place = this.#store.place(key, options.recursive)
    if (!this.#readiness.ready) {
      this.#readiness.checkStopped()
      // What a store that is no cache answers quickly need not wait
      const cheap = (options.limit ?? 0) > 0 && options.predicate.everything
      if (!this.#store.backend.supports.localReads && !cheap) this.#readiness.check()
      return this.#lists.ofStore(key, options)
    }
    const { resourceVersion = '', signal } = options
    // The past of one object is the store's to tell; also that there is no such past
    if (!place.recursive && options.resourceVersionMatch === 'Exact') return this.#lists.ofStore(key, options)
    const { revision, minimum } = planOf(place, options)
    const asGiven = revision === undefined || !options.continue ? resourceVersion : ''
    const fresh = await this.#notOlderThan(revision ?? minimum, asGiven, signal)
    // Clients of "0" want all, and a cache has it at hand
    const asked = resourceVersion === '0' ? { ...options, limit: 0 } : options
    if (revision !== undefined) return this.#listAt(revision, key, place, asked)
    if (!fresh || !this.#tree) return this.#lists.ofStore(key, asked)
    if (resourceVersion === '' || options.continue) {
      const success = await this.#consistent(signal)
      if (!success) return this.#lists.instead(key, options)
      this.#observer?.consistentRead({ success, fallback: false })
    }
    const state = this.#tree.state(this.#freshness.revision)
    const list = await this.#lists.ofCache(state, place, asked)
    if (list.continue !== '') this.#tree.pin(state)
    return list
  }

  async watch(key: string, options: StorageWatchOptions): Promise<WatchStream> {
    const place = this.#store.place(key, options.recursive)
    const { resourceVersion = '' } = options
    const revision = parseResourceVersion(resourceVersion)
    this.#readiness.check()
    const start = await this.#startOf(place, revision, options)
    // It may have gone while this waited
    this.#readiness.check()
    const watcher = new CacheWatcher(this.#home, place, options, start)
    if (!options.signal.aborted) this.#watchers.add(watcher)
    return watcher
  }

  async #startOf(place: ListPlace, revision: number, options: StorageWatchOptions): Promise<CacheWatcherStart> {
    const { sendInitialEvents, resourceVersion = '', signal } = options
    if (sendInitialEvents ?? revision === 0) {
      try {
        const wanted = resourceVersion === '' && this.#tree ? await this.#store.backend.currentRevision() : revision
        const fresh = await this.#notOlderThan(wanted, resourceVersion || String(wanted), signal)
        return { after: 0, state: () => this.#state(place, fresh) }
      } catch (error) {
        return { after: 0, error: error as Error }
      }
    }
    if (revision === 0) {
      const after = resourceVersion === '' ? await this.#store.backend.currentRevision() : this.#freshness.revision
      return { after, place: this.#history.after(after) ?? this.#history.end }
    }
    const at = this.#history.after(revision)
    return at === undefined
      ? { after: revision, error: tooOld(revision, this.#history.floor) }
      : { after: revision, place: at }
  }

  /** Of the store where the cache is not fresh enough. */
  #state(place: ListPlace, fresh: boolean): AsyncGenerator<ItemRange> {
    return statePages((fresh && this.#tree?.state(this.#freshness.revision)) || this.#store, place)
  }

  /** An exact state: from memory if a page before was, else from the Store, which also says what is wrong with it. */
  #listAt(revision: number, key: string, place: ListPlace, options: StorageListOptions): Promise<StoredList> {
    const state = this.#tree?.pinned(revision)
    if (!state || revision < this.#store.backend.compactRevision()) return this.#lists.ofStore(key, options)
    return this.#lists.ofCache(state, place, options)
  }

  /** Waits until the cache is as new as the store is now; false: it does not come there. */
  async #consistent(signal?: AbortSignal): Promise<boolean> {
    const { backend } = this.#store
    if (backend.supports.progress === false) return false
    const begin = performance.now()
    const reached = await this.#freshness.reaches(await backend.currentRevision(), this.#freshTimeoutMs, signal)
    this.#observer?.waited((performance.now() - begin) / 1000)
    return reached
  }

  /**
   * Waits until the store is known to be there; 504 when it does not come in time. False: the store is there, and the cache is not
   * heard to be, as with an etcd that cannot be asked for progress.
   */
  async #notOlderThan(revision: number, asGiven: string, signal?: AbortSignal): Promise<boolean> {
    if (revision === 0) return true
    const begin = performance.now()
    try {
      return revision <= this.#freshness.revision || (await this.#comesTo(revision, asGiven, signal))
    } finally {
      this.#observer?.waited((performance.now() - begin) / 1000)
    }
  }

  async #comesTo(revision: number, asGiven: string, signal?: AbortSignal): Promise<boolean> {
    const { backend } = this.#store
    const hasCome = async (): Promise<boolean> => revision <= (await backend.currentRevision())
    if (!this.#tree && (await hasCome())) return true
    if (this.#tree && backend.supports.progress === false && (await hasCome())) return false
    if (await this.#freshness.reaches(revision, this.#freshTimeoutMs, signal)) return true
    signal?.throwIfAborted()
    this.#readiness.check()
    if (this.#tree && (await hasCome())) return false
    throw StatusError.tooLargeResourceVersion(asGiven || String(revision), String(this.#freshness.revision), 1)
  }

  #sink(): FeedSink {
    return {
      begin: ({ after, revision, items }: FeedStart) => {
        this.#history = new EventHistory(after, this.#historyOptions)
        this.#observer?.initialized()
        this.#tree = items && new ObjectTree(items)
        this.#freshness.restart(after)
        this.#readyAt = revision
        this.#readyWhenFresh()
      },
      event: (event) => {
        const mine = new ItemEvent(this.#store.codec, event, this.#tree?.get(event.key))
        this.#tree?.apply(mine)
        this.#history.add(mine)
        const room = this.#live.dispatch(mine)
        this.#observer?.event()
        this.#freshness.advance(event.revision)
        return room
      },
      reached: (revision, alone) => {
        if (alone) this.#observer?.progress()
        this.#freshness.advance(revision)
        this.#bookmarks.reached(revision)
        this.#readyWhenFresh()
      },
      broken: (error) => {
        this.#readiness.down(error)
        this.#freshness.giveUp()
        this.#endWatchers()
      },
    }
  }

  #readyWhenFresh(): void {
    if (!this.#readiness.ready && this.#freshness.revision >= this.#readyAt) this.#readiness.up()
  }

  #endWatchers(): void {
    for (const watcher of this.#watchers) watcher.end()
  }

  #homeOfWatchers(): WatcherHome {
    const history = (): EventHistory => this.#history
    return {
      get history() {
        return history()
      },
      initialEvents: this.#observer && ((count) => this.#observer?.initialEvents(count)),
      live: (watcher) => {
        this.#live.add(watcher)
        this.#bookmarks.add(watcher)
      },
      gone: (watcher) => {
        this.#watchers.delete(watcher)
        this.#live.delete(watcher)
        this.#bookmarks.delete(watcher)
      },
    }
  }
}
