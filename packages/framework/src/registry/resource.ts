import type { KubeObject } from '../meta/object.ts'
import type { Kind } from '../schema/kind.ts'
import type { ServedVersion } from './conversion.ts'
import type { Subresource } from './subresource.ts'

/** A served resource. The verbs it serves are the rest methods (registry/rest.ts) that its class has. */
export abstract class Resource<T extends KubeObject = KubeObject> {
  /** The hub: the version in which methods and hooks see objects. */
  abstract readonly storageVersion: Kind<T>
  /** Further versions, with the way to and from the hub. */
  readonly servedVersions: readonly ServedVersion<T>[] = []
  readonly subresources: readonly Subresource<T>[] = []
}
