import { getOwn, isObject, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import { applyRetainKeys, directive, memberOfDirective, withoutDirectives } from './strategic-directives.ts'
import { goTypeOf, strategicError } from './strategic-error.ts'
import { applySpecialItems, checkOrder, elementType, inOrder, keyOf, partition } from './strategic-list.ts'
import type { StrategicMember, StrategicSchema } from './strategic-schema.ts'

/** Merges one map of a patch into a live one. Both are the caller's own copies: they are changed, and may be returned. */
export function mergeMap(live: JsonObject, patch: JsonObject, schema: StrategicSchema): JsonObject {
  const special = getOwn(patch, directive.patch)
  if (special !== undefined) return specialMap(special, patch)
  applyRetainKeys(live, patch)
  applyElementOrders(live, patch, schema)
  // Deletions first, so that a value which is both deleted and added stays; Go leaves that to chance.
  const keys = Object.keys(patch)
  for (const key of keys)
    if (key.startsWith(directive.deleteFromPrimitiveList))
      deleteFromList(live, memberOfDirective(key, directive.deleteFromPrimitiveList), getOwn(patch, key) ?? null)
  for (const key of keys)
    if (!key.startsWith(directive.deleteFromPrimitiveList)) mergeMember(live, key, getOwn(patch, key) ?? null, schema)
  return live
}

function specialMap(special: JsonValue, patch: JsonObject): JsonObject {
  if (special === 'replace') {
    Reflect.deleteProperty(patch, directive.patch)
    return patch
  }
  if (special === 'delete') return {}
  throw strategicError.patchType(special, patch)
}

function deleteFromList(live: JsonObject, key: string, values: JsonValue): void {
  if (values === null) Reflect.deleteProperty(live, key)
  const list = getOwn(live, key)
  if (!Array.isArray(list) || !Array.isArray(values)) return
  if (list.length + values.length > 0 && elementType(list, values) === 'map') throw strategicError.primitiveListFormat()
  const unwanted = new Set(values)
  setOwn(
    live,
    key,
    list.filter((item) => !unwanted.has(item)),
  )
}

function mergeMember(live: JsonObject, key: string, value: JsonValue, schema: StrategicSchema): void {
  if (value === null) {
    Reflect.deleteProperty(live, key)
    return
  }
  const current = getOwn(live, key)
  if (current !== undefined && isObject(current) && isObject(value)) {
    const member = schema.member(key)
    setOwn(live, key, member.strategy === 'replace' ? value : mergeMap(current, value, member.schema))
    return
  }
  if (Array.isArray(current) && Array.isArray(value)) {
    const member = schema.member(key)
    setOwn(live, key, member.strategy === 'merge' ? mergeList(current, value, member) : value)
    return
  }
  const sameScalarType = current !== undefined && goTypeOf(current) === goTypeOf(value)
  const kept = sameScalarType ? value : withoutDirectives(value, true)
  if (kept === undefined) Reflect.deleteProperty(live, key)
  else setOwn(live, key, kept)
}

/**
 * Merges a list of a patch into a live one: scalars as a set, maps by their merge key. The items that the patch names
 * stand in its order, the others keep their place before what they preceded.
 */
function mergeList(live: JsonValue[], patch: JsonValue[], { mergeKey, schema }: StrategicMember): JsonValue[] {
  if (live.length === 0 && patch.length === 0) return live
  const type = elementType(live, patch)
  if (type !== 'map') {
    const merged = [...new Set([...live, ...patch])]
    return inOrder(partition(merged, patch, mergeKey), patch, live, { mergeKey, maps: false })
  }
  if (mergeKey === '') throw strategicError.listWithoutMergeKey(schema.name)
  const plain = applySpecialItems(live, patch, mergeKey)
  const merged = mergeItems(plain.live, plain.patch, mergeKey, schema)
  return inOrder(partition(merged, plain.patch, mergeKey), plain.patch, plain.live, { mergeKey, maps: true })
}

function mergeItems(
  live: readonly JsonValue[],
  patch: readonly JsonObject[],
  mergeKey: string,
  schema: StrategicSchema,
): JsonValue[] {
  const merged = [...live]
  const places = new Map<JsonValue, number>()
  const remember = (item: JsonValue, place: number): void => {
    const key = isObject(item) ? getOwn(item, mergeKey) : undefined
    if (key !== undefined && !places.has(key)) places.set(key, place)
  }
  merged.forEach(remember)
  for (const item of patch) {
    const place = places.get(keyOf(item, mergeKey))
    const current = place === undefined ? undefined : merged[place]
    if (place !== undefined && isObject(current)) merged[place] = mergeMap(current, item, schema)
    else remember(item, merged.push(item) - 1)
  }
  return merged
}

/**
 * Carries out the `$setElementOrder` directives of a map, each together with the list it is about. What has been dealt
 * with is taken out of the patch.
 */
function applyElementOrders(live: JsonObject, patch: JsonObject, schema: StrategicSchema): void {
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(directive.setElementOrder)) continue
    const order = getOwn(patch, key) ?? null
    Reflect.deleteProperty(patch, key)
    if (!Array.isArray(order)) throw strategicError.argumentType('list', order)
    const member = memberOfDirective(key, directive.setElementOrder)
    const ordered = orderedMember(live, patch, member, order, schema)
    if (!ordered) continue
    setOwn(live, member, ordered)
    Reflect.deleteProperty(patch, member)
  }
}

function orderedMember(
  live: JsonObject,
  patch: JsonObject,
  key: string,
  order: readonly JsonValue[],
  schema: StrategicSchema,
): JsonValue[] | undefined {
  const liveList = listOf(live, key)
  const patchList = listOf(patch, key)
  const member = schema.member(key)
  const { mergeKey, strategy } = member
  checkOrder(patchList ?? [], order, mergeKey)
  let merged: JsonValue[]
  if (liveList && patchList) merged = strategy === 'merge' ? mergeList(liveList, patchList, member) : patchList
  else if (patchList) merged = listWithoutDirectives(patchList)
  else if (liveList) merged = liveList
  else return undefined
  const maps = elementType(liveList ?? [], patchList ?? []) === 'map'
  return inOrder(partition(merged, order, mergeKey), order, liveList ?? [], { mergeKey, maps })
}

function listOf(map: JsonObject, key: string): JsonValue[] | undefined {
  const value = getOwn(map, key)
  if (value !== undefined && !Array.isArray(value)) throw strategicError.argumentType('list', value)
  return value
}

function listWithoutDirectives(list: JsonValue[]): JsonValue[] {
  const kept = withoutDirectives(list, false)
  return Array.isArray(kept) ? kept : []
}
