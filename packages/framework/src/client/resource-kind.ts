import { apiVersionOf } from '../meta/group-version.ts'
import type { KubeObject } from '../meta/object.ts'

/**
 * What a client must know about a kind: a Kind of `defineKind` is one, and for kinds that others serve a literal will do:
 * `const ConfigMap: ResourceKind<ConfigMap> = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps' }`.
 */
export interface ResourceKind<T extends KubeObject = KubeObject> {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  /** Default `Namespaced`. */
  readonly scope?: 'Namespaced' | 'Cluster'
  /** Of the objects, only the metadata is asked for: {@link metadataOnly} makes such a kind. */
  readonly onlyMetadata?: boolean
  /** Never there: carries the type. */
  readonly objectType?: T
}

/** Where an object is: what a reconciler is asked about. `namespace` is `''` for cluster-scoped kinds. */
export interface NamespacedName {
  readonly namespace: string
  readonly name: string
}

/**
 * The same kind, of whose objects the server sends nothing but the metadata: for informers of many or large objects. They
 * are patched and deleted as all others.
 */
export const metadataOnly = ({ group, version, kind, plural, scope }: ResourceKind): ResourceKind => ({
  ...{ group, version, kind, plural, onlyMetadata: true },
  ...(scope ? { scope } : {}),
})

/** `group/version/kind`: one text for each kind, and another for its metadata. */
export const kindKey = (kind: ResourceKind): string =>
  `${apiVersionOf(kind)}/${kind.kind}${kind.onlyMetadata ? '#metadata' : ''}`

/** `namespace/name`, or the name alone: the key of an object in caches and queues. */
export const objectKey = ({ namespace, name }: NamespacedName): string => (namespace ? `${namespace}/${name}` : name)

/** An object's namespace ('' in none) and name. */
export const namespacedName = ({ metadata }: KubeObject): NamespacedName => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name ?? '',
})

/** The path of a resource, of one object and of its subresource. `namespace` undefined or `''`: across all of them. */
export function resourcePath(kind: ResourceKind, namespace?: string, name?: string, subresource?: string): string {
  const parts = kind.group ? ['/apis', kind.group, kind.version] : ['/api', kind.version]
  if (namespace) parts.push('namespaces', encodeURIComponent(namespace))
  parts.push(kind.plural)
  if (name !== undefined) parts.push(segment(name))
  if (subresource !== undefined) parts.push(subresource)
  return parts.join('/')
}

/** An empty name would turn "this object" into "the collection", and dots into another path. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('%'))
    throw new TypeError(`${JSON.stringify(name)} cannot be the name of an object`)
  return encodeURIComponent(name)
}
