import type { ManagedFieldsEntry } from '../meta/object.ts'
import { FieldSet } from '../schema/managed-fields/field-set.ts'
import {
  decodeManagers,
  encodeManagers,
  identityOf,
  withSet,
  type Manager,
  type Managers,
} from '../schema/managed-fields/managers.ts'
import { Scale } from './scale-kind.ts'

const replicasOfScale = FieldSet.of(['f:spec', 'f:replicas'])

/**
 * The managed fields of an object and those of its Scale: of the object's fields, a Scale shows who owns the replicas.
 * Source: apimachinery managedfields/scalehandler.go.
 */
export class ScaleManagers {
  readonly #path: readonly string[]
  readonly #replicas: FieldSet
  readonly #knows: (apiVersion: string) => boolean

  /** `path` leads to the replicas, in managed fields' terms; `knows` says which versions the object has. */
  constructor(path: readonly string[], knows: (apiVersion: string) => boolean) {
    this.#path = path
    this.#replicas = FieldSet.of(path)
    this.#knows = knows
  }

  /** The entries of a Scale, out of its object's. */
  toScale(entries: readonly ManagedFieldsEntry[] | undefined): ManagedFieldsEntry[] | undefined {
    const owners: Managers = new Map()
    for (const manager of decodeManagers(entries).values())
      if (this.#owns(manager)) {
        const owner = scaled(manager)
        owners.set(identityOf(owner), owner)
      }
    return encodeManagers(owners)
  }

  /**
   * The entries of an object whose Scale was written; who owns the replicas only now does so in `apiVersion`. Plain writers are told apart by version,
   * and a Scale has its own: as in Kubernetes they are new ones each time, and those that own more get a second entry, for the replicas.
   */
  toParent(
    entries: readonly ManagedFieldsEntry[] | undefined,
    ofScale: readonly ManagedFieldsEntry[] | undefined,
    apiVersion: string,
  ): ManagedFieldsEntry[] | undefined {
    const owners = decodeManagers(ofScale)
    const managers: Managers = new Map()
    for (const [identity, manager] of decodeManagers(entries)) {
      if (!this.#knows(manager.apiVersion)) continue
      const kept = !this.#owns(manager) || owners.delete(identity)
      const left = kept ? manager : withSet(manager, manager.set.difference(this.#replicas))
      if (!left.set.isEmpty) managers.set(identity, left)
    }
    for (const [identity, owner] of owners)
      if (owner.set.has(['f:spec', 'f:replicas']))
        managers.set(identity, { ...owner, apiVersion, time: undefined, set: this.#replicas })
    return encodeManagers(managers)
  }

  #owns(manager: Manager): boolean {
    return this.#knows(manager.apiVersion) && manager.set.has(this.#path)
  }
}

const scaled = (manager: Manager): Manager => ({
  ...manager,
  apiVersion: Scale.apiVersion,

  set: replicasOfScale,
})
