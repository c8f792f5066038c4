import type { KubeObject } from '../meta/object.ts'
import type { GroupVersionKind } from '../meta/group-version.ts'

/** Something below an object: `/status`, `/scale`, an action, a stream. */
export abstract class Subresource<T extends KubeObject = KubeObject> {
  abstract readonly name: string
  /** The kind it answers with, where that is not the parent's. */
  readonly kind: GroupVersionKind | undefined = undefined
  /** Never there: carries the type of the parent. */
  readonly parentType?: (object: T) => void
}
