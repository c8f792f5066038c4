import type { FieldError } from '../meta/field-error.ts'
import type { KubeObject } from '../meta/object.ts'
import type { RequestContext } from '../request/context.ts'
import type { Resource } from './resource.ts'
import type { Answer, Getter, GetOptions, UpdatedObject, UpdateOptions, UpdateResult, Updater } from './rest.ts'
import { copyMember, StoredResource } from './stored-resource.ts'
import { Subresource } from './subresource.ts'
import { updateObject, type UpdateStrategy } from './writing.ts'

/**
 * `/status`, by a custom resource's rules: it writes `status` (and managedFields) and nothing else, the main endpoint writes everything but
 * `status`. Source: apiextensions registry/customresource/status_strategy.go.
 */
export class StatusSubresource<T extends KubeObject> extends Subresource<T> implements Getter<T>, Updater<T> {
  readonly name = 'status'
  override readonly resetFields = ['spec', 'metadata']
  #parent: StoredResource<T> | undefined

  /** Complaints about a new status, beyond the schema's. */
  validate(_object: T, _old: T, _ctx: RequestContext): readonly FieldError[] {
    return []
  }

  override attach(parent: Resource<T>): void {
    if (!(parent instanceof StoredResource))
      throw new TypeError(`StatusSubresource needs a StoredResource, ${parent.storageVersion.kind} has none`)
    this.#parent = parent
  }

  get(name: string, ctx: RequestContext, options?: GetOptions): Promise<Answer<T> | undefined> {
    return this.#resource.get(name, ctx, options)
  }

  update(
    name: string,
    updated: UpdatedObject<T>,
    ctx: RequestContext,
    options: UpdateOptions<T>,
  ): Promise<UpdateResult<T>> {
    return updateObject(this.#resource, name, updated, ctx, options, this.strategy)
  }

  readonly strategy: UpdateStrategy<T> = {
    settle: (object, old) => {
      if (!old) return
      const { managedFields, resourceVersion } = object.metadata
      for (const member of new Set([...Object.keys(object), ...Object.keys(old)]))
        if (member !== 'status') copyMember(object, old, member)
      if (managedFields) object.metadata.managedFields = managedFields
      else delete object.metadata.managedFields
      if (resourceVersion) object.metadata.resourceVersion = resourceVersion
    },
    prepare: () => undefined,
    validate: (object, old, ctx) => this.validate(object, old, ctx),
    bumpsGeneration: false,
  }

  get #resource(): StoredResource<T> {
    if (!this.#parent) throw new Error('the status subresource is not attached: ApiServer.install does that')
    return this.#parent
  }
}
