import { inSpan, type SpanAttributes } from '../../client/trace-context.ts'
import type { Storage } from '../../storage/storage.ts'

/** A storage whose operations are spans, by the names that those of etcd have in Go. Source: storage/etcd3/store.go. */
export function tracedStorage(storage: Storage, groupResource: string): Storage {
  const of = (key: string): { readonly attributes: SpanAttributes } => ({
    attributes: { key, resource: groupResource },
  })
  return {
    create: (key, object, options) => inSpan('Create etcd3', () => storage.create(key, object, options), of(key)),
    get: (key, options) => inSpan('Get etcd3', () => storage.get(key, options), of(key)),
    list: (key, options) =>
      inSpan(`List(recursive=${String(options.recursive)}) etcd3`, () => storage.list(key, options), of(key)),
    watch: (key, options) => storage.watch(key, options),
    delete: (key, options) => inSpan('Delete etcd3', () => storage.delete(key, options), of(key)),
    guaranteedUpdate: (key, update, options) =>
      inSpan('GuaranteedUpdate etcd3', () => storage.guaranteedUpdate(key, update, options), of(key)),
    currentResourceVersion: () => storage.currentResourceVersion(),
    ready: (signal) => storage.ready(signal),
    close: () => storage.close(),
  }
}
