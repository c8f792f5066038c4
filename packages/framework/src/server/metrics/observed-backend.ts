import type { Backend } from '../../storage/backend.ts'
import type { Kept } from './series.ts'
import type { OperationSeries, StorageOperation } from './storage-metrics.ts'

/** A backend whose reads and writes are counted and timed, as those of etcd are in Go. Source: storage/etcd3/latency_tracker.go, metrics. */
export function observedBackend(backend: Backend, series: Kept<StorageOperation, OperationSeries>): Backend {
  async function timed<T>(operation: StorageOperation, run: () => Promise<T>): Promise<T> {
    const { total, duration } = series.of(operation)
    const begin = performance.now()
    try {
      return await run()
    } finally {
      total.value++
      duration.observe((performance.now() - begin) / 1000)
    }
  }
  return {
    get supports() {
      return backend.supports
    },
    open: () => backend.open(),
    close: () => backend.close(),
    currentRevision: () => backend.currentRevision(),
    get: (key, revision) => timed('get', () => backend.get(key, revision)),
    range: (start, end, options) => timed('list', () => backend.range(start, end, options)),
    commit: (write) =>
      timed(write.value === null ? 'delete' : write.expectedModRevision === 0 ? 'create' : 'update', () =>
        backend.commit(write),
      ),
    watch: (start, end, options) => backend.watch(start, end, options),
    requestProgress: () => {
      backend.requestProgress()
    },
    compact: (revision) => backend.compact(revision),
    compactRevision: () => backend.compactRevision(),
  }
}
