import { CostLimitError } from './cel-error.ts'
import type { Cost } from './overload.ts'
import { List, MapValue, Opaque, Optional, type Value } from './value.ts'

/** Evaluation costs in cel-go's units. Source: cel-go interpreter/runtimecost.go, apiserver cel/library/cost.go. */
export const costs = {
  /** A name, a field, an index. */
  access: 1,
  list: 10,
  map: 30,
  struct: 40,
} as const

const perCharacter = 0.1
const perPatternCharacter = 0.25

/** Counts what an evaluation costs. Throws a {@link CostLimitError} beyond the limit. */
export class CostMeter {
  readonly limit: number
  spent = 0

  constructor(limit: number) {
    this.limit = limit
  }

  spend(units: number): void {
    this.spent += units
    if (this.spent > this.limit) throw new CostLimitError()
  }
}

/** Characters, bytes, items or keys; 1 for what has none. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length
  if (value instanceof List) return value.items.length
  if (value instanceof MapValue || value instanceof Opaque) return value.size
  return value instanceof Optional && value.value !== undefined ? sizeOf(value.value) : 1
}

/** Going once, or `times`, over the first argument. */
export const overFirst =
  (times = 1): Cost =>
  (first) =>
    Math.ceil(sizeOf(first) * times * perCharacter)

export const overSecond: Cost = (_first, second) => Math.ceil(sizeOf(second) * perCharacter)
export const overBoth: Cost = (first, second) => Math.ceil((sizeOf(first) + sizeOf(second)) * perCharacter)
/** As many steps as the shorter of the two has. */
export const overShorter: Cost = (first, second) =>
  first instanceof Opaque ? 1 : Math.ceil(Math.min(sizeOf(first), sizeOf(second)) * perCharacter)
export const overProduct: Cost = (first, second) =>
  Math.ceil(sizeOf(first) * perCharacter) * Math.ceil(sizeOf(second) * perCharacter)
/** Each item of a list that is the second argument. */
export const perItemOfSecond: Cost = (_first, second) => (second instanceof List ? sizeOf(second) : 1)
/** Every value in a list, and the characters of its texts. */
export const overItems: Cost = (first) => traversal(first)

function traversal(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return Math.trunc(value.length * perCharacter)
  return value instanceof List ? value.items.reduce((units: number, item) => units + traversal(item), 0) : 1
}

/** A pattern of `length` characters against a text. */
export const patternUnits = (text: Value, length: number): number =>
  Math.ceil((1 + sizeOf(text)) * perCharacter) * Math.ceil(length * perPatternCharacter)

export const overPattern: Cost = (text, pattern) => patternUnits(text, sizeOf(pattern))
