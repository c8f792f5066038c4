import { getOwn, isObject, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import { strategicError } from './strategic-error.ts'

/** The directives that a strategic merge patch may hold beside the members themselves. */
export const directive = {
  /** In a map or a list item: `replace` or `delete`. */
  patch: '$patch',
  /** In a map: the members of the live object that stay. */
  retainKeys: '$retainKeys',
  /** `PREFIX/member`: values to take out of that list of scalars. */
  deleteFromPrimitiveList: '$deleteFromPrimitiveList',
  /** `PREFIX/member`: the order of that list. */
  setElementOrder: '$setElementOrder',
} as const

/** The member that a directive with a prefix is about: what follows the slash. */
export function memberOfDirective(
  key: string,
  prefix: typeof directive.deleteFromPrimitiveList | typeof directive.setElementOrder,
): string {
  if (key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1)
  throw prefix === directive.deleteFromPrimitiveList
    ? strategicError.primitiveListFormat()
    : strategicError.setElementOrderFormat()
}

/** Drops the live members that `$retainKeys` does not name, and takes the directive out of the patch. */
export function applyRetainKeys(live: JsonObject, patch: JsonObject): void {
  const retained = getOwn(patch, directive.retainKeys)
  if (retained === undefined) return
  Reflect.deleteProperty(patch, directive.retainKeys)
  if (!Array.isArray(retained)) throw strategicError.retainKeysFormat()
  const keys = new Set<JsonValue>(retained)
  for (const key of Object.keys(patch)) {
    if (
      patch[key] === null ||
      key.startsWith(directive.deleteFromPrimitiveList) ||
      key.startsWith(directive.setElementOrder)
    )
      continue
    if (!keys.has(key)) throw strategicError.retainKeysFormat()
  }
  for (const key of Object.keys(live)) if (!keys.has(key)) Reflect.deleteProperty(live, key)
}

/**
 * A value of the patch that meets nothing in the live object: maps that hold a `$patch` directive vanish (undefined),
 * and so do members that are null where `dropNulls` says so.
 */
export function withoutDirectives(value: JsonValue, dropNulls: boolean): JsonValue | undefined {
  if (Array.isArray(value)) {
    const list: JsonValue[] = []
    for (const item of value) {
      const kept = withoutDirectives(item, dropNulls)
      if (kept !== undefined) list.push(kept)
    }
    return list
  }
  if (!isObject(value)) return value
  if (isSpecial(value, dropNulls)) return undefined
  const map: JsonObject = {}
  for (const key of Object.keys(value)) {
    const member = getOwn(value, key) ?? null
    if (member === null && dropNulls) continue
    const kept = withoutDirectives(member, dropNulls)
    if (kept !== undefined) setOwn(map, key, kept)
  }
  return map
}

/** `$patch: null` is no directive once nulls have been dropped. */
function isSpecial(map: JsonObject, dropNulls: boolean): boolean {
  const value = getOwn(map, directive.patch)
  return value !== undefined && !(value === null && dropNulls)
}
