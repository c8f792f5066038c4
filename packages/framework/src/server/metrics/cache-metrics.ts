import type { GroupResource } from '../../meta/group-version.ts'
import type { CacheObserver } from '../../storage/cacher/index.ts'
import type { Families } from './families.ts'
import { Kept, type NumberFamily } from './series.ts'

const waitBounds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3]
/** Larger resourceVersions are shown by their last digits. */
const shownVersions = 1e15

/** What is read off a cache when somebody wants to see it. */
export interface CacheState {
  readonly revision: number
  readonly historyCapacity: number
}

/** Lists, and the caches that watches and reads are answered from. Source: storage/cacher/metrics, storage/etcd3/metrics. */
export class CacheMetrics {
  /** Counts what the cache of one resource does: ask once for each. */
  readonly observer: (resource: GroupResource) => CacheObserver
  readonly #revisions: NumberFamily
  readonly #capacities: NumberFamily

  constructor(families: Families) {
    const stability = 'ALPHA'
    const counter = (name: string, help: string): NumberFamily => families.number('counter', { name, stability, help })
    const gauge = (name: string, help: string): NumberFamily => {
      const family = families.number('gauge', { name, stability, help })
      // Each process has its own of the same store.
      family.aggregator = 'max'
      return family
    }
    const [ofCache, ofStore] = ['watch cache', 'storage'].map((source, i) => {
      const prefix = `apiserver_${i === 0 ? 'cache' : 'storage'}_list`
      const serving = 'in the course of serving a LIST request'
      return {
        total: counter(`${prefix}_total`, `Number of LIST requests served from ${source}`),
        fetched: counter(`${prefix}_fetched_objects_total`, `Number of objects read from ${source} ${serving}`),
        returned: counter(
          `${prefix}_returned_objects_total`,
          `Number of objects returned for a LIST request from ${source}`,
        ),
      }
    }) as [ListFamilies, ListFamilies]
    const evaluated = counter(
      'apiserver_storage_list_evaluated_objects_total',
      'Number of objects tested in the course of serving a LIST request from storage',
    )
    const byResource = (of: string): string => `${of} broken by resource type.`
    const inits = counter('apiserver_init_events_total', byResource('Counter of init events processed in watch cache'))
    const received = counter(
      'apiserver_watch_cache_events_received_total',
      byResource('Counter of events received in watch cache'),
    )
    const dispatched = counter(
      'apiserver_watch_cache_events_dispatched_total',
      byResource('Counter of events dispatched in watch cache'),
    )
    const initializations = counter(
      'apiserver_watch_cache_initializations_total',
      byResource('Counter of watch cache initializations'),
    )
    const terminated = counter(
      'apiserver_terminated_watchers_total',
      byResource('Counter of watchers closed due to unresponsiveness'),
    )
    const [larger, smaller] = ['increase', 'decrease'].map((change) =>
      counter(
        `watch_cache_capacity_${change}_total`,
        byResource(`Total number of watch cache capacity ${change} events`),
      ),
    ) as [NumberFamily, NumberFamily]
    const bookmarks = counter('etcd_bookmark_total', 'Number of etcd bookmarks (progress notify events) split by kind.')
    const consistent = counter(
      'apiserver_watch_cache_consistent_read_total',
      'Counter for consistent reads from cache.',
    )
    const waits = families.histogram(waitBounds, {
      name: 'apiserver_watch_cache_read_wait_seconds',
      stability,
      help: 'Histogram of time spent waiting for a watch cache to become fresh.',
    })
    this.#revisions = gauge(
      'apiserver_watch_cache_resource_version',
      'Current resource version of watch cache broken by resource type. This is truncated to the 15 least significant digits.',
    )
    this.#capacities = gauge('watch_cache_capacity', byResource('Total capacity of watch cache'))
    this.observer = (resource) => {
      const labels = { group: resource.group, resource: resource.resource }
      const [cacheLists, storeLists] = [
        listSeries(ofCache, { ...labels, index: '' }, labels),
        listSeries(ofStore, labels, labels),
      ]
      const tested = evaluated.series(labels)
      const begun = inits.series(labels)
      const came = received.series(labels)
      const told = dispatched.series(labels)
      const started = initializations.series(labels)
      const cut = terminated.series(labels)
      const grown = larger.series(labels)
      const shrunk = smaller.series(labels)
      const progress = bookmarks.series(labels)
      const wait = waits.series(labels)
      const reads = new Kept((key: string) => {
        const [success = '', fallback = ''] = key.split(' ')
        return consistent.series({ ...labels, success, fallback })
      })
      return {
        listed: (source, list) => {
          const series = source === 'cache' ? cacheLists : storeLists
          series.total.value++
          series.fetched.value += list.fetched ?? 0
          series.returned.value += list.items.length
          if (source === 'store') tested.value += list.evaluated ?? 0
        },
        consistentRead: ({ success, fallback }) => {
          reads.of(`${String(success)} ${String(fallback)}`).value++
        },
        waited: (seconds) => {
          wait.observe(seconds)
        },
        initialized: () => {
          started.value++
        },
        event: () => {
          came.value++
          told.value++
        },
        progress: () => {
          progress.value++
        },
        initialEvents: (count) => {
          begun.value += count
        },
        terminated: () => {
          cut.value++
        },
        resized: (isLarger) => {
          ;(isLarger ? grown : shrunk).value++
        },
      }
    }
  }

  shows({ group, resource }: GroupResource, cache: CacheState): void {
    this.#revisions.shows({ group, resource }, () => cache.revision % shownVersions)
    this.#capacities.shows({ group, resource }, () => cache.historyCapacity)
  }
}

type NumberSeries = ReturnType<NumberFamily['series']>
type ListFamilies = Readonly<Record<'total' | 'fetched' | 'returned', NumberFamily>>
type Labels = Readonly<Record<string, string>>

const listSeries = (
  { total, fetched, returned }: ListFamilies,
  indexed: Labels,
  labels: Labels,
): Readonly<Record<'total' | 'fetched' | 'returned', NumberSeries>> => ({
  total: total.series(indexed),
  fetched: fetched.series(indexed),
  returned: returned.series(labels),
})
