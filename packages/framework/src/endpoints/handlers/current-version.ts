import type { KubeObject } from '../../meta/object.ts'
import { StoredResource } from '../../registry/stored-resource.ts'
import { checkResourceVersion } from '../../registry/writing.ts'
import type { RequestScope } from '../scope.ts'

/** The resourceVersion is compared before the schema speaks, as Go does: 409 comes before 422. */
export function checkVersion(scope: RequestScope, object: KubeObject, live: KubeObject): void {
  if (scope.resource instanceof StoredResource && !scope.foreign)
    checkResourceVersion(scope.resource as never, object, live.metadata.resourceVersion ?? '')
}
