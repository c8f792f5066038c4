import { deepEqual, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { atomKind, walkedKind, type AtomKind } from './atom-kind.ts'
import { deduced, type ListType, type MapType, type Type } from './atoms.ts'
import { FieldSetBuilder, type FieldSet } from './field-set.ts'
import { indexItems, ItemError } from './list-items.ts'
import { fieldElement, type PathElement } from './path-element.ts'

/** What differs between two objects; no path is in two of the sets. */
export interface Comparison {
  readonly added: FieldSet
  /** In both objects with different values. */
  readonly modified: FieldSet
  readonly removed: FieldSet
}

type Maybe = JsonValue | undefined

/** Compares two objects of a type, of which at most one may be absent. Source: structured-merge-diff typed/compare.go. */
export function compare(type: Type, left: Maybe, right: Maybe): Comparison {
  const walk = new Comparing()
  walk.values(type, left, right)
  return { added: walk.added.build(), modified: walk.modified.build(), removed: walk.removed.build() }
}

class Comparing {
  readonly added = new FieldSetBuilder()
  readonly modified = new FieldSetBuilder()
  readonly removed = new FieldSetBuilder()
  readonly #path: PathElement[] = []

  values(type: Type, left: Maybe, right: Maybe): void {
    if (left === right) return
    const leftKind = atomKind(type, left)
    const rightKind = atomKind(type, right)
    let isLeaf: boolean
    if (right === undefined) isLeaf = this.#walk(leftKind, type, left, right)
    else {
      if (left !== undefined && leftKind !== rightKind) this.#walk(leftKind, type, left, right)
      isLeaf = this.#walk(rightKind, type, left, right)
    }
    if (isLeaf) return
    if (left === undefined) this.added.insert(this.#path)
    else if (right === undefined) this.removed.insert(this.#path)
  }

  /** Says whether the value is a leaf, that is owned as a whole. */
  #walk(kind: AtomKind, type: Type, left: Maybe, right: Maybe): boolean {
    const walked = walkedKind(type, kind)
    if (walked === 'map' && type.map) return this.#maps(type.map, left, right)
    if (walked === 'list' && type.list) return this.#lists(type.list, left, right)
    return this.#leaf(left, right)
  }

  #leaf(left: Maybe, right: Maybe): true {
    if (left === undefined) this.added.insert(this.#path)
    else if (right === undefined) this.removed.insert(this.#path)
    else if (!deepEqual(left, right)) this.modified.insert(this.#path)
    return true
  }

  #below(element: PathElement, type: Type, left: Maybe, right: Maybe): void {
    this.#path.push(element)
    this.values(type, left, right)
    this.#path.pop()
  }

  #at(element: PathElement, into: FieldSetBuilder): void {
    this.#path.push(element)
    into.insert(this.#path)
    this.#path.pop()
  }

  #maps(map: MapType, left: Maybe, right: Maybe): boolean {
    const lefts = isObject(left) ? left : undefined
    const rights = isObject(right) ? right : undefined
    // Two empty ones are compared as they are, so that null, absent and {} stay three things.
    if (map.atomic || (hasNoKeys(lefts) && hasNoKeys(rights))) return this.#leaf(left, right)
    if (lefts)
      for (const key of Object.keys(lefts)) {
        const member = rights && Object.hasOwn(rights, key) ? rights[key] : undefined
        const before = lefts[key]
        if (before !== member) this.#member(map, key, before, member)
      }
    if (rights)
      for (const key of Object.keys(rights))
        if (!lefts || !Object.hasOwn(lefts, key)) this.#member(map, key, undefined, rights[key])
    return false
  }

  #member(map: MapType, key: string, left: Maybe, right: Maybe): void {
    const field = map.fields.get(key)
    if (field) this.#below(field.element, field.type, left, right)
    else this.#below(fieldElement(key), map.elementType ?? deduced, left, right)
  }

  #lists(list: ListType, left: Maybe, right: Maybe): boolean {
    const lefts = Array.isArray(left) ? left : []
    const rights = Array.isArray(right) ? right : []
    if (list.atomic || (!lefts.length && !rights.length)) return this.#leaf(left, right)
    let leftItems: Map<PathElement, JsonValue[]>
    let rightItems: Map<PathElement, JsonValue[]>
    try {
      leftItems = indexItems(list, lefts)
      rightItems = indexItems(list, rights)
    } catch (error) {
      // Items without an identity, as schemas before this one may have allowed: such a list is one value.
      if (error instanceof ItemError) return this.#leaf(left, right)
      throw error
    }
    for (const [element, items] of leftItems) this.#items(list, element, items, rightItems.get(element) ?? [])
    for (const [element, items] of rightItems) if (!leftItems.has(element)) this.#items(list, element, [], items)
    return false
  }

  /** Duplicates are one value; where they begin or end, the item that was or is alone is compared with nothing. */
  #items(list: ListType, element: PathElement, lefts: readonly JsonValue[], rights: readonly JsonValue[]): void {
    const [left] = lefts
    const [right] = rights
    if (lefts.length < 2 && rights.length < 2) this.#below(element, list.elementType, left, right)
    else if (lefts.length >= 2 && rights.length >= 2) {
      if (!deepEqual(lefts, rights)) this.#at(element, this.modified)
    } else if (lefts.length >= 2) {
      if (right !== undefined) this.#below(element, list.elementType, undefined, right)
      this.#at(element, this.removed)
    } else {
      if (left !== undefined) this.#below(element, list.elementType, left, undefined)
      this.#at(element, this.added)
    }
  }
}

function hasNoKeys(object: JsonObject | undefined): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return false
  return true
}
