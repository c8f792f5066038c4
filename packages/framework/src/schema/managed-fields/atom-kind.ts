import type { JsonValue } from '../../util/json.ts'
import type { Type } from './atoms.ts'

/** Which of a type's kinds a walk follows; `any` where the value (null, absent, or of none of them) does not say. */
export type AtomKind = 'map' | 'scalar' | 'list' | 'any'

/** The kind that a value takes of its type. Two values may be walked together when their kinds are the same. */
export function atomKind(type: Type, value: JsonValue | undefined): AtomKind {
  if (value !== null && value !== undefined) {
    if (typeof value !== 'object') {
      if (type.scalar) return 'scalar'
    } else if (Array.isArray(value)) {
      if (type.list) return 'list'
    } else if (type.map) return 'map'
  }
  return onlyKind(type)
}

function onlyKind({ map, scalar, list }: Type): AtomKind {
  if (map) return scalar || list ? 'any' : 'map'
  if (scalar) return list ? 'any' : 'scalar'
  return 'list'
}

/** What `any` is walked as. */
export const walkedKind = (type: Type, kind: AtomKind): AtomKind =>
  kind !== 'any' ? kind : type.map ? 'map' : type.scalar ? 'scalar' : 'list'
