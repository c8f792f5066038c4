import { cloneObject, type KubeObject } from '../meta/object.ts'
import { compileKind } from '../schema/structural.ts'
import { JsonCodec } from '../storage/codec.ts'
import type { ItemCodec } from '../storage/stored-item.ts'

import type { ServedVersion } from './conversion.ts'
import type { StoredResource } from './stored-resource.ts'

/**
 * How a resource's objects become bytes: in its encoded version (the hub, unless the author says otherwise), and back from any version that was ever
 * declared.
 */
export function storedCodec<T extends KubeObject>(resource: StoredResource<T>): ItemCodec {
  const hub = resource.storageVersion
  const encoded = resource.encodedVersion
  const byVersion = new Map<string, ServedVersion<T>>(
    [...resource.servedVersions, ...(encoded ? [encoded] : [])].map((v) => [v.kind.apiVersion, v]),
  )
  const compiledHub = compileKind(hub)
  return new JsonCodec({
    apiVersion: encoded?.kind.apiVersion ?? hub.apiVersion,
    kind: hub.kind,
    fromHub: encoded
      ? (object) => ({
          ...encoded.fromStorage(cloneObject(object as T)),
          apiVersion: encoded.kind.apiVersion,
          kind: hub.kind,
        })
      : undefined,
    toHub: (object) => {
      if (object.apiVersion === hub.apiVersion) {
        compiledHub.default(object)
        return object
      }
      const version = byVersion.get(object.apiVersion)
      if (!version) throw new Error(`stored in version ${object.apiVersion}, which the resource does not declare`)
      compileKind(version.kind).default(object)
      const converted = { ...version.toStorage(object), apiVersion: hub.apiVersion, kind: hub.kind }
      compiledHub.default(converted)
      return converted
    },
  })
}
