import { cloneObject, type KubeObject } from '../meta/object.ts'
import { StatusError } from '../meta/status.ts'
import { rfc3339 } from '../meta/time.ts'
import type { RequestContext } from '../request/context.ts'
import { StorageError } from '../storage/storage-error.ts'
import type { StoredItem } from '../storage/stored-item.ts'

import { checkPreconditions, finalizersForDeletion, markAsDeleting } from './garbage-collection.ts'
import type { Answer, DeleteCheck, DeleteOptions, DeleteResult, List, ListOptions } from './rest.ts'
import { interpreted } from './storage-status.ts'
import type { StoredResource } from './stored-resource.ts'

/** Thrown inside the update loop to leave it: nothing keeps the object, it can go at once. */
class DeleteNow extends Error {}

/** Thrown when a finalizer has come in between: the deletion begins anew. */
class KeptMeanwhile extends Error {}

/** What is to be stored of an object that stays for its finalizers; throws DeleteNow when nothing keeps it. */
function marked<T extends KubeObject>(current: T, options: DeleteOptions): T {
  const object = cloneObject(current)
  const finalizers = finalizersForDeletion(object, options)
  if (finalizers) {
    if (finalizers.length) object.metadata.finalizers = finalizers
    else delete object.metadata.finalizers
  }
  if ((object.metadata.finalizers ?? []).length === 0) throw new DeleteNow()
  markAsDeleting(object, rfc3339())
  return object
}

/** Deletes one object, or marks it when finalizers keep it. Source: registry/store.go Delete. */
export async function deleteObject<T extends KubeObject>(
  resource: StoredResource<T>,
  name: string,
  ctx: RequestContext,
  options: DeleteOptions,
  check: DeleteCheck<T>,
): Promise<DeleteResult<T>> {
  const key = resource.keyOf(ctx.namespace, name)
  const inspect = async (item: StoredItem): Promise<void> => {
    resource.mustSee(item, ctx)
    checkPreconditions(resource.storageVersion, item.object, options)
    await check(item.object as T)
  }
  return interpreted('delete', resource.groupResource, name, async () => {
    const existing = await resource.storage.get(key)
    resource.mustSee(existing, ctx)
    checkPreconditions(resource.storageVersion, existing.object, options)
    const stays = await markWhereKept(resource, key, existing, options, inspect)
    if (stays) return { object: stays, deleted: false }
    if (options.dryRun) {
      await inspect(existing)
      return { object: existing, deleted: true }
    }
    // A finalizer may have come in between: the object that goes must have none.
    try {
      const object = await resource.storage.delete(key, {
        validate: async (item) => {
          await inspect(item)
          if (remainingFinalizers(item.object, options).length > 0) throw new KeptMeanwhile()
        },
      })
      return { object, deleted: true }
    } catch (error) {
      if (error instanceof KeptMeanwhile) return deleteObject(resource, name, ctx, options, check)
      throw error
    }
  })
}

/** What keeps an object once the garbage collector's own finalizers are as the deletion wants them. */
const remainingFinalizers = (object: KubeObject, options: DeleteOptions): readonly string[] =>
  finalizersForDeletion(object, options) ?? object.metadata.finalizers ?? []

/** Stores the mark on an object that finalizers keep; undefined when none does. */
async function markWhereKept<T extends KubeObject>(
  resource: StoredResource<T>,
  key: string,
  existing: StoredItem,
  options: DeleteOptions,
  inspect: (item: StoredItem) => Promise<void>,
): Promise<Answer<T> | undefined> {
  const keeps = (existing.object.metadata.finalizers ?? []).length > 0
  if (!keeps && !finalizersForDeletion(existing.object, options)) return undefined
  try {
    if (options.dryRun) {
      await inspect(existing)
      return marked(existing.object as T, options)
    }
    return await resource.storage.guaranteedUpdate(key, async (current) => {
      if (!current) throw new StorageError('KeyNotFound', 'key not found', { key })
      await inspect(current)
      return marked(current.object, options)
    })
  } catch (error) {
    if (error instanceof DeleteNow) return undefined
    throw error
  }
}

/** The page in which a collection is read for deletion. Source: registry/store.go deleteCollectionPageSize. */
const pageSize = 10_000

/** Deletes what a list selects, one object and one revision at a time; answers the list as it was. */
export async function deleteObjects<T extends KubeObject>(
  resource: StoredResource<T>,
  list: ListOptions,
  ctx: RequestContext,
  options: DeleteOptions,
  check: DeleteCheck<T>,
): Promise<List<T>> {
  const items: Answer<T>[] = []
  let page = await resource.list({ ...list, limit: list.limit > 0 ? list.limit : pageSize }, ctx)
  const { metadata } = page
  for (;;) {
    for (const item of page.items) {
      items.push(item)
      await deleteFound(resource, item, ctx, options, check)
    }
    const next = page.metadata.continue ?? ''
    if (list.limit > 0 || next === '') break
    page = await resource.list(
      { ...list, limit: pageSize, continue: next, resourceVersion: '', resourceVersionMatch: '' },
      ctx,
    )
  }
  return { metadata: list.limit > 0 ? metadata : { resourceVersion: metadata.resourceVersion }, items }
}

async function deleteFound<T extends KubeObject>(
  resource: StoredResource<T>,
  item: Answer<T>,
  ctx: RequestContext,
  options: DeleteOptions,
  check: DeleteCheck<T>,
): Promise<void> {
  const { name = '', namespace = '' } = ('object' in item ? item.object : item).metadata
  if (ctx.signal.aborted) throw StatusError.timeout('request did not complete within the allotted timeout')
  try {
    await deleteObject(resource, name, { ...ctx, namespace }, options, check)
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 404) throw error
  }
}
