import { getOwn, isObject, type JsonValue } from '../util/json.ts'
import { JsonPathReader } from './json-path-reader.ts'

/** One step: what it finds in one value. */
export type Step =
  | { readonly step: 'fields'; readonly names: readonly string[] }
  | { readonly step: 'indices'; readonly indices: readonly number[] }
  | { readonly step: 'slice'; readonly start: number; readonly end: number | undefined; readonly stride: number }
  | { readonly step: 'wildcard' }
  | { readonly step: 'descend' }
  | { readonly step: 'filter'; readonly left: Operand; readonly operator: string; readonly right: Operand | undefined }

/** A path from the current item, or a value written down. */
export type Operand = { readonly path: readonly Step[] } | { readonly value: JsonValue }

/** A compiled JSONPath in kubectl's dialect: all it finds in a value, missing members being nothing. */
export type JsonPath = (value: JsonValue) => JsonValue[]

/**
 * Compiles a JSONPath as printer columns and selectable fields have them: `.spec.args[0]`, `['a.b']`, `[*]`, `[-1:]`,
 * `..name`, `[?(@.type=="Ready")].status`, with or without the braces. Throws a TypeError when it is none.
 * Source: client-go util/jsonpath.
 */
export function compileJsonPath(path: string): JsonPath {
  const steps = new JsonPathReader(path).read()
  const names = steps.flatMap((step) => (step.step === 'fields' && step.names.length === 1 ? step.names : []))
  return names.length === steps.length ? plainPath(names) : (value) => walk(steps, value)
}

/** Only members: no lists of intermediate results. */
function plainPath(names: readonly string[]): JsonPath {
  return (value) => {
    let found: JsonValue | undefined = value
    for (const name of names) {
      found = isObject(found) ? getOwn(found, name) : undefined
      if (found === undefined) return []
    }
    return [found]
  }
}

function walk(steps: readonly Step[], value: JsonValue): JsonValue[] {
  let values = [value]
  for (const step of steps) {
    const found: JsonValue[] = []
    for (const one of values) take(step, one, found)
    values = found
  }
  return values
}

function take(step: Step, value: JsonValue, found: JsonValue[]): void {
  switch (step.step) {
    case 'fields':
      for (const name of step.names) {
        const member = isObject(value) ? getOwn(value, name) : undefined
        if (member !== undefined) found.push(member)
      }
      break
    case 'indices':
      if (Array.isArray(value))
        for (const index of step.indices) {
          const item = value.at(index)
          if (item !== undefined) found.push(item)
        }
      break
    case 'slice':
      if (Array.isArray(value))
        for (const [index, item] of value.slice(step.start, step.end).entries())
          if (index % step.stride === 0) found.push(item)
      break
    case 'wildcard':
      found.push(...children(value))
      break
    case 'descend':
      descend(value, found)
      break
    case 'filter':
      if (Array.isArray(value)) found.push(...value.filter((item) => holds(step, item)))
      break
  }
}

function children(value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value
  return isObject(value) ? Object.values(value) : []
}

function descend(value: JsonValue, found: JsonValue[]): void {
  found.push(value)
  for (const child of children(value)) if (typeof child === 'object' && child !== null) descend(child, found)
}

const operandOf = (operand: Operand, item: JsonValue): JsonValue | undefined =>
  'path' in operand ? walk(operand.path, item)[0] : operand.value

function holds({ left, operator, right }: Extract<Step, { step: 'filter' }>, item: JsonValue): boolean {
  const a = operandOf(left, item)
  if (!right) return a !== undefined
  const b = operandOf(right, item)
  if (a === undefined || b === undefined || a === null || b === null) return false
  const order = compare(a, b)
  if (order === undefined) return false
  switch (operator) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    default:
      return order >= 0
  }
}

/** Undefined for values of two types, and for lists and objects. */
function compare(a: JsonValue, b: JsonValue): number | undefined {
  const kind = (value: JsonValue): string => (typeof value === 'bigint' ? 'number' : typeof value)
  if (kind(a) !== kind(b) || typeof a === 'object' || typeof b === 'object') return undefined
  return a < b ? -1 : a > b ? 1 : 0
}
