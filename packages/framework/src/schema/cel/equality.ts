import { compareUtf8 } from '../../util/utf8.ts'
import { noSuchOverload } from './cel-error.ts'
import { Duration, List, MapValue, Opaque, Optional, Timestamp, TypeValue, Uint, type Value } from './value.ts'

/** `a == b`: numbers by their worth whatever their types, values of different types never. */
export function equals(a: Value, b: Value): boolean {
  if (a === b) return true
  const [x, y] = [numeric(a), numeric(b)]
  // Loose equality of a bigint and a number is exact.
  if (x !== undefined || y !== undefined) return x !== undefined && y !== undefined && x == y
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof List) return b instanceof List && a.matches(b, equals)
  if (a instanceof MapValue) return b instanceof MapValue && sameEntries(a, b)
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name
  if (a instanceof Optional) return b instanceof Optional && sameOptional(a.value, b.value)
  return a instanceof Opaque && b instanceof Opaque && a.typeName === b.typeName && a.equals(b)
}

function numeric(value: Value): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  return value instanceof Uint ? value.value : undefined
}

function sameOptional(a: Value | undefined, b: Value | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equals(a, b)
}

function sameEntries(a: MapValue, b: MapValue): boolean {
  if (a.size !== b.size) return false
  for (const key of a.keys()) {
    const [x, y] = [a.get(key), b.get(key)]
    if (x === undefined || y === undefined || !equals(x, y)) return false
  }
  return true
}

/** Negative, zero or positive; NaN where doubles have no order. Throws for values that have none. */
export function compare(a: Value, b: Value): number {
  const [x, y] = [numeric(a), numeric(b)]
  if (x !== undefined && y !== undefined) return typeof x === typeof y ? order(x, y) : order(Number(x), Number(y))
  if (typeof a === 'string' && typeof b === 'string') return a === b ? 0 : compareUtf8(a, b)
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (a instanceof Timestamp && b instanceof Timestamp) return sign(a.nanos - b.nanos)
  if (a instanceof Duration && b instanceof Duration) return sign(a.nanos - b.nanos)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  throw noSuchOverload()
}

const order = (x: number | bigint, y: number | bigint): number => (x < y ? -1 : x > y ? 1 : x === y ? 0 : NaN)
const sign = (difference: bigint): number => (difference < 0n ? -1 : difference > 0n ? 1 : 0)
