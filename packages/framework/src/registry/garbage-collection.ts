import type { KubeObject } from '../meta/object.ts'
import { StatusError } from '../meta/status.ts'
import type { Kind } from '../schema/kind.ts'
import { nextGeneration } from './metadata-rules.ts'
import type { DeleteOptions } from './rest.ts'

export const orphanFinalizer = 'orphan'
export const foregroundFinalizer = 'foregroundDeletion'

function orphans(options: DeleteOptions, finalizers: readonly string[]): boolean {
  if (options.orphanDependents !== undefined) return options.orphanDependents
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Orphan'
  return finalizers.includes(orphanFinalizer)
}

function deletesInForeground(options: DeleteOptions, finalizers: readonly string[]): boolean {
  if (options.orphanDependents !== undefined) return false
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Foreground'
  return finalizers.includes(foregroundFinalizer)
}

/**
 * The finalizers an object has after a deletion was asked with these options: the garbage collector's two are taken
 * away and the chosen one is put at the end. Undefined when nothing changes. Source: registry/store.go deletionFinalizersForGarbageCollection.
 */
export function finalizersForDeletion(object: KubeObject, options: DeleteOptions): string[] | undefined {
  const finalizers = object.metadata.finalizers ?? []
  const orphan = orphans(options, finalizers)
  const foreground = deletesInForeground(options, finalizers)
  if (orphan === finalizers.includes(orphanFinalizer) && foreground === finalizers.includes(foregroundFinalizer))
    return undefined
  const next = finalizers.filter((f) => f !== orphanFinalizer && f !== foregroundFinalizer)
  if (orphan) next.push(orphanFinalizer)
  if (foreground) next.push(foregroundFinalizer)
  return next
}

/** Marks an object that waits for its finalizers. Source: registry/store.go markAsDeleting. */
export function markAsDeleting(object: KubeObject, now: string): void {
  const { metadata } = object
  if (metadata.deletionGracePeriodSeconds === undefined && (metadata.generation ?? 0) > 0)
    metadata.generation = nextGeneration(metadata)
  metadata.deletionTimestamp ??= now
  metadata.deletionGracePeriodSeconds = 0
}

/** Refuses with 409 when the object is not the one the client meant. Go names the kind here, not the resource. */
export function checkPreconditions(kind: Kind, object: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {}
  const named = { group: kind.group, resource: kind.kind }
  const name = object.metadata.name ?? ''
  if (uid !== undefined && uid !== object.metadata.uid)
    throw StatusError.conflict(
      named,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${object.metadata.uid ?? ''}). The object might have been deleted and then recreated`,
    )
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion)
    throw StatusError.conflict(
      named,
      name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${object.metadata.resourceVersion ?? ''}). The object might have been modified`,
    )
}
