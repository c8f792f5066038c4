import type { KubeObject, ManagedFieldsEntry } from '../../meta/object.ts'
import { deepEqual, getOwn, type JsonObject } from '../../util/json.ts'

/**
 * Gives an object the managedFields that are stored where a write, after defaults, admission and strategy, came to nothing but new
 * times: then nothing needs to be written. Source: endpoints/handlers/fieldmanager/equality.go.
 */
export function keepUnchangedTimes(stored: KubeObject, object: KubeObject): void {
  const before = stored.metadata.managedFields ?? []
  const after = object.metadata.managedFields ?? []
  if (before.length !== after.length || !differOnlyInTimes(before, after)) return
  // A write without a resourceVersion means the stored one.
  if (
    equalBut(stored, object, 'metadata') &&
    equalBut(stored.metadata, object.metadata, 'managedFields', 'resourceVersion')
  )
    object.metadata.managedFields = before.map((entry) => ({ ...entry }))
}

/** The order of entries is that of times too: where it changes, the entries do. */
function differOnlyInTimes(before: readonly ManagedFieldsEntry[], after: readonly ManagedFieldsEntry[]): boolean {
  if (before.every(({ time }, index) => time === after[index]?.time)) return false
  return before.every((entry, index) => equalBut(entry, after[index] ?? {}, 'time'))
}

/** Equality of all members but these. */
function equalBut(a: object, b: object, ...ignored: readonly string[]): boolean {
  const left = a as JsonObject
  const right = b as JsonObject
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...keys].every((key) => ignored.includes(key) || deepEqual(getOwn(left, key), getOwn(right, key)))
}
