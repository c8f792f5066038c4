import type { KubeObject } from '../meta/object.ts'
import type { RequestInfo } from '../request/request-info.ts'
import type { Resource } from './resource.ts'
import { servedKinds, type ResourceRegistry } from './resource-registry.ts'
import { StoredResource } from './stored-resource.ts'

type Watched = Pick<RequestInfo, 'group' | 'version' | 'resource' | 'verb'>

/**
 * Whether a long-running request goes on as it is when the resources of a server are replaced: a watch that follows the store, of a version that is still
 * served and stored in the same version. A watch of an author's own does not: it would hear of the former resource only. Streams are their clients'.
 */
export function outlives(info: Watched, before: ResourceRegistry, after: ResourceRegistry): boolean {
  if (info.verb !== 'watch') return true
  const [was, is] = [resourceOf(info, before), resourceOf(info, after)]
  return (
    isStored(was) &&
    isStored(is) &&
    writtenVersion(was) === writtenVersion(is) &&
    was.namespaced === is.namespaced &&
    servedKinds(is).some(({ version }) => version === info.version)
  )
}

const isStored = (resource: Resource | undefined): resource is StoredResource<KubeObject> =>
  resource instanceof StoredResource

const resourceOf = ({ group, resource }: Watched, { resources }: ResourceRegistry): Resource | undefined =>
  resources.find(({ storageVersion }) => storageVersion.group === group && storageVersion.plural === resource)

const writtenVersion = ({ storageVersion, encodedVersion }: StoredResource<KubeObject>): string =>
  `${storageVersion.version} ${encodedVersion?.kind.version ?? ''}`
