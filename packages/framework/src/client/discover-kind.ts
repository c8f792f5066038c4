import { StatusError } from '../meta/status.ts'
import { isObject, type JsonValue } from '../util/json.ts'
import type { ResourceKind } from './resource-kind.ts'
import type { KubeObject } from '../meta/object.ts'

/** An object of a kind that is known at run time only. */
export type DynamicObject = KubeObject & { [member: string]: unknown }

export const discoveryPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`

/** What an APIResourceList says of a kind. Throws a StatusError of 404 when it says nothing. */
export function kindFrom(list: JsonValue, apiVersion: string, kind: string): ResourceKind<DynamicObject> {
  const resources = isObject(list) && Array.isArray(list['resources']) ? list['resources'] : []
  const slash = apiVersion.indexOf('/')
  for (const resource of resources) {
    if (!isObject(resource) || resource['kind'] !== kind) continue
    const { name, namespaced } = resource
    if (typeof name !== 'string' || name.includes('/')) continue
    return {
      group: apiVersion.slice(0, Math.max(0, slash)),
      version: apiVersion.slice(slash + 1),
      kind,
      plural: name,
      scope: namespaced === true ? 'Namespaced' : 'Cluster',
    }
  }
  const message = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`
  throw new StatusError({ code: 404, reason: 'NotFound', message })
}
