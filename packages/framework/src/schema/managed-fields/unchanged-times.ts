import type { KubeObject, ManagedFieldsEntry } from '../../meta/object.ts'
import { deepEqual } from '../../util/json.ts'

/**
 * Gives an object the managedFields that are stored where a write, after defaults, admission and strategy, came to nothing but new
 * times: then nothing needs to be written. Source: endpoints/handlers/fieldmanager/equality.go.
 */
export function keepUnchangedTimes(stored: KubeObject, object: KubeObject): void {
  const before = stored.metadata.managedFields ?? []
  const after = object.metadata.managedFields ?? []
  if (before.length !== after.length || !differOnlyInTimes(before, after)) return
  if (deepEqual(withoutVersion(stored), withoutVersion(object)))
    object.metadata.managedFields = before.map((entry) => ({ ...entry }))
}

/** The order of entries is that of times too: where it changes, the entries do. */
function differOnlyInTimes(before: readonly ManagedFieldsEntry[], after: readonly ManagedFieldsEntry[]): boolean {
  if (before.every(({ time }, index) => time === after[index]?.time)) return false
  return before.every(({ time: _, ...entry }, index) => {
    const { time: __, ...other } = after[index] ?? {}
    return deepEqual(entry, other)
  })
}

/** A write without a resourceVersion means the stored one. */
function withoutVersion(object: KubeObject): KubeObject {
  const { managedFields: _, resourceVersion: __, ...metadata } = object.metadata
  return { ...object, metadata }
}
