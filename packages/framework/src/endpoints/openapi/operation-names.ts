/** Names as client generators of Kubernetes expect them. */

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** `wardle.example.com` is `WardleExampleCom`, `storage.k8s.io` is `Storage`, the core group `Core`. */
export const camelGroup = (group: string): string =>
  group === ''
    ? 'Core'
    : group
        .replace(/\.k8s\.io$/, '')
        .split(/[^A-Za-z0-9]+/)
        .map(capitalize)
        .join('')

/** Goes into the ids of operations: group and version. */
export const camelGroupVersion = (group: string, version: string): string => camelGroup(group) + capitalize(version)

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

export const groupTag = (group: string): string => lowerFirst(camelGroup(group))
export const versionTag = (group: string, version: string): string => `${groupTag(group)}_${version}`

/** `status` is `Status`, `log-stream` is `LogStream`. */
export const camelSubresource = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map(capitalize)
    .join('')

/** `a Flunder`, `an Eviction`. */
export const withArticle = (kind: string): string => `${/^[AEIOU]/i.test(kind) ? 'an' : 'a'} ${kind}`
