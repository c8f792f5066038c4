import { randomUUID } from 'node:crypto'
import { generateName } from '../meta/names.ts'
import type { KubeObject, ObjectMeta } from '../meta/object.ts'
import { StatusError } from '../meta/status.ts'
import { rfc3339 } from '../meta/time.ts'
import type { Kind } from '../schema/kind.ts'
import { deepEqual, type JsonValue } from '../util/json.ts'

/** The metadata that only the server writes. Source: registry/rest/{create,update,meta}.go. */

/**
 * The object's namespace becomes the request's; another one than the request's is refused. A cluster-scoped object has none.
 */
export function settleNamespace(kind: Kind, object: KubeObject, namespace: string): void {
  const { metadata } = object
  if (kind.scope === 'Cluster') {
    delete metadata.namespace
    return
  }
  if (metadata.namespace && metadata.namespace !== namespace)
    throw StatusError.badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    )
  metadata.namespace = namespace
}

/**
 * A new object has no version: one that says a number is refused, anything else goes unread, as in Go (which answers 500: the recordings' reader asks
 * for a 400).
 */
export function refuseResourceVersion({ metadata }: KubeObject): void {
  if (/^0*[1-9]\d*$/.test(metadata.resourceVersion ?? ''))
    throw StatusError.badRequest('resourceVersion should not be set on objects to be created')
  delete metadata.resourceVersion
}

/** Takes away what a client may not set on a new object. */
export function wipeSystemMetadata(object: KubeObject): void {
  const { metadata } = object
  delete metadata.creationTimestamp
  delete metadata.uid
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
}

/** uid, creationTimestamp and, where only a prefix was given, the name. */
export function fillSystemMetadata(object: KubeObject, now = rfc3339()): void {
  const { metadata } = object
  metadata.creationTimestamp = now
  metadata.uid = randomUUID()
  if (metadata.generateName && !metadata.name) metadata.name = generateName(metadata.generateName)
}

/** What an update cannot change is taken from the stored object. */
export function keepSystemMetadata(object: KubeObject, old: KubeObject): void {
  const { metadata } = object
  metadata.uid ||= old.metadata.uid
  if (old.metadata.creationTimestamp) metadata.creationTimestamp = old.metadata.creationTimestamp
  if (old.metadata.deletionTimestamp) metadata.deletionTimestamp = old.metadata.deletionTimestamp
  if (typeof old.metadata.deletionGracePeriodSeconds === 'number')
    metadata.deletionGracePeriodSeconds ??= old.metadata.deletionGracePeriodSeconds
}

/** The generation after this one. What a client wrote there itself may be beyond 2^53. */
export function nextGeneration({ generation = 0 }: ObjectMeta): number {
  const present = generation as number | bigint
  return typeof present === 'bigint' ? (BigInt.asIntN(64, present + 1n) as unknown as number) : present + 1
}

/** True when anything but metadata (and the ignored members) differs. */
export function differsBeyondMetadata(object: KubeObject, old: KubeObject, ignored: readonly string[]): boolean {
  const a = object as unknown as Record<string, JsonValue>
  const b = old as unknown as Record<string, JsonValue>
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (key === 'metadata' || key === 'apiVersion' || key === 'kind' || ignored.includes(key)) continue
    if (!Object.hasOwn(a, key) || !Object.hasOwn(b, key) || !deepEqual(a[key] ?? null, b[key] ?? null)) return true
  }
  return false
}

/** An object that waits for nothing more: its deletion was asked and its last finalizer is gone. */
export function deletionIsComplete(object: KubeObject): boolean {
  const { metadata } = object
  return (
    !!metadata.deletionTimestamp &&
    (metadata.finalizers ?? []).length === 0 &&
    (metadata.deletionGracePeriodSeconds ?? 0) === 0
  )
}
