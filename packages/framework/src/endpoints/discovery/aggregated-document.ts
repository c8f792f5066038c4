import type { InstalledGroup, InstalledResource, InstalledSubresource } from '../../registry/installed.ts'
import type { JsonObject } from '../../util/json.ts'
import { inDiscoveryOrder } from './subresource-order.ts'

/**
 * apidiscovery.k8s.io/v2 APIGroupDiscoveryList: everything that is served, in one document. Source:
 * endpoints/groupversion.go ConvertGroupVersionIntoToDiscovery and endpoints/discovery/aggregated.
 */
export function apiGroupDiscoveryList(groups: readonly InstalledGroup[]): JsonObject {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: [...groups].sort((a, b) => (a.group < b.group ? -1 : 1)).map(groupDiscovery),
  }
}

function groupDiscovery({ group, versions }: InstalledGroup): JsonObject {
  return {
    metadata: group === '' ? {} : { name: group },
    versions: versions.map(({ version, resources }) => ({
      version,
      resources: resources.map(resourceDiscovery),
      freshness: 'Current',
    })),
  }
}

function resourceDiscovery({ kind, namespaced, verbs, subresources }: InstalledResource): JsonObject {
  return {
    resource: kind.plural,
    // Empty group and version stand for those of the list that it is in.
    responseKind: { group: '', version: '', kind: kind.kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: [...verbs],
    ...(kind.shortNames.length ? { shortNames: [...kind.shortNames] } : {}),
    ...(kind.categories.length ? { categories: [...kind.categories] } : {}),
    ...(subresources.length ? { subresources: inDiscoveryOrder(subresources).map(subresourceDiscovery) } : {}),
  }
}

function subresourceDiscovery({ name, kind, foreignKind, verbs, subresource }: InstalledSubresource): JsonObject {
  const { acceptedTypes } = subresource
  return {
    subresource: name,
    responseKind: {
      group: foreignKind ? kind.group : '',
      version: foreignKind ? kind.version : '',
      kind: kind.kind,
    },
    ...(acceptedTypes.length
      ? { acceptedTypes: acceptedTypes.map((t) => ({ group: t.group, version: t.version, kind: t.kind })) }
      : {}),
    verbs: [...verbs],
  }
}
