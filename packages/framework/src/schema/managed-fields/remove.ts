import { clone, isObject, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import { atomKind, walkedKind } from './atom-kind.ts'
import { deduced, type ListType, type MapType, type Type } from './atoms.ts'
import type { FieldSet } from './field-set.ts'
import { itemElement } from './list-items.ts'
import { fieldElement, type PathElement } from './path-element.ts'

/**
 * An object without the members and items of a set. What loses all it had becomes null, where that is a value of its type.
 * Elsewhere it stays, empty: Kubernetes leaves null there too, which the schema of custom resources then refuses, unless there is
 * a default. That stands there, with `fillsIn`. Source: structured-merge-diff typed/remove.go.
 */
export function remove(type: Type, value: JsonValue, set: FieldSet, fillsIn = false): JsonValue {
  if (set.isEmpty) return value
  const kind = walkedKind(type, atomKind(type, value))
  if (kind === 'map' && type.map && !type.map.atomic && isObject(value)) {
    const rest = removeMembers(type.map, value, set, fillsIn)
    return Object.keys(rest).length ? rest : emptied(type, rest, fillsIn)
  }
  if (kind === 'list' && type.list && !type.list.atomic && Array.isArray(value)) {
    const rest = removeItems(type.list, value, set, fillsIn)
    return rest.length ? rest : emptied(type, rest, fillsIn)
  }
  return value
}

function emptied({ nullable, defaultValue }: Type, empty: JsonValue, fillsIn: boolean): JsonValue {
  if (nullable) return null
  return fillsIn && defaultValue !== undefined ? clone(defaultValue) : empty
}

function removeMembers(map: MapType, object: JsonObject, set: FieldSet, fillsIn: boolean): JsonObject {
  const rest: JsonObject = {}
  for (const key of Object.keys(object)) {
    const field = map.fields.get(key)
    const node = set.nodes.get(field?.element ?? fieldElement(key))
    if (node?.member) continue
    const member = object[key] ?? null
    const memberType = field?.type ?? map.elementType ?? deduced
    setOwn(rest, key, node?.below ? remove(memberType, member, node.below, fillsIn) : member)
  }
  return rest
}

function removeItems(list: ListType, items: readonly JsonValue[], set: FieldSet, fillsIn: boolean): JsonValue[] {
  const rest: JsonValue[] = []
  for (const item of items) {
    const element = elementOf(list, item)
    const node = element === undefined ? undefined : set.nodes.get(element)
    if (!node?.member) rest.push(node?.below ? remove(list.elementType, item, node.below, fillsIn) : item)
  }
  return rest
}

function elementOf(list: ListType, item: JsonValue): PathElement | undefined {
  try {
    return itemElement(list, item)
  } catch {
    return undefined
  }
}
