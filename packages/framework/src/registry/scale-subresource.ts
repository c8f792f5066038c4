import type { FieldError } from '../meta/field-error.ts'
import { cloneObject, type KubeObject } from '../meta/object.ts'
import { StatusError } from '../meta/status.ts'
import type { RequestContext } from '../request/context.ts'
import { StoredItem } from '../storage/stored-item.ts'

import type { Resource } from './resource.ts'
import type { Answer, Getter, GetOptions, UpdatedObject, UpdateOptions, UpdateResult, Updater } from './rest.ts'
import { Scale } from './scale-kind.ts'
import { ScaleManagers } from './scale-managers.ts'
import { MemberPath } from './scale-paths.ts'
import { StoredResource } from './stored-resource.ts'
import { Subresource, type WrittenMembers } from './subresource.ts'
import { updateObject, type UpdateStrategy } from './writing.ts'

/** Where an object of the storage version says how many there are: paths of members, as a CustomResourceDefinition names them. */
export interface ScaleOptions {
  /** Below `.spec`: how many are wanted. */
  readonly specReplicasPath: string
  /** Below `.status`: how many there are. */
  readonly statusReplicasPath: string
  /** Below `.status` or `.spec`: a label selector as a text, which the autoscaler needs. */
  readonly labelSelectorPath?: string
}

/** Stands in a Scale for replicas that nobody has set yet: a write that leaves it sets none. */
const unset = -(2 ** 31)

/**
 * `/scale`: autoscaling/v1 Scale, for `kubectl scale` and the HorizontalPodAutoscaler. A write changes the replicas in the object's spec, with all that
 * this means there: its generation, its hooks, its schema. Source: apiextensions registry/customresource/etcd.go ScaleREST.
 */
