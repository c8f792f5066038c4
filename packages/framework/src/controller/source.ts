import type { InformerCache } from '../client/informer-cache.ts'
import type { HandlerRegistration } from '../client/informer-handler.ts'
import { objectKey, type NamespacedName, type ResourceKind } from '../client/resource-kind.ts'
import type { KubeObject } from '../meta/object.ts'
import type { Predicate } from './predicate.ts'
import type { RequestMapping } from './request-mapping.ts'
import { lowPriority, type AddOptions, type WorkQueue } from './work-queue.ts'

/** A kind to watch, which of its changes count, and what is to be reconciled then. */
export interface Source {
  readonly kind: ResourceKind
  readonly map: RequestMapping<KubeObject>
  readonly predicate: Predicate
}

/** Fills the queue from the informer of a kind. A mapping that fails is reported: the change is lost until the next one. */
export function listenTo(
  { kind, map, predicate }: Source,
  cache: InformerCache,
  queue: WorkQueue<NamespacedName>,
  onError: (error: unknown) => void,
): HandlerRegistration {
  // Each request once for an event: a worker may take the first at once, and the second would be a run for nothing.
  const add = (lists: readonly (readonly NamespacedName[])[], options: AddOptions): void => {
    const requests = new Map(lists.flat().map((each) => [objectKey(each), each]))
    for (const request of requests.values()) queue.add(request, options)
  }
  const enqueue = (isLate: boolean, ...objects: readonly KubeObject[]): Promise<void> | undefined => {
    const options = isLate ? { priority: lowPriority } : {}
    try {
      const mapped = objects.map((object) => map(object))
      if (!mapped.every(isHere))
        return Promise.all(mapped.map(async (requests) => requests))
          .then((lists) => add(lists, options))
          .catch(onError)
      add(mapped, options)
    } catch (error) {
      onError(error)
    }
    return undefined
  }
  return cache.informer(kind).addHandler({
    // What happens now must not wait behind all that was there before.
    onAdd: (object, isInitial) => (predicate.create?.(object) === false ? undefined : enqueue(isInitial, object)),
    onUpdate: (old, object) =>
      predicate.update?.(old, object) === false ? undefined : enqueue(isSame(old, object), old, object),
    onDelete: (object) => (predicate.delete?.(object) === false ? undefined : enqueue(false, object)),
  })
}

/** A resync, or a list that told what was known. */
const isSame = (old: KubeObject, object: KubeObject): boolean =>
  old.metadata.resourceVersion === object.metadata.resourceVersion

const isHere = <R>(value: R | Promise<R>): value is R => !(value instanceof Promise)
