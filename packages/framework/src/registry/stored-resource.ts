import { isDnsLabel, isDnsSubdomain } from '../meta/names.ts'
import type { FieldError } from '../meta/field-error.ts'
import { groupResource, type GroupResource } from '../meta/group-version.ts'
import { cloneObject, type KubeObject } from '../meta/object.ts'
import type { RequestContext } from '../request/context.ts'
import { continueBelow } from '../storage/continue.ts'
import { StorageError } from '../storage/storage-error.ts'
import type { Predicate, Storage, WatchStream } from '../storage/storage.ts'
import { StoredItem } from '../storage/stored-item.ts'
import { clone } from '../util/json.ts'
import { ByteFilter } from './byte-filter.ts'
import type { ServedVersion } from './conversion.ts'
import { deleteObject, deleteObjects } from './deletion.ts'
import { listKey, objectKey } from './object-key.ts'
import { narrowed, selectionPredicate, type RowFilter } from './predicate.ts'
import { Resource, type ResourceEnvironment } from './resource.ts'
import type {
  Answer,
  CollectionDeleter,
  Creater,
  DeleteCheck,
  DeleteOptions,
  Deleter,
  DeleteResult,
  Getter,
  GetOptions,
  Lister,
  List,
  ListOptions,
  UpdatedObject,
  Updater,
  UpdateOptions,
  UpdateResult,
  Watcher,
  WatchOptions,
  WriteOptions,
} from './rest.ts'
import { interpreted } from './storage-status.ts'
import { storedCodec } from './stored-codec.ts'
import { createObject, updateObject, type UpdateStrategy } from './writing.ts'

/**
 * A resource whose objects live in a store. An author declares `storageVersion` and overrides the hooks that he needs;
 * hooks get a private copy: `prepareFor…` may change it, `validate…` may not. Argument order: object, old object, context.
 */
