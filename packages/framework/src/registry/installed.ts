import type { GroupVersionKind } from '../meta/group-version.ts'
import type { Kind } from '../schema/kind.ts'
import type { Resource } from './resource.ts'
import type { Subresource } from './subresource.ts'

/** What discovery, OpenAPI, RBAC manifests and dispatch read: the outcome of `ApiServer.install`. */

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch'

export interface InstalledSubresource {
  readonly name: string
  readonly subresource: Subresource
  /** The kind it answers with. */
  readonly kind: GroupVersionKind
  /** It answers with a kind of another group and version (Scale): discovery then says so. */
  readonly foreignKind: boolean
  /** In alphabetical order; for a connecter the verbs of its methods. */
  readonly verbs: readonly string[]
  readonly connectMethods: readonly string[]
  /** A connecter with paths below its own. */
  readonly servesPath?: boolean
  /** Its GET answers bytes, not an object. */
  readonly streams?: boolean
  /** The query of what connects or streams, as a kind. */
  readonly optionsKind?: Kind | undefined
}

/** One resource in one served version. */
export interface InstalledResource {
  readonly resource: Resource
  readonly kind: Kind
  readonly namespaced: boolean
  /** In alphabetical order. */
  readonly verbs: readonly Verb[]
  /** Media types PATCH accepts. */
  readonly patchTypes: readonly string[]
  /** base64 of the first 8 bytes of SHA-256 of `group/version/Kind` as stored; undefined without storage. */
  readonly storageVersionHash: string | undefined
  readonly subresources: readonly InstalledSubresource[]
}

export interface InstalledVersion {
  readonly group: string
  readonly version: string
  readonly apiVersion: string
  readonly resources: readonly InstalledResource[]
}

/** Versions in order of priority: the first is the preferred one. */
export interface InstalledGroup {
  readonly group: string
  readonly versions: readonly InstalledVersion[]
}
