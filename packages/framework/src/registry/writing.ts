import { field, type FieldError } from '../meta/field-error.ts'
import { cloneObject, type KubeObject } from '../meta/object.ts'
import { finalizerWarnings } from '../meta/object-meta.ts'
import { StatusError } from '../meta/status.ts'
import type { RequestContext } from '../request/context.ts'
import { keepUnchangedTimes } from '../schema/managed-fields/unchanged-times.ts'
import { checkUid } from '../storage/preconditions.ts'
import type { GuaranteedUpdateOptions, Preconditions } from '../storage/storage.ts'
import { StorageError } from '../storage/storage-error.ts'
import type { StoredItem } from '../storage/stored-item.ts'
import {
  deletionIsComplete,
  differsBeyondMetadata,
  fillSystemMetadata,
  keepSystemMetadata,
  nextGeneration,
  refuseResourceVersion,
  settleNamespace,
  wipeSystemMetadata,
} from './metadata-rules.ts'
import { metadataChangeErrors, metadataErrors } from './metadata-errors.ts'
import type { Answer, UpdatedObject, UpdateOptions, UpdateResult, WriteChecks, WriteOptions } from './rest.ts'
import { interpreted } from './storage-status.ts'
import type { StoredResource } from './stored-resource.ts'

/** What differs between the endpoints that update an object: the object itself, its status. */
export interface UpdateStrategy<T extends KubeObject = KubeObject> {
  /** Takes from the old object the members that this endpoint does not write. Works in every version. */
  settle(object: KubeObject, old: KubeObject | undefined): void
  /** The author's hook. */
  prepare(object: T, old: T, ctx: RequestContext): void
  validate(object: T, old: T, ctx: RequestContext): readonly FieldError[]
  readonly bumpsGeneration: boolean
}

const generateNameAttempts = 8
const modified = 'the object has been modified; please apply your changes to the latest version and try again'

/** Metadata and the author's rules of a new object. Returns what is to be stored. Source: registry/rest/create.go BeforeCreate. */
async function beforeCreate<T extends KubeObject>(
  resource: StoredResource<T>,
  object: T,
  ctx: RequestContext,
  checks: WriteChecks<T>,
): Promise<T> {
  const kind = resource.storageVersion
  settleNamespace(kind, object, ctx.namespace)
  wipeSystemMetadata(object)
  fillSystemMetadata(object)
  if (resource.managesGeneration) object.metadata.generation = 1
  resource.mainStrategy.settle(object, undefined)
  resource.prepareForCreate(object, ctx)
  const schema = resource.preparesCreation ? checks.schema(object, undefined) : []
  const { metadata } = object
  // The author's complaints come alone, as Go's strategies answer before metadata is looked at.
  const own = schema.length ? schema : resource.validate(object, ctx)
  const errors = own.length ? own : metadataErrors(resource, object)
  if (errors.length) throw StatusError.invalid(kind, metadata.name ?? '', errors)
  for (const warning of finalizerWarnings(metadata)) ctx.warnings.add(warning)
  await checks.admission(object, undefined)
  return resource.canonicalize(object)
}

/** Creates, with up to eight names where the client gave only a prefix. */
export async function createObject<T extends KubeObject>(
  resource: StoredResource<T>,
  object: T,
  ctx: RequestContext,
  options: WriteOptions<T>,
): Promise<Answer<T>> {
  refuseResourceVersion(object)
  const generated = !object.metadata.name && !!object.metadata.generateName
  for (let attempt = 1; ; attempt++) {
    const candidate = generated ? cloneObject(object) : object
    const ready = await beforeCreate(resource, candidate, ctx, options.checks)
    const name = ready.metadata.name ?? ''
    try {
      return await interpreted('create', resource.groupResource, name, () => write(resource, ready, ctx, options))
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error
      if (generated && attempt < generateNameAttempts) continue
      if (generated) throw StatusError.generateNameConflict(resource.groupResource, name)
      throw await existingError(resource, name, ctx, error)
    }
  }
}

async function write<T extends KubeObject>(
  resource: StoredResource<T>,
  object: T,
  ctx: RequestContext,
  { dryRun, owned }: WriteOptions<T>,
): Promise<Answer<T>> {
  const key = resource.keyOf(ctx.namespace, object.metadata.name ?? '')
  if (!dryRun) return resource.storage.create(key, object, { ttlSeconds: resource.ttlSeconds, owned })
  try {
    await resource.storage.get(key)
  } catch (error) {
    if (error instanceof StorageError && error.code === 'KeyNotFound') return object
    throw error
  }
  throw new StorageError('KeyExists', 'key exists', { key })
}

/** AlreadyExists says so when what stands there is on its way out. */
async function existingError<T extends KubeObject>(
  resource: StoredResource<T>,
  name: string,
  ctx: RequestContext,
  error: StatusError,
): Promise<StatusError> {
  try {
    const existing = await resource.storage.get(resource.keyOf(ctx.namespace, name))
    if (existing.object.metadata.deletionTimestamp)
      return StatusError.alreadyExists(resource.groupResource, name, 'object is being deleted: ')
  } catch {
    // It has gone meanwhile: the first answer stands.
  }
  return error
}

