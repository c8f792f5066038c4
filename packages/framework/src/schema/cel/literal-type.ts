import { types, type CelType } from './cel-type.ts'
import type { Literal } from './expression.ts'
import { Uint } from './value.ts'

export function literalType({ value }: Literal): CelType {
  if (value === null) return types.null
  if (typeof value === 'boolean') return types.bool
  if (typeof value === 'bigint') return types.int
  if (typeof value === 'number') return types.double
  if (typeof value === 'string') return types.string
  return value instanceof Uint ? types.uint : types.bytes
}
