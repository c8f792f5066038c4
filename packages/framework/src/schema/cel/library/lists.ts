import { CostLimitError, EvaluationError, noSuchOverload } from '../cel-error.ts'
import { overItems, sizeOf } from '../cost.ts'
import { compare, equals } from '../equality.ts'
import { global, member, type Overload } from '../overload.ts'
import { Duration, int, List, Optional, typeName, uint, Uint, type Value } from '../value.ts'

const comparable = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'] as const
/** The longest list made of nothing: a longer one would cost more than any call may. */
const maxRange = 1_000_000n

const overSquare = (list: Value): number => sizeOf(list) ** 2

/** Source: apiserver cel/library/lists.go, cel-go ext/lists.go. */
export const lists: readonly Overload[] = [
  ...comparable.flatMap((type): Overload[] => [
    member('isSorted', [`list(${type})`], 'bool', isSorted, overItems),
    member('max', [`list(${type})`], type, (list) => extreme(list, 'max', 1), overItems),
    member('min', [`list(${type})`], type, (list) => extreme(list, 'min', -1), overItems),
    member('sort', [`list(${type})`], `list(${type})`, (list) => sortedBy(list, list), overSquare),
    member('@sortByAssociatedKeys', ['list(A)', `list(${type})`], 'list(A)', sortedBy, overSquare),
  ]),
  member(
    'sum',
    ['list(int)'],
    'int',
    ({ items }) => items.reduce((sum: bigint, item) => int(sum + whole(item)), 0n),
    overItems,
  ),
  member(
    'sum',
    ['list(uint)'],
    'uint',
    ({ items }) => items.reduce((sum: Uint, item) => uint(sum.value + unsigned(item)), new Uint(0n)),
    overItems,
  ),
  member(
    'sum',
    ['list(double)'],
    'double',
    ({ items }) => items.reduce((sum: number, item) => sum + real(item), 0),
    overItems,
  ),
  member(
    'sum',
    ['list(duration)'],
    'duration',
    ({ items }) => items.reduce((sum: Duration, item) => new Duration(sum.nanos + span(item)), new Duration(0n)),
    overItems,
  ),
  member(
    'indexOf',
    ['list(A)', 'A'],
    'int',
    ({ items }, item) => BigInt(items.findIndex((one) => equals(one, item))),
    overItems,
  ),
  member(
    'lastIndexOf',
    ['list(A)', 'A'],
    'int',
    ({ items }, item) => BigInt(items.findLastIndex((one) => equals(one, item))),
    overItems,
  ),
  member('includes', ['list(A)', 'A'], 'bool', ({ items }, item) => items.some((one) => equals(one, item)), overItems),
  member('slice', ['list(A)', 'int', 'int'], 'list(A)', slice, sizeOf),
  member('flatten', ['list(list(A))'], 'list(A)', (list) => new List(flat(list, 1n)), sizeOf),
  member('flatten', ['list(dyn)', 'int'], 'list(dyn)', (list, depth) => new List(flat(list, depth)), sizeOf),
  member('reverse', ['list(A)'], 'list(A)', ({ items }) => new List([...items].reverse()), sizeOf),
  member('distinct', ['list(A)'], 'list(A)', distinct, overSquare),
  member('first', ['list(A)'], 'optional_type(A)', ({ items }) => new Optional(items[0])),
  member('last', ['list(A)'], 'optional_type(A)', ({ items }) => new Optional(items.at(-1))),
  global('lists.range', ['int'], 'list(int)', range),
]

function whole(item: Value): bigint {
  if (typeof item !== 'bigint') throw noSuchOverload()
  return item
}

function real(item: Value): number {
  if (typeof item !== 'number') throw noSuchOverload()
  return item
}

function unsigned(item: Value): bigint {
  if (!(item instanceof Uint)) throw noSuchOverload()
  return item.value
}

function span(item: Value): bigint {
  if (!(item instanceof Duration)) throw noSuchOverload()
  return item.nanos
}

function isSorted({ items }: List): boolean {
  return items.every((item, i) => i === 0 || compare(items[i - 1] ?? null, item) <= 0)
}

function extreme({ items: [first, ...rest] }: List, name: string, sign: number): Value {
  if (first === undefined) throw new EvaluationError(`${name} called on empty list`)
  return rest.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best), first)
}

function sortedBy({ items }: List, { items: keys }: List): List {
  const [first] = keys
  if (first !== undefined && keys.some((key) => typeName(key) !== typeName(first)))
    throw new EvaluationError('list elements must have the same type')
  const order = items.map((item, i) => ({ item, key: keys[i] ?? null }))
  return new List(order.sort((a, b) => compare(a.key, b.key)).map(({ item }) => item))
}

function slice({ items }: List, start: bigint, end: bigint): List {
  const cannot = `cannot slice(${String(start)}, ${String(end)})`
  if (start < 0n || end < 0n) throw new EvaluationError(`${cannot}, negative indexes not supported`)
  if (start > end) throw new EvaluationError(`${cannot}, start index must be less than or equal to end index`)
  if (end > items.length) throw new EvaluationError(`${cannot}, list is length ${String(items.length)}`)
  return new List(items.slice(Number(start), Number(end)))
}

function flat({ items }: List, depth: bigint): Value[] {
  if (depth < 0n) throw new EvaluationError('level must be non-negative')
  return items.flatMap((item) => (item instanceof List && depth > 0n ? flat(item, depth - 1n) : [item]))
}

function distinct({ items }: List): List {
  const kept: Value[] = []
  for (const item of items) if (!kept.some((one) => equals(one, item))) kept.push(item)
  return new List(kept)
}

function range(count: bigint): List {
  if (count > maxRange) throw new CostLimitError()
  return new List(Array.from({ length: Math.max(Number(count), 0) }, (_, i) => BigInt(i)))
}
