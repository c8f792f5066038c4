import { apiVersionOf } from '../../../meta/group-version.ts'
import type { KubeObject } from '../../../meta/object.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { replaceObject } from '../objects.ts'
import type { EquivalentResource } from '../objects.ts'

/** A write in the version in which somebody wants to see it. */
export interface VersionedWrite extends EquivalentResource {
  readonly attributes: AdmissionAttributes
  /** Do not change it: it may be the request's own. */
  readonly object: KubeObject | undefined
  readonly oldObject: KubeObject | undefined
}

/** The objects in the version asked for, as they are now. */
export function versionedWrite(
  attributes: AdmissionAttributes,
  { resource, kind }: EquivalentResource,
): VersionedWrite {
  const { object, oldObject, objects } = attributes
  const convert = (from: KubeObject | undefined): KubeObject | undefined =>
    from && (objects?.convert(from, kind) ?? from)
  return { attributes, resource, kind, object: convert(object), oldObject: convert(oldObject) }
}

/** Writes that do not change, each in as many versions as are asked for: every version is made once. */
export class VersionedWrites {
  readonly #attributes: AdmissionAttributes
  readonly #made = new Map<string, VersionedWrite>()

  constructor(attributes: AdmissionAttributes) {
    this.#attributes = attributes
  }

  of(matched: EquivalentResource): VersionedWrite {
    const apiVersion = apiVersionOf(matched.kind)
    let made = this.#made.get(apiVersion)
    if (!made) this.#made.set(apiVersion, (made = versionedWrite(this.#attributes, matched)))
    return made
  }
}

/** Takes what somebody has made of the object, in whatever version, for the object of the request. */
export function takeOver({ objects, object: target, kind }: AdmissionAttributes, made: KubeObject): void {
  if (target) replaceObject(target, objects?.convert(made, kind) ?? made)
}