export class ScaleSubresource<T extends KubeObject = KubeObject>
  extends Subresource<T>
  implements Getter<Scale>, Updater<Scale>
{
  readonly name = 'scale'
  override readonly kind = Scale
  readonly #spec: MemberPath
  readonly #status: MemberPath
  readonly #selector: MemberPath | undefined
  #attached: { readonly resource: StoredResource<T>; readonly managers: ScaleManagers } | undefined

  /** Throws a TypeError for what is no path of members. */
  constructor({ specReplicasPath, statusReplicasPath, labelSelectorPath }: ScaleOptions) {
    super()
    this.#spec = new MemberPath('specReplicasPath', specReplicasPath, ['spec'])
    this.#status = new MemberPath('statusReplicasPath', statusReplicasPath, ['status'])
    this.#selector =
      labelSelectorPath === undefined
        ? undefined
        : new MemberPath('labelSelectorPath', labelSelectorPath, ['status', 'spec'])
  }

  override attach(parent: Resource<T>): void {
    if (!(parent instanceof StoredResource))
      throw new TypeError(`ScaleSubresource needs a StoredResource, ${parent.storageVersion.kind} has none`)
    const resource = parent as StoredResource<T>
    if (!this.#spec.isDeclaredBy(resource.storageVersion))
      throw new TypeError(`specReplicasPath: ${resource.storageVersion.kind} declares no ${this.#spec.text}`)
    const kinds = [resource.storageVersion, ...resource.servedVersions.map((v) => v.kind)]
    const versions = new Set(kinds.map((kind) => kind.apiVersion))
    this.#attached = {
      resource,
      managers: new ScaleManagers(this.#spec.fieldPath, (apiVersion) => versions.has(apiVersion)),
    }
  }

  /** Numbers out of bounds are refused wherever they are written. */
  override validateParent(object: KubeObject, written: WrittenMembers): readonly FieldError[] {
    return [
      ...(written === 'status' ? [] : this.#spec.replicasErrors(object)),
      ...this.#status.replicasErrors(object),
      ...(this.#selector?.selectorErrors(object) ?? []),
    ]
  }

  async get(name: string, ctx: RequestContext, options?: GetOptions): Promise<Scale | undefined> {
    const answer = await this.#parent.resource.get(name, ctx, options)
    if (answer === undefined) return undefined
    const object = objectOf(answer)
    const replicas = this.#spec.number(object)
    if (replicas === undefined)
      throw StatusError.internal(new Error(`the spec replicas field "${this.#spec.text}" does not exist`))
    return this.#scaleOf(object, replicas)
  }

  async update(
    name: string,
    updated: UpdatedObject<Scale>,
    ctx: RequestContext,
    options: UpdateOptions<Scale>,
  ): Promise<UpdateResult<Scale>> {
    const { resource } = this.#parent
    const admission = async (object: T | undefined, old: T | undefined): Promise<void> =>
      options.checks.admission(this.#scaleOrNone(object), this.#scaleOrNone(old))
    const { object } = await updateObject(
      resource,
      name,
      (current) => this.#rescaled(name, current, updated, ctx),
      ctx,
      {
        ...options,
        forceAllowCreate: false,
        checks: { schema: () => [], admission },
        createChecks: { schema: () => [], admission },
      },
      this.#strategy(options),
    )
    const parent = objectOf(object)
    return { object: this.#scaleOf(parent, this.#spec.number(parent) ?? 0), created: false }
  }

  /** The object as the new Scale wants it. */
  async #rescaled(
    name: string,
    current: T | undefined,
    updated: UpdatedObject<Scale>,
    { info }: RequestContext,
  ): Promise<T> {
    const { resource, managers } = this.#parent
    if (!current) throw StatusError.notFound(resource.groupResource, name)
    const live = this.#scaleOf(current, this.#spec.number(current) ?? unset)
    const { managedFields } = current.metadata
    const projected = managers.toScale(managedFields)
    if (projected) live.metadata.managedFields = projected
    const scale = await updated(live)
    const { replicas = 0 } = scale.spec
    if (replicas === unset) throw StatusError.badRequest(`the spec replicas field "${this.#spec.text}" cannot be empty`)
    const object = cloneObject(current)
    this.#spec.set(object, replicas)
    if (scale.metadata.resourceVersion) object.metadata.resourceVersion = scale.metadata.resourceVersion
    const entries = managers.toParent(managedFields, scale.metadata.managedFields, this.#apiVersion(info.version))
    if (entries) object.metadata.managedFields = entries
    else delete object.metadata.managedFields
    return object
  }

  /** What every change of the spec means, and the schema of the version in the URL. */
  #strategy({ checks }: UpdateOptions<Scale>): UpdateStrategy<T> {
    const { mainStrategy } = this.#parent.resource
    // The checks are told of objects of the parent's kind here, whatever a subresource's own type is.
    const schema = checks.schema as unknown as (object: T, old: T) => readonly FieldError[]
    return {
      ...mainStrategy,
      validate: (object, old, ctx) => [
        ...schema(object, old),
        ...this.validateParent(object, 'main'),
        ...mainStrategy.validate(object, old, ctx),
      ],
    }
  }

  /** The version of the URL where it has the replicas at the same place, else the hub. */
  #apiVersion(version: string): string {
    const { storageVersion, servedVersions } = this.#parent.resource
    const asked = servedVersions.find(({ kind }) => kind.version === version)?.kind
    return asked && this.#spec.isDeclaredBy(asked) ? asked.apiVersion : storageVersion.apiVersion
  }

  #scaleOf(object: KubeObject, replicas: number): Scale {
    const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
    const selector = this.#selector?.string(object) ?? ''
    return {
      apiVersion: Scale.apiVersion,
      kind: Scale.kind,
      metadata: {
        ...(name === undefined ? {} : { name }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      },
      spec: replicas === 0 ? {} : { replicas },
      status: { replicas: this.#status.number(object) ?? 0, ...(selector === '' ? {} : { selector }) },
    }
  }

  #scaleOrNone(object: T | undefined): Scale | undefined {
    return object && this.#scaleOf(object, this.#spec.number(object) ?? 0)
  }

  get #parent(): { readonly resource: StoredResource<T>; readonly managers: ScaleManagers } {
    if (!this.#attached) throw new Error('the scale subresource is not attached: ApiServer.install does that')
    return this.#attached
  }
}

const objectOf = <T extends KubeObject>(answer: Answer<T>): KubeObject =>
  answer instanceof StoredItem ? answer.object : answer
