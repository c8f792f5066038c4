import type {
  InstalledGroup,
  InstalledResource,
  InstalledSubresource,
  InstalledVersion,
} from '../../registry/installed.ts'
import type { JsonObject } from '../../util/json.ts'
import { inDiscoveryOrder } from './subresource-order.ts'

/** The documents of discovery before it was aggregated. Source: endpoints/discovery/{root,group,version}.go. */

/** `/apis`. It says no apiVersion, as Go's does not. */
export function apiGroupList(groups: readonly InstalledGroup[], serverAddress: string): JsonObject {
  return {
    kind: 'APIGroupList',
    groups: groups.map((group) => ({ ...groupMembers(group), serverAddressByClientCIDRs: addresses(serverAddress) })),
  }
}

/** `/apis/GROUP` */
export function apiGroup(group: InstalledGroup): JsonObject {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupMembers(group) }
}

/** `/api`, the versions of the core group. */
export function apiVersions(core: InstalledGroup, serverAddress: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: core.versions.map((v) => v.version),
    serverAddressByClientCIDRs: addresses(serverAddress),
  }
}

/** `/apis/GROUP/VERSION`, `/api/VERSION`. The core group's says no apiVersion: it never did. */
export function apiResourceList({ group, apiVersion, resources }: InstalledVersion): JsonObject {
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersion,
    resources: resources.flatMap((r) => [
      apiResource(r),
      ...inDiscoveryOrder(r.subresources).map((s) => apiSubresource(r, s)),
    ]),
  }
}

function groupMembers({ group, versions }: InstalledGroup): JsonObject {
  const list = versions.map((v) => ({ groupVersion: v.apiVersion, version: v.version }))
  return { name: group, versions: list, preferredVersion: list[0] ?? { groupVersion: '', version: '' } }
}

const addresses = (serverAddress: string): JsonObject[] => [{ clientCIDR: '0.0.0.0/0', serverAddress }]

function apiResource({ kind, namespaced, verbs, storageVersionHash }: InstalledResource): JsonObject {
  return {
    name: kind.plural,
    singularName: kind.singular,
    namespaced,
    kind: kind.kind,
    verbs: [...verbs],
    ...(kind.shortNames.length ? { shortNames: [...kind.shortNames] } : {}),
    ...(kind.categories.length ? { categories: [...kind.categories] } : {}),
    ...(storageVersionHash === undefined ? {} : { storageVersionHash }),
  }
}

function apiSubresource(
  parent: InstalledResource,
  { name, kind, foreignKind, verbs }: InstalledSubresource,
): JsonObject {
  return {
    name: `${parent.kind.plural}/${name}`,
    singularName: '',
    namespaced: parent.namespaced,
    ...(foreignKind ? { group: kind.group, version: kind.version } : {}),
    kind: kind.kind,
    verbs: [...verbs],
  }
}
