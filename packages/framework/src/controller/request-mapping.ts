import { namespacedName, type NamespacedName, type ResourceKind } from '../client/resource-kind.ts'
import type { KubeObject } from '../meta/object.ts'
import { isReferenceTo } from './owner-reference.ts'

/** Which objects are to be reconciled because this one changed. It is the cache's: do not change it. */
export type RequestMapping<T extends KubeObject> = (
  object: T,
) => readonly NamespacedName[] | Promise<readonly NamespacedName[]>

export const toItself: RequestMapping<KubeObject> = (object) => [namespacedName(object)]

/**
 * The owner of the given kind: the one that is the object's controller, or with `every` all that it has. Versions do not
 * count. Source: controller-runtime handler.EnqueueRequestForOwner.
 */
export function toOwner(owner: ResourceKind, every: boolean): RequestMapping<KubeObject> {
  return ({ metadata }) =>
    (metadata.ownerReferences ?? [])
      .filter((reference) => isReferenceTo(owner, reference))
      .filter(({ controller }) => every || controller === true)
      .map(({ name }) => ({ namespace: owner.scope === 'Cluster' ? '' : (metadata.namespace ?? ''), name }))
}
