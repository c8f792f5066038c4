import type { UserInfo } from '../../request/context.ts'
import type { JsonObject, JsonValue } from '../../util/json.ts'
import type { VersionedWrite } from './matching/versions.ts'

/**
 * `admission.k8s.io/v1` AdmissionRequest without its uid and its objects: as expressions see it, and in its wire order. Source:
 * admission/plugin/webhook/request/admissionreview.go.
 */
export function admissionRequest(write: VersionedWrite, objects: JsonObject = {}): JsonObject {
  const { attributes, kind, resource } = write
  const { subresource, name, namespace, operation, user, dryRun, options } = attributes
  return {
    kind: { group: kind.group, version: kind.version, kind: kind.kind },
    resource: { group: resource.group, version: resource.version, resource: resource.resource },
    ...given('subResource', subresource),
    requestKind: { ...attributes.kind },
    requestResource: { ...attributes.resource },
    ...given('requestSubResource', subresource),
    ...given('name', name),
    ...given('namespace', namespace),
    operation,
    userInfo: userInfo(user),
    ...objects,
    dryRun,
    options: options ?? null,
  }
}

const given = (key: string, value: string): Record<string, string> => (value === '' ? {} : { [key]: value })

function userInfo({ name, uid, groups, extra }: UserInfo): JsonValue {
  const extras = Object.entries(extra).map(([key, values]): [string, string[]] => [key, [...values]])
  return {
    ...given('username', name),
    ...given('uid', uid),
    ...(groups.length ? { groups: [...groups] } : {}),
    ...(extras.length ? { extra: Object.fromEntries(extras) } : {}),
  }
}
