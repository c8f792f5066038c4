import type { KubeObject, ObjectMeta } from '../../meta/object.ts'
import type { JsonObject, JsonValue } from '../../util/json.ts'
import type { Type } from './atoms.ts'
import { compare } from './compare.ts'
import { FieldSet } from './field-set.ts'
import { withSet, type Managers } from './managers.ts'

/** What a field manager must know of the versions of its kind. */
export interface Versions {
  /** How values of a version are owned; undefined for versions that are not (or no more) declared. */
  readonly typeOf: (apiVersion: string) => Type | undefined
  /** The object in another version; undefined where that is not declared. */
  readonly convert: (object: KubeObject, apiVersion: string) => KubeObject | undefined
  /** What the endpoint never writes in a version, and so never owns there, with everything below. */
  readonly resetFields?: ((apiVersion: string) => FieldSet | undefined) | undefined
}

/** The effect of a write on fields, in one version. */
export interface Effect {
  /** Fields that the write gave a value: new ones and changed ones. */
  readonly set: FieldSet
  /** Those, and the removed ones: whoever owned one does so no more. */
  readonly touched: FieldSet
}

/** Of metadata nobody owns what identifies the object or is the server's. Source: managedfields/internal/stripmeta.go. */
export const serverMetadata = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]

const isServerMetadata: ReadonlySet<string> = new Set(serverMetadata)

/** The paths that are struck from every set that is about to be stored. */
export const neverOwned = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...serverMetadata.map((name) => ['f:metadata', `f:${name}`]),
)

/** A write from one object to another, seen in as many versions as there are managers that use them. */
export class Change {
  readonly #versions: Versions
  readonly #before: KubeObject | undefined
  readonly #after: KubeObject
  readonly #effects = new Map<string, Effect>()
  /** Set once the objects are known to be the same: then they are so in every version. */
  #nothing: Effect | undefined

  constructor(versions: Versions, before: KubeObject | undefined, after: KubeObject) {
    this.#versions = versions
    this.#before = before
    this.#after = after
  }

  /** Undefined where the version is not declared. */
  in(apiVersion: string): Effect | undefined {
    const known = this.#effects.get(apiVersion)
    if (known) return known
    const type = this.#versions.typeOf(apiVersion)
    if (!type) return undefined
    if (this.#nothing) return this.#nothing
    const before = this.#before && this.#versions.convert(this.#before, apiVersion)
    const after = this.#versions.convert(this.#after, apiVersion)
    if (!after || (this.#before && !before)) return undefined
    const effect = this.#effect(apiVersion, type, before, after)
    this.#effects.set(apiVersion, effect)
    return effect
  }

  #effect(apiVersion: string, type: Type, before: KubeObject | undefined, after: KubeObject): Effect {
    const { added, modified, removed } = compare(type, before ? ownable(before) : type.zero, ownable(after))
    const reset = this.#versions.resetFields?.(apiVersion) ?? FieldSet.empty
    const set = added.union(modified).recursiveDifference(reset)
    const effect = { set, touched: set.union(removed.recursiveDifference(reset)) }
    if (after === this.#after && added.isEmpty && modified.isEmpty && removed.isEmpty) this.#nothing = effect
    return effect
  }

  /** Takes the touched fields from all managers but one; those that own nothing more, or in no known version, go. */
  disown(managers: Managers, except?: string): void {
    for (const [identity, manager] of managers) {
      if (identity !== except) {
        const effect = this.in(manager.apiVersion)
        if (effect) managers.set(identity, withSet(manager, manager.set.difference(effect.touched)))
        else managers.delete(identity)
      }
      if (managers.get(identity)?.set.isEmpty) managers.delete(identity)
    }
  }
}

/** The object without what nobody can own: comparing that would be in vain. */
function ownable({ apiVersion: _, kind: __, metadata, ...rest }: KubeObject): JsonValue {
  const owned: Record<string, unknown> = {}
  // To delete members instead would leave an object that is slow to read
  for (const name in metadata) if (!isServerMetadata.has(name)) owned[name] = metadata[name as keyof ObjectMeta]
  return { metadata: owned, ...rest } as JsonObject
}
