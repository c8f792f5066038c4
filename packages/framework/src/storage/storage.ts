import type { KubeObject } from '../meta/object.ts'
import type { StoredItem } from './stored-item.ts'

/**
 * Storage: what every resource's store does, over any Backend. The Store (store.ts) and the cacher (cacher/) both
 * implement it and pass the same suite. Errors are StorageErrors, or StatusErrors where the specification fixes the answer (410, 504, 400).
 */
export interface Storage {
  /** Creates; StorageError `KeyExists`. The object's resourceVersion must be empty. */
  create(key: string, object: KubeObject, options?: StorageWriteOptions): Promise<StoredItem>
  /**
   * resourceVersion: '' linearizable, '0' any state, 'N' not older than N (504 when in the future).
   * StorageError `KeyNotFound`.
   */
  get(key: string, options?: { resourceVersion?: string }): Promise<StoredItem>
  list(key: string, options: StorageListOptions): Promise<StoredList>
  watch(key: string, options: StorageWatchOptions): Promise<WatchStream>
  /** Returns the last stored state with the deletion's revision. `validate` may throw to refuse. */
  delete(key: string, options?: StorageDeleteOptions): Promise<StoredItem>
  /** Reads, lets `update` make the new object, writes; repeats when somebody else wrote in between. A result with equal bytes is not written. */
  guaranteedUpdate(key: string, update: TryUpdate, options?: GuaranteedUpdateOptions): Promise<StoredItem>
  /** The latest revision of the store, as a resourceVersion. */
  currentResourceVersion(): Promise<string>
  /** Resolves when reads and watches can be served. */
  ready(signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** What must be so of the object that is there; else a StorageError `InvalidObject` (409). */
export interface Preconditions {
  readonly uid?: string
  readonly resourceVersion?: string
}
/** Of a deletion: preconditions, and a last check of what is there, which refuses by throwing. */
export interface StorageDeleteOptions {
  readonly preconditions?: Preconditions
  readonly validate?: (current: StoredItem) => void | Promise<void>
}
/** `current` is undefined when the key is absent and `ignoreNotFound` is set. */
export type TryUpdate = (current: StoredItem | undefined) => Promise<KubeObject> | KubeObject
/** Of a write: after how many seconds the object vanishes, and whose it is from then on. */
export interface StorageWriteOptions {
  readonly ttlSeconds?: number
  /** The object is the store's from here on: nobody else keeps it, so that it need not be read from its bytes. */
  readonly owned?: boolean
}
/** Of an update that is tried until nobody else was in between. */
export interface GuaranteedUpdateOptions extends StorageWriteOptions {
  readonly ignoreNotFound?: boolean
  readonly preconditions?: Preconditions
  readonly signal?: AbortSignal
}

/** Which of the objects below a key are wanted. Undefined parts match everything. */
export interface Predicate {
  /** True when every object matches (nothing needs to be parsed). */
  readonly everything: boolean
  matches(item: StoredItem): boolean
}

/** Of a list: which state, which objects, how many, from where on. */
export interface StorageListOptions {
  /** true: everything below key + '/'; false: at most the one object at `key`. */
  readonly recursive: boolean
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan' | ''
  readonly predicate: Predicate
  readonly limit?: number
  readonly continue?: string
  readonly signal?: AbortSignal
}

/** Items of one state, its revision, and where the next page begins. */
export interface StoredList {
  readonly items: readonly StoredItem[]
  readonly resourceVersion: string
  readonly continue: string
  readonly remainingItemCount: number | undefined
  /** What it took: how many objects were read, and how many of them looked at. */
  readonly fetched?: number
  readonly evaluated?: number
}

/** Of a watch: after which revision, which objects, which events beside changes. */
export interface StorageWatchOptions {
  readonly recursive: boolean
  /** '' now, '0' any, 'N' after N. */
  readonly resourceVersion?: string
  readonly predicate: Predicate
  readonly allowWatchBookmarks?: boolean
  readonly sendInitialEvents?: boolean
  readonly signal: AbortSignal
  /** When the watch will be ended; a bookmark is sent shortly before. Milliseconds since the epoch. */
  readonly deadlineMs?: number
}

/** One event of a watch, in the order of revisions. */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly item: StoredItem }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  | { readonly type: 'ERROR'; readonly error: Error }

/** Events in order, in batches. Iterating ends when the stream is over; `close` ends it from the reader's side. */
export interface WatchStream extends AsyncIterable<readonly WatchEvent[]> {
  close(): void
  /** Aborts when the stream has ended, also while its reader is busy elsewhere: a client that takes nothing can then be cut off. */
  readonly over?: AbortSignal
}
