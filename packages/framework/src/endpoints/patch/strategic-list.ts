import { getOwn, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { directive } from './strategic-directives.ts'
import { goTypeOf, strategicError } from './strategic-error.ts'

/** All items of the lists must be of one type. Throws 422 for lists of lists, 400 for a mixture. */
export function elementType(...lists: JsonValue[][]): 'map' | 'scalar' {
  let type: string | undefined
  for (const list of lists)
    for (const item of list) {
      const current = goTypeOf(item)
      if (type === undefined && Array.isArray(item)) throw strategicError.listOfLists()
      if (type !== undefined && type !== current) throw strategicError.elementTypes(lists)
      type = current
    }
  return type === goTypeOf({}) ? 'map' : 'scalar'
}

export function keyOf(item: JsonValue, mergeKey: string): JsonValue {
  if (!isObject(item)) throw strategicError.argumentType('map', item)
  const key = getOwn(item, mergeKey)
  if (key === undefined) throw strategicError.noMergeKey(item, mergeKey)
  return key
}

/** Carries out `$patch: delete` and `$patch: replace` among the items, and takes those items out of the patch. */
export function applySpecialItems(
  live: JsonValue[],
  patch: readonly JsonValue[],
  mergeKey: string,
): { live: JsonValue[]; patch: JsonObject[] } {
  const plain: JsonObject[] = []
  const deleted = new Set<JsonValue>()
  let replace = false
  for (const item of patch) {
    if (!isObject(item)) throw strategicError.argumentType('map', item)
    const special = getOwn(item, directive.patch)
    if (special === undefined) plain.push(item)
    else if (special === 'delete') deleted.add(keyOf(item, mergeKey))
    else if (special === 'replace') replace = true
    else if (special === 'merge') throw strategicError.mergeDirectiveInList()
    else throw strategicError.patchType(special, item)
  }
  if (replace) return { live: plain, patch: [] }
  if (!deleted.size) return { live, patch: plain }
  return {
    live: live.filter((item) => {
      const key = isObject(item) ? getOwn(item, mergeKey) : undefined
      return key === undefined || !deleted.has(key)
    }),
    patch: plain,
  }
}

/** The items of the patch must stand in the order list, in its order. Items with a directive do not count. */
export function checkOrder(patch: readonly JsonValue[], order: readonly JsonValue[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return
  let at = 0
  for (const item of patch) {
    if (mergeKey !== '' && !isObject(item)) throw strategicError.argumentType('map', item)
    if (isObject(item) && getOwn(item, directive.patch) !== undefined) continue
    const key = mergeKey === '' ? item : keyOf(item, mergeKey)
    while (at < order.length && (mergeKey === '' ? order[at] : keyOf(order[at] ?? null, mergeKey)) !== key) at++
    if (at === order.length) throw strategicError.order(patch, order)
    at++
  }
}

export interface Partition {
  /** The items that the list which decides names. */
  readonly named: JsonValue[]
  readonly others: JsonValue[]
}

export function partition(list: readonly JsonValue[], by: readonly JsonValue[], mergeKey: string): Partition {
  const keys = new Set(mergeKey === '' ? by : by.map((item) => (isObject(item) ? getOwn(item, mergeKey) : undefined)))
  const named: JsonValue[] = []
  const others: JsonValue[] = []
  for (const item of list) (keys.has(mergeKey === '' ? item : keyOf(item, mergeKey)) ? named : others).push(item)
  return { named, others }
}

/**
 * Puts the named items in the order given and the others in the live order, then weaves them: an item that only the
 * server has goes before the first named one that it preceded there.
 */
export function inOrder(
  { named, others }: Partition,
  order: readonly JsonValue[],
  live: readonly JsonValue[],
  { mergeKey, maps }: { readonly mergeKey: string; readonly maps: boolean },
): JsonValue[] {
  const key = (item: JsonValue): JsonValue => (maps ? keyOf(item, mergeKey) : item)
  const livePlaces = placesOf(live, key)
  const right = sorted(named, placesOf(order, key), key)
  const left = sorted(others, livePlaces, key)
  const all: JsonValue[] = []
  let next = 0
  for (const item of right) {
    const place = livePlaces.get(key(item))
    for (let other = left[next]; other !== undefined && place !== undefined; other = left[next]) {
      const otherPlace = livePlaces.get(key(other))
      if (otherPlace === undefined || otherPlace >= place) break
      all.push(other)
      next++
    }
    all.push(item)
  }
  return all.concat(left.slice(next))
}

function placesOf(list: readonly JsonValue[], key: (item: JsonValue) => JsonValue): Map<JsonValue, number> {
  const places = new Map<JsonValue, number>()
  list.forEach((item, place) => {
    const k = key(item)
    if (!places.has(k)) places.set(k, place)
  })
  return places
}

/** Items that the order does not know come first. */
function sorted(
  list: readonly JsonValue[],
  places: ReadonlyMap<JsonValue, number>,
  key: (item: JsonValue) => JsonValue,
): JsonValue[] {
  const placed = list.map((item) => ({ item, place: places.get(key(item)) ?? -1 }))
  return placed.sort((a, b) => a.place - b.place).map(({ item }) => item)
}
