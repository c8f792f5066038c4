import type { Static, TSchema } from '@sinclair/typebox'
import type { FieldError } from '../meta/field-error.ts'
import type { GroupVersionKind } from '../meta/group-version.ts'
import { cloneObject, type KubeObject } from '../meta/object.ts'
import { StatusError } from '../meta/status.ts'
import type { RequestContext } from '../request/context.ts'
import type { Kind } from '../schema/kind.ts'
import { StoredItem } from '../storage/stored-item.ts'

import type { Resource } from './resource.ts'
import type { Getter } from './rest.ts'

/** Which members of an object a request writes: all but those of other endpoints, or its status. */
export type WrittenMembers = 'main' | 'status'

/** The schema of a query: an object of scalars and of lists of scalars. `O` is its type. */
export type OptionsSchema<O> = TSchema & { readonly static: O }
/** The type of a query's schema: `OptionsOf<typeof LogOptions>`. */
export type OptionsOf<S extends TSchema> = Static<S>

/**
 * Something below an object: `/status`, `/scale`, an action, a stream. Its verbs are the rest methods that its class has: get, update (and so patch),
 * create, or connect.
 */
export abstract class Subresource<T extends KubeObject = KubeObject> {
  abstract readonly name: string
  /** The kind it answers with and reads, where that is not the parent's. */
  readonly kind: Kind | undefined = undefined
  /** The kind that its create answers with, where that is not the one it reads. */
  readonly createdKind: Kind | undefined = undefined
  /** Other kinds that its create reads (discovery's acceptedTypes). */
  readonly acceptedTypes: readonly GroupVersionKind[] = []
  /** What the query of a stream or a connection may say; unknown parameters are not looked at, wrong ones a 400. */
  readonly options: OptionsSchema<unknown> | undefined = undefined
  /** Top-level members that writes through it never own (managedFields' reset fields). */
  readonly resetFields: readonly string[] = []
  #resource: Resource<T> | undefined

  /** Complaints about the object itself, whatever endpoint writes it: called in the version of the request, and in the hub. */
  validateParent(_object: KubeObject, _written: WrittenMembers): readonly FieldError[] {
    return []
  }

  /** Called once, before the first request, with the resource it belongs to. Whoever overrides it calls `super.attach`, if he uses {@link parentOf}. */
  attach(parent: Resource<T>): void {
    this.#resource = parent
  }

  /** The object that a request is below of, in the storage version: a private copy. Throws 404. */
  protected async parentOf(name: string, ctx: RequestContext): Promise<T> {
    const resource = this.#resource
    if (!resource) throw new Error(`the subresource ${this.name} is not attached: ApiServer.install does that`)
    const { group, plural, kind } = resource.storageVersion
    if (!isGetter<T>(resource)) throw new TypeError(`the subresource ${this.name} needs a ${kind} that can be read`)
    const answer = await resource.get(name, ctx)
    if (answer === undefined) throw StatusError.notFound({ group, resource: plural }, name)
    return cloneObject((answer instanceof StoredItem ? answer.object : answer) as T)
  }
}

const isGetter = <T extends KubeObject>(resource: object): resource is Getter<T> =>
  typeof (resource as Partial<Getter<T>>).get === 'function'
