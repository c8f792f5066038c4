import type { KubeObject, ManagedFieldsEntry } from '../../meta/object.ts'
import { deepEqual } from '../../util/json.ts'

/**
 * Gives an object the managedFields that are live where a write, after defaults and admission, came to nothing but new
 * times: then nothing needs to be written. Source: endpoints/handlers/fieldmanager/equality.go.
 */
export function keepUnchangedTimes(live: KubeObject, object: KubeObject): void {
  const before = live.metadata.managedFields ?? []
  const after = object.metadata.managedFields ?? []
  if (!before.length || before.length !== after.length || !differOnlyInTimes(before, after)) return
  const { managedFields: _, ...liveMetadata } = live.metadata
  const { managedFields: __, ...metadata } = object.metadata
  if (deepEqual({ ...live, metadata: liveMetadata }, { ...object, metadata }))
    object.metadata.managedFields = before.map((entry) => ({ ...entry }))
}

function differOnlyInTimes(before: readonly ManagedFieldsEntry[], after: readonly ManagedFieldsEntry[]): boolean {
  // The order is that of times, so that entries need to be found by what they are.
  const unmatched = [...after]
  let timesDiffer = false
  for (const { time, ...entry } of before) {
    const index = unmatched.findIndex(({ time: _, ...other }) => deepEqual(entry, other))
    if (index < 0) return false
    if (unmatched[index]?.time !== time) timesDiffer = true
    unmatched.splice(index, 1)
  }
  return timesDiffer
}