/** Metadata, strategy and rules of a changed object. Source: registry/rest/update.go BeforeUpdate. */
async function beforeUpdate<T extends KubeObject>(
  resource: StoredResource<T>,
  object: T,
  old: T,
  ctx: RequestContext,
  checks: WriteChecks<T>,
  strategy: UpdateStrategy<T>,
): Promise<T> {
  settleNamespace(resource.storageVersion, object, ctx.namespace)
  const { metadata } = object
  if (old.metadata.generation === undefined) delete metadata.generation
  else metadata.generation = old.metadata.generation
  strategy.prepare(object, old, ctx)
  const ignored = resource.hasStatusSubresource ? ['status'] : []
  if (resource.managesGeneration && strategy.bumpsGeneration && differsBeyondMetadata(object, old, ignored))
    metadata.generation = nextGeneration(old.metadata)
  keepSystemMetadata(object, old)
  if (object !== old) keepUnchangedTimes(old, object)
  const errors = [
    // The stored object itself passed when it came.
    ...(object === old ? [] : metadataChangeErrors(resource, object, old)),
    ...strategy.validate(object, old, ctx),
    ...(resource.preparesUpdate ? checks.schema(object, old) : []),
  ]
  if (errors.length) throw StatusError.invalid(resource.storageVersion, metadata.name ?? '', errors)
  for (const warning of finalizerWarnings(metadata, old.metadata)) ctx.warnings.add(warning)
  await checks.admission(object, old)
  return resource.canonicalize(object)
}

/** Thrown inside the update loop to leave it: nothing is written, the object is deleted instead. */
class Emptied<T extends KubeObject> extends Error {
  readonly object: T
  constructor(object: T) {
    super('the last finalizer is gone')
    this.object = object
  }
}

/** The resourceVersion rules of an update. Source: registry/store.go Update. */
export function checkResourceVersion(
  resource: StoredResource<never>,
  object: KubeObject,
  currentVersion: string,
): void {
  const given = object.metadata.resourceVersion ?? ''
  const name = object.metadata.name ?? ''
  const { group, resource: plural } = resource.groupResource
  if (given !== '' && !/^\d+$/.test(given))
    throw StatusError.badRequest(`strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax`)
  if (given === '' || given === '0') {
    if (resource.allowUnconditionalUpdate) return
    throw StatusError.invalid({ group, kind: plural }, name, [
      field.invalid('metadata.resourceVersion', 0, 'must be specified for an update'),
    ])
  }
  if (given !== currentVersion) throw StatusError.conflict(resource.groupResource, name, modified)
}

/** PUT, every patch and apply end here: the store's loop around "make it, check it, write it". */
export async function updateObject<T extends KubeObject>(
  resource: StoredResource<T>,
  name: string,
  updated: UpdatedObject<T>,
  ctx: RequestContext,
  options: UpdateOptions<T>,
  strategy: UpdateStrategy<T>,
): Promise<UpdateResult<T>> {
  const key = resource.keyOf(ctx.namespace, name)
  let created = false
  const tryUpdate = async (current: StoredItem | undefined): Promise<T> => {
    created = current === undefined
    if (current === undefined) {
      if (!resource.allowCreateOnUpdate && !options.forceAllowCreate)
        throw StatusError.notFound(resource.groupResource, name)
      const fresh = await updated(undefined)
      refuseResourceVersion(fresh)
      return beforeCreate(resource, fresh, ctx, options.createChecks)
    }
    resource.mustSee(current, ctx)
    const old = current.object as T
    const object = await updated(old)
    checkResourceVersion(resource as never, object, current.resourceVersion)
    const ready = await beforeUpdate(resource, object, old, ctx, options.checks, strategy)
    if (deletionIsComplete(ready)) throw new Emptied(ready)
    // The stored object itself: what stands there is in its stored form already.
    if (object === old) return old
    return ready
  }
  return interpreted('update', resource.groupResource, name, async () => {
    try {
      const object = options.dryRun
        ? await dryRunUpdate(resource, key, tryUpdate, options.uid)
        : await resource.storage.guaranteedUpdate(key, tryUpdate, new StorageOptions(resource.ttlSeconds, options, ctx))
      return { object, created }
    } catch (error) {
      if (!(error instanceof Emptied)) throw error
      const object = error.object as T
      if (!options.dryRun) await deleteEmptied(resource, key, object)
      return { object, created: false }
    }
  })
}

/** Of a class: a getter in an object's literal gives every object a hidden class of its own. */
class StorageOptions implements GuaranteedUpdateOptions {
  readonly ignoreNotFound = true
  readonly preconditions: Preconditions
  readonly ttlSeconds: number | undefined
  readonly owned: boolean | undefined
  readonly #ctx: RequestContext

  constructor(
    ttlSeconds: number | undefined,
    { uid, owned }: Pick<UpdateOptions<never>, 'uid' | 'owned'>,
    ctx: RequestContext,
  ) {
    this.preconditions = { uid }
    this.ttlSeconds = ttlSeconds
    this.owned = owned
    this.#ctx = ctx
  }

  /** Asked for only where a write meets another one. */
  get signal(): AbortSignal {
    return this.#ctx.signal
  }
}

async function dryRunUpdate<T extends KubeObject>(
  resource: StoredResource<T>,
  key: string,
  tryUpdate: (current: StoredItem | undefined) => Promise<T>,
  uid: string | undefined,
): Promise<T> {
  let current: StoredItem | undefined
  try {
    current = await resource.storage.get(key)
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'KeyNotFound') throw error
  }
  if (current) checkUid(current, uid)
  const object = await tryUpdate(current)
  if (current) object.metadata.resourceVersion = current.resourceVersion
  return object
}

/** The update that took the last finalizer away deletes; the answer is the updated object with its old resourceVersion. */
async function deleteEmptied<T extends KubeObject>(resource: StoredResource<T>, key: string, object: T): Promise<void> {
  try {
    await resource.storage.delete(key, {
      preconditions: { uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion },
    })
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'KeyNotFound') throw error
  }
}
