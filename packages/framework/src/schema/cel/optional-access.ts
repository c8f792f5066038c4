import { noSuchOverload } from './cel-error.ts'
import { MapValue, Optional, type Value } from './value.ts'

export function present(value: Value): Value | undefined {
  if (!(value instanceof Optional)) throw noSuchOverload()
  return value.value
}

export function has(value: Value, field: string): boolean {
  const held = value instanceof Optional ? value.value : value
  if (held === undefined) return false
  if (!(held instanceof MapValue)) throw noSuchOverload()
  return held.get(field) !== undefined
}

export function optionalMember(value: Value, field: string): Optional {
  const held = value instanceof Optional ? value.value : value
  if (held === undefined) return Optional.none
  if (!(held instanceof MapValue)) throw noSuchOverload()
  const found = held.get(field)
  return found === undefined ? Optional.none : new Optional(found)
}
