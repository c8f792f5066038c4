import { FieldManager } from '../schema/managed-fields/field-manager.ts'
import { FieldSet } from '../schema/managed-fields/field-set.ts'
import { compileAtoms, type Type } from '../schema/managed-fields/atoms.ts'
import type { KubeObject } from '../meta/object.ts'
import { servedKinds } from '../registry/resource-registry.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import { getOwn, setOwn, type JsonObject } from '../util/json.ts'
import type { RequestScope } from './scope.ts'

/** The field manager of one endpoint: its types, its versions, and the members that it never owns. */
export function fieldManagerFor(scope: RequestScope): FieldManager {
  const types = new Map<string, Type>()
  const kinds = [
    ...servedKinds(scope.resource),
    ...scope.resource.servedVersions.filter((v) => !v.served).map((v) => v.kind),
  ]
  for (const kind of kinds) types.set(kind.apiVersion, compileAtoms(kind.schema, true))
  if (scope.foreign) types.set(scope.kind.apiVersion, compileAtoms(scope.kind.schema, true))
  const reset = resetFields(scope)
  // As custom resources have it: a subresource leaves alone what managers own in any version, the main endpoint only what they own in its own.
  const everywhere = scope.subresource !== undefined
  return new FieldManager({
    apiVersion: scope.kind.apiVersion,
    kind: scope.kind.kind,
    typeOf: (apiVersion) => types.get(apiVersion),
    convert: (object, apiVersion) => {
      const converted = scope.versions.convert(object, apiVersion)
      if (converted && converted !== object && scope.kind.omitEmpty) settleConverted(converted, types.get(apiVersion))
      return converted
    },
    subresource: scope.subresource?.name,
    emptyListResets: scope.kind.omitEmpty,
    resetFields: reset && ((apiVersion) => (everywhere || apiVersion === scope.kind.apiVersion ? reset : undefined)),
  })
}

/** As conversions in Go leave an object of a kind that writes no empty members: without those of metadata, with its structures. */
function settleConverted(object: KubeObject, type: Type | undefined): void {
  const { metadata } = object
  for (const name of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const)
    if (!Object.keys(metadata[name] ?? {}).length) Reflect.deleteProperty(metadata, name)
  const members = object as unknown as JsonObject
  for (const name of Object.keys(type?.zero ?? {}))
    if ((getOwn(members, name) ?? null) === null) setOwn(members, name, {})
}

/** The main endpoint never owns `status` where that has an endpoint of its own, and the reverse. */
function resetFields(scope: RequestScope): FieldSet | undefined {
  const members = scope.subresource
    ? scope.subresource.subresource.resetFields
    : scope.resource instanceof StoredResource && scope.resource.hasStatusSubresource
      ? ['status']
      : []
  if (!members.length) return undefined
  return FieldSet.parse(JSON.stringify(Object.fromEntries(members.map((m) => [`f:${m}`, {}]))))
}
