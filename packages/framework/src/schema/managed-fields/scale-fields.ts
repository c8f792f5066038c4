import type { ManagedFieldsEntry } from '../../meta/object.ts'
import { FieldSet } from './field-set.ts'
import { decodeManagers, encodeManagers, identityOf, withSet, type Manager, type Managers } from './managers.ts'
import type { Path } from './path-element.ts'

const scaleVersion = 'autoscaling/v1'
const replicasInScale = FieldSet.of(['f:spec', 'f:replicas'])

/**
 * Carries the owners of an object's replicas to its Scale and back. `paths` says, for each version of the object, where
 * its replicas are. Source: apimachinery managedfields/scalehandler.go.
 */
export class ScaleFields {
  readonly #paths: ReadonlyMap<string, Path>

  constructor(paths: ReadonlyMap<string, Path>) {
    this.#paths = paths
  }

  /** managedFields of the Scale of an object that has the entries given. Throws an Error for malformed ones. */
  toScale(parent: readonly ManagedFieldsEntry[] | undefined): ManagedFieldsEntry[] | undefined {
    const scale: Managers = new Map()
    for (const manager of decodeManagers(parent).values()) {
      if (!this.#ownsReplicas(manager)) continue
      const inScale = { ...manager, apiVersion: scaleVersion, set: replicasInScale, fieldsV1: undefined }
      scale.set(identityOf(inScale), inScale)
    }
    return encodeManagers(scale)
  }

  /**
   * managedFields of the object after its Scale was written with `scale` as outcome: managers that own the replicas no
   * more lose them, new ones get them in the version of the request, without a time. Throws an Error for malformed ones.
   */
  toParent(
    parent: readonly ManagedFieldsEntry[] | undefined,
    scale: readonly ManagedFieldsEntry[] | undefined,
    apiVersion: string,
  ): ManagedFieldsEntry[] | undefined {
    const fresh = decodeManagers(scale)
    const managers: Managers = new Map()
    for (const [identity, manager] of decodeManagers(parent)) {
      const path = this.#paths.get(manager.apiVersion)
      if (!path) continue
      if (!manager.set.has(path) || fresh.delete(identityOf({ ...manager, apiVersion: scaleVersion }))) {
        managers.set(identity, manager)
        continue
      }
      const rest = manager.set.difference(FieldSet.of(path))
      if (!rest.isEmpty) managers.set(identity, withSet(manager, rest))
    }
    const path = this.#paths.get(apiVersion)
    if (path)
      for (const manager of fresh.values())
        if (manager.set.has(['f:spec', 'f:replicas'])) add(managers, manager, apiVersion, path)
    return encodeManagers(managers)
  }

  #ownsReplicas({ apiVersion, set }: Manager): boolean {
    const path = this.#paths.get(apiVersion)
    return path !== undefined && set.has(path)
  }
}

function add(managers: Managers, { manager, operation, subresource }: Manager, apiVersion: string, path: Path): void {
  const named = { manager, operation, subresource, apiVersion }
  const identity = identityOf(named)
  const before = managers.get(identity)
  const set = FieldSet.of(path)
  managers.set(identity, { ...named, time: before?.time, set: before ? before.set.union(set) : set })
}