export abstract class StoredResource<T extends KubeObject>
  extends Resource<T>
  implements Getter<T>, Lister<T>, Watcher, Creater<T>, Updater<T>, Deleter<T>, CollectionDeleter<T>
{
  /** The bytes are written in this version (one of `servedVersions`), where it is not the hub. */
  readonly encodedVersion: ServedVersion<T> | undefined = undefined
  /** PUT without resourceVersion overwrites whatever stands there. */
  readonly allowUnconditionalUpdate: boolean = false
  /** PUT of something that is not there creates it. */
  readonly allowCreateOnUpdate: boolean = false
  /** metadata.generation is 1 at first and rises with every change beyond metadata and status. */
  readonly managesGeneration: boolean = true

  /** Objects vanish by themselves so long after their last write. Default: never. */
  readonly ttlSeconds: number | undefined = undefined

  #storage: Storage | undefined
  #byteFilter: ByteFilter | undefined

  /** Errors of a name (or, with `prefix`, of a generateName). Default: a DNS subdomain. */
  validateName(name: string, prefix: boolean): string[] {
    return isDnsSubdomain(name, prefix)
  }
  prepareForCreate(_object: T, _ctx: RequestContext): void {}
  prepareForUpdate(_object: T, _old: T, _ctx: RequestContext): void {}
  /** Complaints beyond the schema's. Build them with `field`. */
  validate(_object: T, _ctx: RequestContext): readonly FieldError[] {
    return []
  }
  /** Complaints about an update. Default: those of {@link validate}. */
  validateUpdate(object: T, _old: T, ctx: RequestContext): readonly FieldError[] {
    return this.validate(object, ctx)
  }
  /**
   * The objects that this request may know of, in the storage version; undefined (default): all. Lists and watches leave the others out, as a selector
   * would; reading, changing or deleting one of them is a 404. This narrows what the authorizers allow, it never widens it. It is asked once
   * for every list and watch: an open watch keeps what was answered.
   */
  visibleTo(_ctx: RequestContext): RowFilter<T> | undefined {
    return undefined
  }
  /** Brings a valid object into the one form in which it is stored. */
  canonicalize(object: T): T {
    return object
  }

  /** The author's hooks change objects, which then have to pass the schema once more. */
  get preparesCreation(): boolean {
    return this.prepareForCreate !== StoredResource.prototype.prepareForCreate
  }
  get preparesUpdate(): boolean {
    return this.prepareForUpdate !== StoredResource.prototype.prepareForUpdate
  }

  /** So may this. */
  get canonicalizes(): boolean {
    return this.canonicalize !== StoredResource.prototype.canonicalize
  }

  get groupResource(): GroupResource {
    return { group: this.storageVersion.group, resource: this.storageVersion.plural }
  }

  get namespaced(): boolean {
    return this.storageVersion.scope === 'Namespaced'
  }

  /** True when `status` is written through its own endpoint. */
  get hasStatusSubresource(): boolean {
    return this.subresources.some((s) => s.name === 'status')
  }

  /** `/group/resource`: where its keys begin. */
  get resourcePrefix(): string {
    return `/${this.storageVersion.group || 'core'}/${this.storageVersion.plural}`
  }

  get storage(): Storage {
    if (!this.#storage)
      throw new Error(`${groupResource(this.groupResource)} is not installed: pass it to ApiServer.install first`)
    return this.#storage
  }

  override attach(environment: ResourceEnvironment): void {
    this.#storage = environment.createStorage(this.resourcePrefix, storedCodec(this))
  }

  override async close(): Promise<void> {
    await this.#storage?.close()
  }

  keyOf(namespace: string, name: string): string {
    return objectKey(this.resourcePrefix, this.namespaced, namespace, name)
  }

  get(name: string, ctx: RequestContext, options: GetOptions = {}): Promise<Answer<T> | undefined> {
    const key = this.keyOf(ctx.namespace, name)
    return interpreted('get', this.groupResource, name, async () => {
      const item = await this.storage.get(key, options)
      this.mustSee(item, ctx)
      return item
    })
  }

  async list(options: ListOptions, ctx: RequestContext): Promise<List<T>> {
    const place = this.#place(options, ctx.namespace, options.continue === '')
    // A page of one namespace that only the selector names: whoever goes on from it has the whole range again
    const below = place.recursive && ctx.namespace === '' ? place.namespace : ''
    const list = await interpreted('list', this.groupResource, '', () =>
      this.storage.list(place.key, {
        recursive: place.recursive,
        predicate: this.#selection(options, ctx),
        limit: options.limit,
        continue: options.continue,
        resourceVersion: options.resourceVersion,
        resourceVersionMatch: options.resourceVersionMatch,
        signal: ctx.signal,
      }),
    )
    return {
      metadata: {
        resourceVersion: list.resourceVersion,
        continue: continueBelow(list.continue, below),
        remainingItemCount: list.remainingItemCount,
      },
      items: list.items,
    }
  }

  watch(options: WatchOptions, ctx: RequestContext): Promise<WatchStream> {
    const place = this.#place(options, ctx.namespace, true)
    return interpreted('watch', this.groupResource, '', () =>
      this.storage.watch(place.key, {
        recursive: place.recursive,
        predicate: this.#selection(options, ctx),
        resourceVersion: options.resourceVersion,
        allowWatchBookmarks: options.allowWatchBookmarks,
        sendInitialEvents: options.sendInitialEvents,
        signal: ctx.signal,
        deadlineMs: options.deadlineMs,
      }),
    )
  }

  create(object: T, ctx: RequestContext, options: WriteOptions<T>): Promise<Answer<T>> {
    return createObject(this, object, ctx, options)
  }

  update(
    name: string,
    updated: UpdatedObject<T>,
    ctx: RequestContext,
    options: UpdateOptions<T>,
  ): Promise<UpdateResult<T>> {
    return updateObject(this, name, updated, ctx, options, this.mainStrategy)
  }

  /** What PUT and PATCH of the object itself do beside the author's hooks. */
  readonly mainStrategy: UpdateStrategy<T> = {
    settle: (object, old) => {
      if (!this.hasStatusSubresource) return
      if (old) copyMember(object, old, 'status')
      else Reflect.deleteProperty(object, 'status')
    },
    prepare: (object, old, ctx) => {
      this.prepareForUpdate(object, old, ctx)
    },
    validate: (object, old, ctx) => this.validateUpdate(object, old, ctx),
    bumpsGeneration: true,
  }

  delete(name: string, ctx: RequestContext, options: DeleteOptions, check: DeleteCheck<T>): Promise<DeleteResult<T>> {
    return deleteObject(this, name, ctx, options, check)
  }

  deleteCollection(
    list: ListOptions,
    ctx: RequestContext,
    options: DeleteOptions,
    check: DeleteCheck<T>,
  ): Promise<List<T>> {
    return deleteObjects(this, list, ctx, options, check)
  }

  /** A private copy of the object that an answer stands for. */
  copyOf(answer: Answer<T>): T {
    return cloneObject((answer instanceof StoredItem ? answer.object : answer) as T)
  }

  /** Throws KeyNotFound for what the request may not know of. */
  mustSee(item: StoredItem, ctx: RequestContext): void {
    if (this.visibleTo(ctx)?.(item.object as T) === false)
      throw new StorageError('KeyNotFound', 'key not found', { key: item.object.metadata.name ?? '' })
  }

  #selection({ labelSelector, fieldSelector, fieldsOf }: ListOptions, ctx: RequestContext): Predicate {
    const byteTest = (this.#byteFilter ??= new ByteFilter(this.storageVersion)).test(labelSelector, fieldSelector)
    return narrowed(selectionPredicate(labelSelector, fieldSelector, fieldsOf, byteTest), this.visibleTo(ctx))
  }

  /**
   * Where to look: one object when the field selector can mean no other, else the namespace or everything. `narrow`: what the selector says
   * counts; not where a list goes on, whose token is about the whole. Source: registry/generic/registry/store.go ListPredicate.
   */
  #place(
    { fieldSelector }: ListOptions,
    namespace: string,
    narrow: boolean,
  ): { key: string; recursive: boolean; namespace: string } {
    const asked = (narrow && this.namespaced && fieldSelector.requiresExactMatch('metadata.namespace')) || ''
    const scope = namespace || (isDnsLabel(asked).length === 0 ? asked : '')
    const name = (narrow && fieldSelector.requiresExactMatch('metadata.name')) || ''
    const single = name !== '' && (!this.namespaced || scope !== '')
    if (!single || name === '.' || name === '..' || name.includes('/') || name.includes('%'))
      return { key: listKey(this.resourcePrefix, scope), recursive: true, namespace: scope }
    return { key: this.keyOf(scope, name), recursive: false, namespace: scope }
  }
}

/** Makes a top-level member of `target` what it is in `source`, absent included. */
export function copyMember(target: KubeObject, source: KubeObject, member: string): void {
  const to = target as unknown as Record<string, unknown>
  const from = source as unknown as Record<string, unknown>
  if (Object.hasOwn(from, member)) to[member] = clone(from[member] as never)
  else Reflect.deleteProperty(to, member)
}
