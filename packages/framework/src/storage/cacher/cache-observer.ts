import type { StoredList } from '../storage.ts'

/** Who counts what a cache does. Source: storage/cacher/metrics, storage/etcd3/metrics. */
export interface CacheObserver {
  /** A list was answered, from memory or by the store. */
  listed(source: 'cache' | 'store', list: StoredList): void
  /** A read that must be as new as the store is, of a cache that has objects: whether the cache came there, or the store answered. */
  consistentRead(outcome: { readonly success: boolean; readonly fallback: boolean }): void
  /** A read asked for a resourceVersion. */
  waited(seconds: number): void
  /** The watch of the backend has begun, or begun anew. */
  initialized(): void
  /** An event has come, and went to all who watch. */
  event(): void
  /** The store has told how far it is, without an event. */
  progress(): void
  /** A watch was told so many objects and events that were there before it. */
  initialEvents(count: number): void
  /** A watch was ended because its reader takes nothing. */
  terminated(): void
  /** The history keeps more events than before, or fewer. */
  resized(larger: boolean): void
}
