import { isObject, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import { keysOf } from '../../util/listed-keys.ts'
import { atomKind, walkedKind } from './atom-kind.ts'
import { deduced, isMapOfScalars, type ListType, type MapType, type Type } from './atoms.ts'
import { indexItems, itemElement, ItemError } from './list-items.ts'
import type { PathElement } from './path-element.ts'

type Maybe = JsonValue | undefined

/**
 * The left object with everything that the right one says. The result shares what it did not have to change.
 * Source: structured-merge-diff typed/merge.go.
 */
export function merge(type: Type, left: Maybe, right: Maybe): Maybe {
  if (right === undefined || left === right) return left
  if (left === undefined) return right
  // Where the two are of different kinds, the right one's counts, and the left one is of no use to it.
  const kind = walkedKind(type, atomKind(type, right))
  if (kind === 'map' && type.map) return mergeMaps(type.map, left, right)
  if (kind === 'list' && type.list) return mergeLists(type.list, left, right)
  return right
}

function mergeMaps(map: MapType, left: JsonValue, right: JsonValue): Maybe {
  const lefts = isObject(left) ? left : {}
  const rights = isObject(right) ? right : {}
  const leftKeys = keysOf(lefts)
  if (map.atomic || (!leftKeys.length && !keysOf(rights).length)) return right
  if (isMapOfScalars(map) && leftKeys.every((key) => Object.hasOwn(rights, key))) return rights
  const merged: JsonObject = {}
  for (const key of leftKeys) {
    const member = Object.hasOwn(rights, key) ? rights[key] : undefined
    add(merged, key, mergeMember(map, key, lefts[key], member))
  }
  for (const key of keysOf(rights))
    if (!Object.hasOwn(lefts, key)) add(merged, key, mergeMember(map, key, undefined, rights[key]))
  return Object.keys(merged).length ? merged : undefined
}

const mergeMember = (map: MapType, key: string, left: Maybe, right: Maybe): Maybe =>
  merge(map.fields.get(key)?.type ?? map.elementType ?? deduced, left, right)

function add(object: JsonObject, key: string, value: Maybe): void {
  if (value !== undefined) setOwn(object, key, value)
}

function mergeLists(list: ListType, left: JsonValue, right: JsonValue): Maybe {
  const lefts = Array.isArray(left) ? left : []
  const rights = Array.isArray(right) ? right : []
  if (list.atomic || (!lefts.length && !rights.length)) return right
  if (!rights.length) return lefts
  try {
    return new ListMerge(list, lefts, rights).merged()
  } catch (error) {
    // Stored items without an identity cannot be merged with: the list that is applied takes their place.
    if (error instanceof ItemError) return right
    throw error
  }
}

/** Merges items in the order of the right list, with those that only the left one has where they stood among them. */
class ListMerge {
  readonly #list: ListType
  readonly #lefts: readonly JsonValue[]
  readonly #leftElements: readonly PathElement[]
  readonly #leftItems: Map<PathElement, JsonValue[]>
  readonly #rightItems: Map<PathElement, JsonValue[]>
  readonly #rightElements: readonly PathElement[]
  readonly #done = new Set<PathElement>()
  readonly #merged: JsonValue[] = []

  constructor(list: ListType, lefts: readonly JsonValue[], rights: readonly JsonValue[]) {
    this.#list = list
    this.#lefts = lefts
    this.#leftElements = lefts.map((item) => itemElement(list, item))
    this.#leftItems = indexItems(list, lefts)
    this.#rightItems = indexItems(list, rights)
    this.#rightElements = [...this.#rightItems.keys()]
  }

  merged(): JsonValue[] {
    const lefts = this.#leftElements
    const rights = this.#rightElements
    // The items of both, in the order of the right list: what the left list is drawn up to.
    const shared = rights.filter((element) => this.#leftItems.has(element))
    let next = shared.shift()
    for (let l = 0, r = 0; l < lefts.length || r < rights.length;) {
      const left = lefts[l]
      const right = rights[r]
      if (left !== undefined && right !== undefined) {
        if (left === right) {
          this.#emitRight(right)
          l++
          r++
          next = shared.shift()
          continue
        }
        if (this.#rightItems.has(left) && next !== undefined && next !== left) {
          l++
          continue
        }
      }
      if (left !== undefined) {
        if (!this.#rightItems.has(left)) {
          this.#merged.push(this.#lefts[l] ?? null)
          l++
          continue
        }
        if (this.#done.has(left)) l++
      }
      if (right !== undefined) {
        this.#emitRight(right)
        if (next === right) next = shared.shift()
        r++
      }
    }
    return this.#merged
  }

  #emitRight(element: PathElement): void {
    this.#done.add(element)
    const [right] = this.#rightItems.get(element) ?? []
    const [left, ...duplicates] = this.#leftItems.get(element) ?? []
    const value = merge(this.#list.elementType, duplicates.length ? null : left, right)
    if (value !== undefined) this.#merged.push(value)
  }
}
