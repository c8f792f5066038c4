import type { FieldError } from '../meta/field-error.ts'
import type { GroupVersionKind } from '../meta/group-version.ts'
import type { KubeObject } from '../meta/object.ts'
import type { Kind } from '../schema/kind.ts'
import type { Resource } from './resource.ts'

/** Which members of an object a request writes: all but those of other endpoints, or its status. */
export type WrittenMembers = 'main' | 'status'

/**
 * Something below an object: `/status`, `/scale`, an action, a stream. Its verbs are the rest methods that its class has: get, update (and so patch),
 * create, or connect.
 */
export abstract class Subresource<T extends KubeObject = KubeObject> {
  abstract readonly name: string
  /** The kind it answers with and reads, where that is not the parent's. */
  readonly kind: Kind | undefined = undefined
  /** Other kinds that its create reads (discovery's acceptedTypes). */
  readonly acceptedTypes: readonly GroupVersionKind[] = []
  /** Top-level members that writes through it never own (managedFields' reset fields). */
  readonly resetFields: readonly string[] = []

  /** Complaints about the object itself, whatever endpoint writes it: called in the version of the request, and in the hub. */
  validateParent(_object: KubeObject, _written: WrittenMembers): readonly FieldError[] {
    return []
  }

  /** Called once, before the first request, with the resource it belongs to. */
  attach(_parent: Resource<T>): void {
    // Nothing to keep by default.
  }
}
