import { isObject, type JsonObject, type JsonValue } from '../util/json.ts'
import { underIndex, underKey } from './member-path.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** Drops what a schema does not declare, in place, and notes the paths of what went, unsorted, as member-path.ts has them. */
export type Pruner = (value: JsonValue, dropped: string[]) => void

const typeMeta = new Set(['apiVersion', 'kind', 'metadata'])

/**
 * Unknown members go, unless they are preserved: then only what stands inside declared members is looked at. At the root
 * and in embedded resources apiVersion, kind and metadata always stay. Source: apiextensions-apiserver schema/pruning.
 */
export function compilePruning(schema: StructuralSchema, root = false): Pruner {
  return pruner({ ...schema, embeddedResource: root || schema.embeddedResource }, schema.preserveUnknownFields)
}

/** The rule of values that no schema knows: objects are emptied. */
const emptying: Pruner = (value, dropped) => {
  if (Array.isArray(value)) inList(value, emptying, dropped)
  else if (isObject(value)) for (const key of Object.keys(value)) drop(value, key, dropped)
}

/** Below a list that preserves, lists of its items preserve as well, until a declared member is met. */
function pruner(schema: StructuralSchema, preserves: boolean): Pruner {
  const members = new Map([...schema.properties].map(([name, property]) => [name, compilePruning(property)]))
  const additional = schema.additionalProperties ? compilePruning(schema.additionalProperties) : undefined
  const item = itemPruner(schema, preserves)
  const { embeddedResource } = schema
  return (value, dropped) => {
    if (Array.isArray(value)) {
      if (item) inList(value, item, dropped)
      return
    }
    if (!isObject(value)) return
    for (const key of Object.keys(value)) {
      if (embeddedResource && typeMeta.has(key)) continue
      const member = members.get(key) ?? additional
      if (member) {
        const known = value[key] ?? null
        if (typeof known === 'object' && known !== null) inMember(key, known, member, dropped)
      } else if (!preserves) drop(value, key, dropped)
    }
  }
}

function itemPruner({ items }: StructuralSchema, preserves: boolean): Pruner | undefined {
  if (items) return pruner(items, preserves || items.preserveUnknownFields)
  return preserves ? undefined : emptying
}

function drop(object: JsonObject, key: string, dropped: string[]): void {
  dropped.push(underKey(key, ''))
  Reflect.deleteProperty(object, key)
}

function inMember(key: string, value: JsonValue, prune: Pruner, dropped: string[]): void {
  const before = dropped.length
  prune(value, dropped)
  for (let i = before; i < dropped.length; i++) dropped[i] = underKey(key, dropped[i] ?? '')
}

function inList(list: readonly JsonValue[], prune: Pruner, dropped: string[]): void {
  for (const [index, item] of list.entries()) {
    if (typeof item !== 'object' || item === null) continue
    const before = dropped.length
    prune(item, dropped)
    for (let i = before; i < dropped.length; i++) dropped[i] = underIndex(index, dropped[i] ?? '')
  }
}
