import { equals } from '../equality.ts'
import { sizeOf } from '../cost.ts'
import { global, type Overload } from '../overload.ts'
import type { List, Value } from '../value.ts'

const overProduct = (a: Value, b: Value): number => sizeOf(a) * sizeOf(b) + 1

/** Lists as sets. Source: cel-go ext/sets.go. */
export const sets: readonly Overload[] = [
  global('sets.contains', ['list(A)', 'list(A)'], 'bool', contains, overProduct),
  global('sets.equivalent', ['list(A)', 'list(A)'], 'bool', (a, b) => contains(a, b) && contains(b, a), overProduct),
  global(
    'sets.intersects',
    ['list(A)', 'list(A)'],
    'bool',
    (a, b) => a.items.some((item) => has(b, item)),
    overProduct,
  ),
]

function contains(a: List, b: List): boolean {
  return b.items.every((item) => has(a, item))
}

const has = ({ items }: List, item: Value): boolean => items.some((one) => equals(one, item))
