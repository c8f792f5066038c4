import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../client/client.ts'
import { isConflict, isNotFound } from '../client/error-kinds.ts'
import { mergePatchOf } from '../client/merge-patch.ts'
import type { ResourceClient } from '../client/resource-client.ts'
import type { NamespacedName, ResourceKind } from '../client/resource-kind.ts'
import { apiVersionOf } from '../meta/group-version.ts'
import type { KubeObject } from '../meta/object.ts'
import { clone, deepEqual } from '../util/json.ts'

/** What was done to the object. */
export type OperationResult = 'unchanged' | 'created' | 'updated' | 'updatedStatus' | 'updatedStatusOnly'

/** Of the requests that are made. */
export interface CreateOrUpdateOptions {
  readonly signal?: AbortSignal
  readonly fieldManager?: string
}

/** What was done, and the object as it is now. */
export interface CreatedOrUpdated<T extends KubeObject> {
  readonly result: OperationResult
  readonly object: T
}

/** Makes of the object what it should be. Called with an empty one where there is none. May not change name or namespace. */
export type Mutate<T extends KubeObject> = (object: T) => void | Promise<void>

/**
 * Creates an object or changes the one there is; what is right already is left alone. A change by others in between is a
 * 409. Source: controller-runtime controllerutil.CreateOrUpdate.
 */
export async function createOrUpdate<T extends KubeObject>(
  client: Pick<Client, 'resource'>,
  kind: ResourceKind<T>,
  name: NamespacedName,
  mutate: Mutate<T>,
  options: CreateOrUpdateOptions = {},
): Promise<CreatedOrUpdated<T>> {
  const objects = client.resource(kind).namespace(name.namespace)
  const found = await find(objects, name, options)
  if (!found) return create(objects, name, mutate, options)
  const changed = await mutated(found, name, mutate)
  if (deepEqual(found, changed)) return { result: 'unchanged', object: found }
  return { result: 'updated', object: await objects.update(changed, options) }
}

/**
 * As {@link createOrUpdate}, but sends only what changed, and what changed in `status` to the status subresource.
 * Fields that others change in between stay theirs. Source: controller-runtime controllerutil.CreateOrPatch.
 */
export async function createOrPatch<T extends KubeObject>(
  client: Pick<Client, 'resource'>,
  kind: ResourceKind<T>,
  name: NamespacedName,
  mutate: Mutate<T>,
  options: CreateOrUpdateOptions = {},
): Promise<CreatedOrUpdated<T>> {
  const objects = client.resource(kind).namespace(name.namespace)
  const found = await find(objects, name, options)
  if (!found) return create(objects, name, mutate, options)
  const { status, ...rest } = mergePatchOf(found, await mutated(found, name, mutate))
  let object = found
  if (Object.keys(rest).length > 0) object = await objects.patch(name.name, rest, options)
  if (status === undefined) return { result: object === found ? 'unchanged' : 'updated', object }
  const result = object === found ? 'updatedStatusOnly' : 'updatedStatus'
  return { result, object: await objects.patchStatus(name.name, { status }, options) }
}

/** Calls again, up to five times, what was refused because the object changed meanwhile. It must read the object itself. Source: client-go util/retry. */
export async function retryOnConflict<R>(write: () => Promise<R>, signal?: AbortSignal): Promise<R> {
  for (let step = 1; ; step++)
    try {
      return await write()
    } catch (error) {
      if (!isConflict(error) || step >= 5) throw error
      await sleep(10 * (1 + Math.random() * 0.1), undefined, signal ? { signal } : {})
    }
}

async function find<T extends KubeObject>(
  objects: ResourceClient<T>,
  { name }: NamespacedName,
  { signal }: CreateOrUpdateOptions,
): Promise<T | undefined> {
  try {
    return await objects.get(name, signal ? { signal } : {})
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function create<T extends KubeObject>(
  objects: ResourceClient<T>,
  name: NamespacedName,
  mutate: Mutate<T>,
  options: CreateOrUpdateOptions,
): Promise<CreatedOrUpdated<T>> {
  const { kind } = objects
  const metadata = { name: name.name, ...(name.namespace ? { namespace: name.namespace } : {}) }
  // The other members are for the mutation to fill in, and for the server to miss.
  const empty = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata } as T
  return { result: 'created', object: await objects.create(await mutated(empty, name, mutate), options) }
}

async function mutated<T extends KubeObject>(
  object: T,
  { namespace, name }: NamespacedName,
  mutate: Mutate<T>,
): Promise<T> {
  const changed = clone(object)
  await mutate(changed)
  if (changed.metadata.name !== name || (changed.metadata.namespace ?? '') !== namespace)
    throw new TypeError('the mutation may not change the name or the namespace of the object')
  return changed
}
