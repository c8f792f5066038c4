import { EvaluationError, noSuchOverload } from '../cel-error.ts'
import { overItems } from '../cost.ts'
import { compare } from '../equality.ts'
import { global, type Overload } from '../overload.ts'
import { int, List, Uint, type Value } from '../value.ts'

/** Numbers of several types as arguments: `math.greatest(1, 2.5)`. */
const maxArguments = 8

/** Source: cel-go ext/math.go. */
export const math: readonly Overload[] = [
  ...extremes('math.greatest', 1),
  ...extremes('math.least', -1),
  global('math.ceil', ['double'], 'double', Math.ceil),
  global('math.floor', ['double'], 'double', Math.floor),
  global('math.round', ['double'], 'double', (value) => (value < 0 ? -Math.round(-value) : Math.round(value))),
  global('math.trunc', ['double'], 'double', Math.trunc),
  global('math.isNaN', ['double'], 'bool', Number.isNaN),
  global('math.isInf', ['double'], 'bool', (value) => Math.abs(value) === Infinity),
  global('math.isFinite', ['double'], 'bool', Number.isFinite),
  global('math.abs', ['int'], 'int', (value) => int(value < 0n ? -value : value)),
  global('math.abs', ['uint'], 'uint', (value) => value),
  global('math.abs', ['double'], 'double', Math.abs),
  global('math.sign', ['int'], 'int', (value) => (value < 0n ? -1n : value > 0n ? 1n : 0n)),
  global('math.sign', ['uint'], 'uint', ({ value }) => new Uint(value > 0n ? 1n : 0n)),
  global('math.sign', ['double'], 'double', Math.sign),
  global('math.sqrt', ['double'], 'double', Math.sqrt),
  global('math.sqrt', ['int'], 'double', (value) => Math.sqrt(Number(value))),
  global('math.sqrt', ['uint'], 'double', ({ value }) => Math.sqrt(Number(value))),
  ...bitwise('math.bitAnd', (a, b) => a & b),
  ...bitwise('math.bitOr', (a, b) => a | b),
  ...bitwise('math.bitXor', (a, b) => a ^ b),
  global('math.bitNot', ['int'], 'int', (value) => ~value),
  global('math.bitNot', ['uint'], 'uint', ({ value }) => new Uint(BigInt.asUintN(64, ~value))),
  ...shifts('math.bitShiftLeft', (value, by) => value << by),
  ...shifts('math.bitShiftRight', (value, by) => value >> by),
]

function extremes(name: string, sign: number): Overload[] {
  const pick = (values: readonly Value[]): Value => {
    const [first, ...rest] = values.map(number)
    if (first === undefined) throw new EvaluationError(`${name}() argument must not be empty`)
    return rest.reduce<Value>((best, value) => (compare(value, best) * sign > 0 ? value : best), first)
  }
  const types = ['int', 'uint', 'double', 'dyn']
  const counts = Array.from({ length: maxArguments - 2 }, (_, i) => i + 3)
  return [
    ...types.flatMap((a) =>
      types.map((b) => global(name, [a, b], a === b ? a : 'dyn', (x: Value, y: Value) => pick([x, y]))),
    ),
    ...types
      .slice(0, 3)
      .map((type) => global(name, [`list(${type})`], type, ({ items }: List) => pick(items), overItems)),
    global(name, ['list(dyn)'], 'dyn', ({ items }) => pick(items), overItems),
    ...types.map((type) => global(name, [type], type, (value) => number(value))),
    ...counts.flatMap((count) =>
      types.map((type) =>
        global(name, new Array<string>(count).fill(type), type, (...values: Value[]) => pick(values)),
      ),
    ),
  ]
}

function number(value: Value): Value {
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint) return value
  throw noSuchOverload()
}

function bitwise(name: string, apply: (a: bigint, b: bigint) => bigint): Overload[] {
  return [
    global(name, ['int', 'int'], 'int', apply),
    global(name, ['uint', 'uint'], 'uint', (a, b) => new Uint(apply(a.value, b.value))),
  ]
}

/** Bits are moved as those of an unsigned number. */
function shifts(name: string, move: (value: bigint, by: bigint) => bigint): Overload[] {
  const shifted = (value: bigint, by: bigint): bigint => {
    if (by < 0n) throw new EvaluationError(`${name}() negative offset: ${String(by)}`)
    return by > 63n ? 0n : BigInt.asUintN(64, move(BigInt.asUintN(64, value), by))
  }
  return [
    global(name, ['int', 'int'], 'int', (value, by) => BigInt.asIntN(64, shifted(value, by))),
    global(name, ['uint', 'int'], 'uint', ({ value }, by) => new Uint(shifted(value, by))),
  ]
}
