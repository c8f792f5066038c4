import { canonical, getOwn, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'

/** The members that tell one object of a list map from another. */
export function listKey(item: JsonObject, keys: readonly string[]): JsonObject {
  const key: JsonObject = {}
  for (const name of keys) {
    const value = getOwn(item, name)
    if (value !== undefined) key[name] = value
  }
  return key
}

/** Finds the old item with the same keys. */
export function oldItemsByKey(
  keys: readonly string[],
): (old: readonly JsonValue[]) => (item: JsonValue) => JsonValue | undefined {
  return (old) => {
    const byKey = new Map<string, JsonValue>()
    for (const item of old) if (isObject(item)) byKey.set(canonical(listKey(item, keys)), item)
    return (item) => (isObject(item) ? byKey.get(canonical(listKey(item, keys))) : undefined)
  }
}
