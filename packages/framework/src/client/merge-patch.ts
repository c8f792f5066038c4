import { deepEqual, isObject, setOwn, type JsonObject, type JsonValue } from '../util/json.ts'

/** How a merge patch is made of two objects. */
export interface MergePatchOptions {
  /** Put the resourceVersion of the original in: a change by others since then is a 409. Lists are replaced as a whole, so that theirs would be lost. */
  readonly optimisticLock?: boolean
}

/** RFC 7386: what to send so that `original` becomes `changed`. Empty when they are the same. Source: controller-runtime client.MergeFrom. */
export function mergePatchOf<T extends { readonly metadata?: { readonly resourceVersion?: string } }>(
  original: T,
  changed: T,
  { optimisticLock = false }: MergePatchOptions = {},
): JsonObject {
  const patch = difference(original, changed)
  const resourceVersion = original.metadata?.resourceVersion
  if (!optimisticLock || resourceVersion === undefined) return patch
  const metadata = patch['metadata']
  return { ...patch, metadata: { ...(isObject(metadata) ? metadata : {}), resourceVersion } }
}

function difference(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {}
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key) || to[key] === undefined) setOwn(patch, key, null)
  for (const [key, value] of Object.entries(to) as [string, JsonValue | undefined][]) {
    const old = Object.hasOwn(from, key) ? from[key] : undefined
    if (value === undefined || deepEqual(old, value)) continue
    setOwn(patch, key, isObject(old) && isObject(value) ? difference(old, value) : value)
  }
  return patch
}
