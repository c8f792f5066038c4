import type { CacheObserver } from './cache-observer.ts'
import type { EventHistoryOptions } from './event-history.ts'

/** How often a Cacher sends bookmarks, how long its reads wait, and its limits. */
export interface CacherOptions {
  /** How often a watch that allows it gets a bookmark. Default 60 000. */
  readonly bookmarkPeriodMs?: number
  /** How long a read waits for a resourceVersion that the cache has not seen yet. Default 3 000. */
  readonly freshTimeoutMs?: number
  readonly history?: EventHistoryOptions
  /** Who counts what it does. */
  readonly observer?: CacheObserver
}
