import type { KubeObject } from '../../meta/object.ts'
import { StatusError } from '../../meta/status.ts'
import { rfc3339 } from '../../meta/time.ts'
import { clone, deepEqual, getOwn, isObject, setOwn, type JsonValue } from '../../util/json.ts'
import { deduced, isMapOfScalars, type Type } from './atoms.ts'
import { Change, neverOwned, type Versions } from './change.ts'
import { conflictError, findConflicts, withoutFields } from './conflicts.ts'
import { FieldSet } from './field-set.ts'
import { kubectlManager, lastAppliedFields } from './last-applied.ts'
import { identityOf, type Manager, type Managers } from './managers.ts'
import { merge } from './merge.ts'
import { prune } from './prune.ts'
import { toFieldSet } from './to-field-set.ts'
import { typeErrors } from './validate.ts'

export interface ApplicationOptions {
  readonly versions: Versions
  readonly type: Type
  readonly manager: string
  readonly apiVersion: string
  readonly subresource: string
  readonly force: boolean
}

/** Merges what an applier wants into an object. Source: structured-merge-diff merge/update.go Apply. */
export class Application {
  readonly #options: ApplicationOptions
  readonly #identity: string

  constructor(options: ApplicationOptions) {
    this.#options = options
    this.#identity = identityOf({ ...options, operation: 'Apply' })
  }

  /**
   * `live` and `configuration` come without managedFields; `managers` is brought up to date. Answers the new object, a
   * copy that is the caller's, or undefined where the configuration changes nothing. Throws 409 for conflicts, and 500
   * for a configuration that is not of the type.
   */
  apply(live: KubeObject | undefined, configuration: KubeObject, managers: Managers): KubeObject | undefined {
    const { versions, type, manager, apiVersion, subresource } = this.#options
    this.#check(configuration)
    const value = configuration as unknown as JsonValue
    const last = managers.get(this.#identity)
    const applied = this.#applied(toFieldSet(type, value, { known: last?.set }))
    const own: Manager = { manager, operation: 'Apply', apiVersion, subresource, time: last?.time, set: applied }
    managers.set(this.#identity, own)
    let merged = merge(type, (live as JsonValue | undefined) ?? type.zero, value) as unknown as KubeObject
    if (last && !this.#keeps(managers, last, applied)) merged = prune(versions, merged, managers, last, apiVersion)
    const change = new Change(versions, live, merged)
    if (!this.#options.force) this.#refuseConflicts(live, managers, change)
    change.disown(managers, this.#identity)
    const unchanged = live !== undefined && deepEqual(live, merged)
    this.#settle(managers, own, last, unchanged ? own.time : rfc3339())
    return unchanged
      ? undefined
      : (unshared(type, merged as unknown as JsonValue, live as JsonValue | undefined) as unknown as KubeObject)
  }

  /** Nothing is to be pruned: the applier wants all that it wanted, and no other version shows fields that nobody owns. */
  #keeps(managers: Managers, last: Manager, applied: FieldSet): boolean {
    const { apiVersion } = this.#options
    for (const manager of [last, ...managers.values()]) if (manager.apiVersion !== apiVersion) return false
    return applied.includes(last.set)
  }

  #check(configuration: KubeObject): void {
    const errors = typeErrors(this.#options.type, configuration as unknown as JsonValue)
    if (!errors.length) return
    const { apiVersion, kind, metadata } = configuration
    const about = `${metadata.namespace ?? ''}/${metadata.name ?? ''}; ${apiVersion}, Kind=${kind}`
    const [only = ''] = errors
    const text = errors.length === 1 ? only : ['errors:', ...errors].join('\n  ')
    // Go answers 500 without a reason: it is the client that is wrong.
    throw StatusError.badRequest(`failed to create typed patch object (${about}): ${text}`)
  }

  #applied(set: FieldSet): FieldSet {
    const reset = this.#options.versions.resetFields?.(this.#options.apiVersion)
    return reset ? set.recursiveDifference(reset) : set
  }

  #refuseConflicts(live: KubeObject | undefined, managers: Managers, change: Change): void {
    let conflicts = findConflicts(managers, change, this.#identity)
    if (conflicts.length && live && this.#options.manager === kubectlManager)
      conflicts = withoutFields(conflicts, lastAppliedFields(this.#options.type, live))
    if (conflicts.length) throw conflictError(conflicts)
  }

  /** What is the server's is merged but never owned. A set that stays the same stays the one whose fieldsV1 is made. */
  #settle(managers: Managers, own: Manager, last: Manager | undefined, time: string | undefined): void {
    const set = own.set.difference(neverOwned)
    if (set.isEmpty) managers.delete(this.#identity)
    else managers.set(this.#identity, { ...own, set: last?.set.equals(set) ? last.set : set, time })
  }
}

/** Without anything that is the live object's: what a merge did not have to change, it shares. In place. */
function unshared({ map }: Type, merged: JsonValue, live: JsonValue | undefined): JsonValue {
  if (merged === live || Array.isArray(merged)) return clone(merged)
  if (!isObject(merged) || !isObject(live) || (map && isMapOfScalars(map))) return merged
  for (const key of Object.keys(merged)) {
    const member = merged[key] ?? null
    const type = map?.fields.get(key)?.type ?? map?.elementType ?? deduced
    if (typeof member === 'object' && member !== null) setOwn(merged, key, unshared(type, member, getOwn(live, key)))
  }
  return merged
}
