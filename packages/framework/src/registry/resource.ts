import type { KubeObject } from '../meta/object.ts'
import type { Kind } from '../schema/kind.ts'
import type { ItemCodec } from '../storage/stored-item.ts'
import type { Storage } from '../storage/storage.ts'
import type { ServedVersion } from './conversion.ts'
import type { Subresource } from './subresource.ts'

/** What a server lends to the resources installed in it. */
export interface ResourceEnvironment {
  /** Opens the store of one resource; `resourcePrefix` is `/group/resource`. */
  readonly createStorage: (resourcePrefix: string, codec: ItemCodec) => Storage
}

/** A served resource. The verbs it serves are the rest methods (registry/rest.ts) that its class has. */
export abstract class Resource<T extends KubeObject = KubeObject> {
  /** The hub: the version in which methods and hooks see objects. */
  abstract readonly storageVersion: Kind<T>
  /** Further versions, with the way to and from the hub. */
  readonly servedVersions: readonly ServedVersion<T>[] = []
  readonly subresources: readonly Subresource<T>[] = []
  /** PATCH accepts strategic merge patches, as built-in kinds do and custom resources do not. */
  readonly strategicMergePatch: boolean = false
  /** Columns of the Table of a kind without columns: `age` as custom resources have it, `createdAt` as Go's default has it. */
  readonly defaultColumns: 'age' | 'createdAt' = 'age'

  /** Called once, before the first request. */
  attach(_environment: ResourceEnvironment): void {
    // A virtual resource has nothing to open.
  }

  /** Called when the server has stopped; may be called twice. */
  close(): Promise<void> {
    return Promise.resolve()
  }
}
