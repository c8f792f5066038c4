import type { GroupResource } from '../../meta/group-version.ts'
import { CacheMetrics } from './cache-metrics.ts'
import { requestBounds, type Families } from './families.ts'
import { Kept, type HistogramSeries, type NumberSeries } from './series.ts'

export type StorageOperation = 'get' | 'list' | 'create' | 'update' | 'delete'

/** What is counted of one operation on the objects of one resource. */
export interface OperationSeries {
  readonly total: NumberSeries
  readonly duration: HistogramSeries
}

/** Source: storage/etcd3/metrics. */
export class StorageMetrics {
  readonly cache: CacheMetrics
  readonly #operations: (resource: GroupResource, operation: StorageOperation) => OperationSeries
  readonly #objects: (resource: GroupResource) => { readonly now: NumberSeries; readonly before: NumberSeries }
  readonly #counters: (() => Promise<void>)[] = []
  #countedAt = -Infinity

  constructor(families: Families) {
    this.cache = new CacheMetrics(families)
    const total = families.number('counter', {
      name: 'etcd_requests_total',
      stability: 'ALPHA',
      help: 'Etcd request counts for each operation and object type.',
    })
    const durations = families.histogram(requestBounds, {
      name: 'etcd_request_duration_seconds',
      stability: 'ALPHA',
      help: 'Etcd request latency in seconds for each operation and object type.',
    })
    this.#operations = ({ group, resource }, operation) => {
      const labels = { operation, group, resource }
      return { total: total.series(labels), duration: durations.series(labels) }
    }
    const text =
      'Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.'
    const now = families.number('gauge', { name: 'apiserver_resource_objects', stability: 'ALPHA', help: text })
    const before = families.number('gauge', {
      name: 'apiserver_storage_objects',
      stability: 'STABLE',
      help: `[DEPRECATED, consider using apiserver_resource_objects instead] ${text}`,
    })
    // Each process counts the same ones.
    now.aggregator = 'max'
    before.aggregator = 'max'
    this.#objects = ({ group, resource }) => ({
      now: now.series({ group, resource }),
      before: before.series({ resource: group === '' ? resource : `${resource}.${group}` }),
    })
  }

  /** The series of one resource by operation: ask once, and keep what comes. */
  operations(resource: GroupResource): Kept<StorageOperation, OperationSeries> {
    return new Kept((operation) => this.#operations(resource, operation))
  }

  /** `count` tells how many objects of a resource there are; it is asked when somebody wants to see the metrics, and not too often. */
  objects(resource: GroupResource, count: () => Promise<number>): void {
    const series = this.#objects(resource)
    this.#counters.push(async () => {
      const objects = await count().catch(() => -1)
      series.now.value = objects
      series.before.value = objects
    })
  }

  /** Counts anew where the last count is older than this. */
  async count(maxAgeMs: number): Promise<void> {
    if (performance.now() - this.#countedAt < maxAgeMs) return
    this.#countedAt = performance.now()
    await Promise.all(this.#counters.map((count) => count()))
  }
}
