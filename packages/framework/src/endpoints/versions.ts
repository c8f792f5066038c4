import { cloneObject, type KubeObject } from '../meta/object.ts'
import type { ServedVersion } from '../registry/conversion.ts'
import type { Resource } from '../registry/resource.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import type { Kind } from '../schema/kind.ts'
import { compileKind } from '../schema/structural.ts'

/** Hub and spoke conversion among the versions of one resource. */
export class VersionConverter {
  readonly hubVersion: string
  /** The apiVersion in which the bytes stand. */
  readonly encodedVersion: string
  readonly #spokes = new Map<string, ServedVersion>()

  constructor(resource: Resource) {
    this.hubVersion = resource.storageVersion.apiVersion
    for (const version of resource.servedVersions) this.#spokes.set(version.kind.apiVersion, version)
    this.encodedVersion =
      resource instanceof StoredResource
        ? ((resource as StoredResource<never>).encodedVersion?.kind.apiVersion ?? this.hubVersion)
        : this.hubVersion
  }

  knows(apiVersion: string): boolean {
    return apiVersion === this.hubVersion || this.#spokes.has(apiVersion)
  }

  /** A hub object in another version, with that version's defaults: a copy, or the object itself where the version is the hub. */
  fromHub(object: KubeObject, apiVersion: string): KubeObject {
    if (apiVersion === this.hubVersion) return object
    const converted = this.#toSpoke(object, apiVersion)
    compileKind(converted.kind).default(converted.object)
    return converted.object
  }

  #toSpoke(object: KubeObject, apiVersion: string): { object: KubeObject; kind: Kind } {
    const spoke = this.#spokes.get(apiVersion)
    if (!spoke) throw new Error(`no version ${apiVersion} is declared`)
    const converted = spoke.fromStorage(cloneObject(object))
    return {
      object: { ...converted, apiVersion, kind: spoke.kind.kind, metadata: converted.metadata },
      kind: spoke.kind,
    }
  }

  /** Any version's object in the hub version. May reuse and change the object given. */
  toHub(object: KubeObject): KubeObject {
    if (object.apiVersion === this.hubVersion) return object
    const spoke = this.#spokes.get(object.apiVersion)
    if (!spoke) throw new Error(`no version ${object.apiVersion} is declared`)
    const converted = spoke.toStorage(object)
    return { ...converted, apiVersion: this.hubVersion, kind: object.kind, metadata: converted.metadata }
  }

  /**
   * For managed fields: undefined where the version is not (or no more) declared. Without defaults: a field that its last owner drops would come back.
   */
  convert(object: KubeObject, apiVersion: string): KubeObject | undefined {
    if (object.apiVersion === apiVersion) return object
    if (!this.knows(apiVersion) || !this.knows(object.apiVersion)) return undefined
    const hub = this.toHub(cloneObject(object))
    return apiVersion === this.hubVersion ? hub : this.#toSpoke(hub, apiVersion).object
  }
}
