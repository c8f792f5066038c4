import type { JsonValue } from '../../util/json.ts'
import { isObject } from '../../util/json.ts'
import { atomKind, walkedKind } from './atom-kind.ts'
import type { ListType, ScalarType, Type } from './atoms.ts'
import { itemElement, ItemError } from './list-items.ts'

/**
 * Whether a value is of a type, duplicates in lists allowed: objects that are not are written (or refused, later) untracked.
 * The quick form of `typeErrors`, which says what is wrong.
 */
export function conforms(type: Type, value: JsonValue): boolean {
  if (value === null) return true
  const kind = walkedKind(type, atomKind(type, value))
  if (kind === 'scalar') return type.scalar !== undefined && isScalar(type.scalar, value)
  if (kind === 'list') return type.list !== undefined && Array.isArray(value) && itemsConform(type.list, value)
  const { map } = type
  if (!map || !isObject(value)) return false
  for (const key of Object.keys(value)) {
    const memberType = map.fields.get(key)?.type ?? map.elementType
    if (!memberType || !conforms(memberType, value[key] ?? null)) return false
  }
  return true
}

function itemsConform(list: ListType, items: readonly JsonValue[]): boolean {
  for (const item of items) {
    if (!conforms(list.elementType, item)) return false
    if (!list.atomic && !hasElement(list, item)) return false
  }
  return true
}

function hasElement(list: ListType, item: JsonValue): boolean {
  if (!list.keys.length) return item !== null && typeof item !== 'object'
  try {
    itemElement(list, item)
    return true
  } catch (error) {
    if (error instanceof ItemError) return false
    throw error
  }
}

function isScalar(scalar: ScalarType, value: JsonValue): boolean {
  if (scalar === 'numeric') return typeof value === 'number' || typeof value === 'bigint'
  return scalar === 'untyped' ? typeof value !== 'object' : typeof value === scalar
}
