import type { KubeObject } from '../../meta/object.ts'
import type { JsonValue } from '../../util/json.ts'
import type { Type } from './atoms.ts'
import { neverOwned, type Versions } from './change.ts'
import { FieldSet } from './field-set.ts'
import type { Manager, Managers } from './managers.ts'
import { withNamedFields } from './named-fields.ts'
import { remove } from './remove.ts'
import { toFieldSet } from './to-field-set.ts'

/**
 * Takes from a merged object what its applier applied last time, wants no more, and nobody else owns.
 * `managers` holds the applier with its new set already; the answer is in `apiVersion`.
 * Source: structured-merge-diff merge/update.go prune.
 */
export function prune(
  versions: Versions,
  object: KubeObject,
  managers: Managers,
  last: Manager,
  apiVersion: string,
): KubeObject {
  const type = versions.typeOf(last.apiVersion)
  const merged = versions.convert(object, last.apiVersion)
  if (!type || !merged) return object
  const lastFields = withNamedFields(type, last.set).difference(neverOwned)
  let pruned = without(type, merged, lastFields)
  // Back come, in each version, the fields that somebody owns; first in the version pruned, so that others can be made of it.
  for (const [version, owned] of ownedFields(managers, last.apiVersion)) {
    const versionType = versions.typeOf(version)
    const whole = versions.convert(merged, version)
    const rest = versions.convert(pruned, version)
    if (!versionType || !whole || !rest) continue
    const kept = fieldsOf(versionType, rest, true).union(withNamedFields(versionType, owned))
    pruned = without(versionType, whole, fieldsOf(versionType, whole).difference(kept))
  }
  // And what the applier never applied: nobody's fields, and those that only another version shows.
  const rest = versions.convert(pruned, last.apiVersion)
  if (!rest) return object
  const gone = fieldsOf(type, merged)
    .difference(fieldsOf(type, rest, true))
    .intersection(lastFields)
  return versions.convert(without(type, merged, gone, true), apiVersion) ?? object
}

/** What all managers together own in each version, `first` before the others. */
function ownedFields(managers: Managers, first: string): Map<string, FieldSet> {
  const owned = new Map([[first, FieldSet.empty]])
  for (const { apiVersion, set } of managers.values())
    owned.set(apiVersion, (owned.get(apiVersion) ?? FieldSet.empty).union(set))
  return owned
}

const fieldsOf = (type: Type, object: KubeObject, isPruned = false): FieldSet =>
  withNamedFields(type, toFieldSet(type, object as unknown as JsonValue, { emptyLists: isPruned }))

const without = (type: Type, object: KubeObject, fields: FieldSet, fillsIn = false): KubeObject =>
  remove(type, object as unknown as JsonValue, fields, fillsIn) as unknown as KubeObject
