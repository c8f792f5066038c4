import { EvaluationError } from '../cel-error.ts'
import { global, member, type Overload } from '../overload.ts'
import { Duration, List, MapValue, Optional, Uint, type Value } from '../value.ts'

/** Values that may be absent. Source: cel-go cel/library.go. */
export const optionals: readonly Overload[] = [
  global('optional.of', ['A'], 'optional_type(A)', (value) => new Optional(value)),
  global('optional.ofNonZeroValue', ['A'], 'optional_type(A)', (value) =>
    isZero(value) ? Optional.none : new Optional(value),
  ),
  global('optional.none', [], 'optional_type(A)', () => Optional.none),
  member('hasValue', ['optional_type(A)'], 'bool', ({ value }) => value !== undefined),
  member('value', ['optional_type(A)'], 'A', held),
  // These two evaluate their argument only when it is needed: the planner sees to it.
  member('or', ['optional_type(A)', 'optional_type(A)'], 'optional_type(A)', (first, second) =>
    first.value === undefined ? second : first,
  ),
  member('orValue', ['optional_type(A)', 'A'], 'A', ({ value }, other) => (value === undefined ? other : value)),
  global('optional.unwrap', ['list(optional_type(A))'], 'list(A)', unwrap),
  member('unwrapOpt', ['list(optional_type(A))'], 'list(A)', unwrap),
]

function held({ value }: Optional): Value {
  if (value === undefined) throw new EvaluationError('optional.none() dereference')
  return value
}

function unwrap({ items }: List): List {
  return new List(
    items.flatMap((item) => {
      if (!(item instanceof Optional)) throw new EvaluationError('no such overload')
      return item.value === undefined ? [] : [item.value]
    }),
  )
}

function isZero(value: Value): boolean {
  if (value instanceof Uint) return value.value === 0n
  if (value instanceof Duration) return value.nanos === 0n
  if (value instanceof Uint8Array) return value.length === 0
  if (value instanceof List) return value.items.length === 0
  if (value instanceof MapValue) return value.size === 0
  return value === null || value === false || value === 0n || value === 0 || value === ''
}
