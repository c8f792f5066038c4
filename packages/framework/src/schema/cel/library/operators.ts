import { EvaluationError } from '../cel-error.ts'
import { overBoth, overShorter, perItemOfSecond } from '../cost.ts'
import { compare, equals } from '../equality.ts'
import { global, type Overload } from '../overload.ts'
import { Duration, int, List, mapKey, MapValue, Optional, Timestamp, uint, type Uint, type Value } from '../value.ts'

const ordered = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'] as const
const numbers = ['int', 'uint', 'double'] as const

const index = global('_[_]', ['list(A)', 'int'], 'A', itemAt)

/** Source: the language definition of CEL, cel-go common/stdlib. */
export const operators: readonly Overload[] = [
  global('_==_', ['A', 'A'], 'bool', equals, overShorter),
  global('_!=_', ['A', 'A'], 'bool', (a, b) => !equals(a, b), overShorter),
  ...comparison('_<_', (order) => order < 0),
  ...comparison('_<=_', (order) => order <= 0),
  ...comparison('_>_', (order) => order > 0),
  ...comparison('_>=_', (order) => order >= 0),
  global('!_', ['bool'], 'bool', (value) => !value),
  global('-_', ['int'], 'int', (value) => int(-value)),
  global('-_', ['double'], 'double', (value) => -value),
  global('_+_', ['int', 'int'], 'int', (a, b) => int(a + b)),
  global('_+_', ['uint', 'uint'], 'uint', (a, b) => uint(a.value + b.value)),
  global('_+_', ['double', 'double'], 'double', (a, b) => a + b),
  global('_+_', ['string', 'string'], 'string', (a, b) => a + b, overBoth),
  global('_+_', ['bytes', 'bytes'], 'bytes', (a, b) => new Uint8Array(Buffer.concat([a, b])), overBoth),
  global('_+_', ['list(A)', 'list(A)'], 'list(A)', (a, b) => a.concat(b), overBoth),
  global('_+_', ['timestamp', 'duration'], 'timestamp', (a, b) => new Timestamp(a.nanos + b.nanos)),
  global('_+_', ['duration', 'timestamp'], 'timestamp', (a, b) => new Timestamp(a.nanos + b.nanos)),
  global('_+_', ['duration', 'duration'], 'duration', (a, b) => new Duration(a.nanos + b.nanos)),
  global('_-_', ['int', 'int'], 'int', (a, b) => int(a - b)),
  global('_-_', ['uint', 'uint'], 'uint', (a, b) => uint(a.value - b.value)),
  global('_-_', ['double', 'double'], 'double', (a, b) => a - b),
  global('_-_', ['timestamp', 'timestamp'], 'duration', (a, b) => new Duration(a.nanos - b.nanos)),
  global('_-_', ['timestamp', 'duration'], 'timestamp', (a, b) => new Timestamp(a.nanos - b.nanos)),
  global('_-_', ['duration', 'duration'], 'duration', (a, b) => new Duration(a.nanos - b.nanos)),
  global('_*_', ['int', 'int'], 'int', (a, b) => int(a * b)),
  global('_*_', ['uint', 'uint'], 'uint', (a, b) => uint(a.value * b.value)),
  global('_*_', ['double', 'double'], 'double', (a, b) => a * b),
  global('_/_', ['int', 'int'], 'int', (a, b) => int(a / nonZero(b, 'division'))),
  global('_/_', ['uint', 'uint'], 'uint', (a, b) => uint(a.value / nonZero(b.value, 'division'))),
  global('_/_', ['double', 'double'], 'double', (a, b) => a / b),
  global('_%_', ['int', 'int'], 'int', (a, b) => modulo(a, b)),
  global('_%_', ['uint', 'uint'], 'uint', (a, b) => uint(a.value % nonZero(b.value, 'modulus'))),
  global('@in', ['A', 'list(A)'], 'bool', (item, { items }) => items.some((one) => equals(item, one)), perItemOfSecond),
  global('@in', ['A', 'map(A, B)'], 'bool', (key, map) => map.get(key) !== undefined),
  // Where its type is not known, any whole number may be an index.
  { ...index, accepts: [index.accepts[0] ?? (() => false), (value) => typeof mapKey(value) === 'bigint'] },
  global('_[_]', ['map(A, B)', 'A'], 'B', valueAt),
  ...['list(A)', 'optional_type(list(A))'].map((list) =>
    global('_[?_]', [list, 'int'], 'optional_type(A)', optionalElement),
  ),
  ...['map(A, B)', 'optional_type(map(A, B))'].map((map) =>
    global('_[?_]', [map, 'A'], 'optional_type(B)', optionalElement),
  ),
  global('_[_]', ['optional_type(list(A))', 'int'], 'optional_type(A)', optionalElement),
  global('_[_]', ['optional_type(map(A, B))', 'A'], 'optional_type(B)', optionalElement),
]

function comparison(name: string, holds: (order: number) => boolean): Overload[] {
  const of = (a: string, b: string): Overload =>
    global(
      name,
      [a, b],
      'bool',
      (x: Value, y: Value) => holds(compare(x, y)),
      a === 'string' || a === 'bytes' ? overShorter : undefined,
    )
  const mixed = numbers.flatMap((a) => numbers.filter((b) => a !== b).map((b) => of(a, b)))
  return [...ordered.map((type) => of(type, type)), ...mixed]
}

function nonZero(value: bigint, operation: 'division' | 'modulus'): bigint {
  if (value === 0n) throw new EvaluationError(`${operation} by zero`)
  return value
}

function modulo(a: bigint, b: bigint): bigint {
  const divisor = nonZero(b, 'modulus')
  // As cel-go: its quotient would not fit.
  if (a === -(2n ** 63n) && divisor === -1n) throw new EvaluationError('integer overflow')
  return a % divisor
}

function itemAt(list: List, index: Value): Value {
  const at = mapKey(index)
  if (typeof at !== 'bigint') throw new EvaluationError(`unsupported index type in list`)
  const found = at >= 0n ? list.items[Number(at)] : undefined
  if (found === undefined) throw new EvaluationError(`index out of bounds: ${String(at)}`)
  return found
}

function valueAt(map: MapValue, key: Value): Value {
  const found = map.get(key)
  if (found === undefined) throw new EvaluationError(`no such key: ${shown(key)}`)
  return found
}

function shown(key: Value): string {
  return typeof key === 'object' ? String((key as Uint | null)?.value) : String(key)
}

function optionalElement(target: Value, key: Value): Optional {
  const held = target instanceof Optional ? target.value : target
  const at = mapKey(key)
  if (held instanceof MapValue) return wrap(held.get(key))
  return wrap(held instanceof List && typeof at === 'bigint' && at >= 0n ? held.items[Number(at)] : undefined)
}

const wrap = (value: Value | undefined): Optional => (value === undefined ? Optional.none : new Optional(value))
