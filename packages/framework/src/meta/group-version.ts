/** Names of API groups, versions, kinds and resources, and their usual spellings. */
export interface GroupResource {
  readonly group: string
  readonly resource: string
}
export interface GroupVersion {
  readonly group: string
  readonly version: string
}
export interface GroupVersionResource extends GroupVersion, GroupResource {}
export interface GroupKind {
  readonly group: string
  readonly kind: string
}
export interface GroupVersionKind extends GroupVersion, GroupKind {}

/** `resource.group`, or the resource alone in the core group. */
export const groupResource = ({ group, resource }: GroupResource): string => (group ? `${resource}.${group}` : resource)

/** `Kind.group`, or the kind alone in the core group. */
export const groupKind = ({ group, kind }: GroupKind): string => (group ? `${kind}.${group}` : kind)

/** `group/version`, or the version alone in the core group: the value of `apiVersion`. */
export const apiVersionOf = ({ group, version }: GroupVersion): string => (group ? `${group}/${version}` : version)

/** The inverse of {@link apiVersionOf}; undefined when there is more than one slash. */
export function parseApiVersion(apiVersion: string): GroupVersion | undefined {
  const parts = apiVersion.split('/')
  if (parts.length > 2) return undefined
  return parts.length === 2
    ? { group: parts[0] ?? '', version: parts[1] ?? '' }
    : { group: '', version: parts[0] ?? '' }
}
