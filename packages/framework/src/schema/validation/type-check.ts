import type { JsonValue } from '../../util/json.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { hasFormat } from './formats.ts'
import { violation, type Check } from './violation.ts'

/** The type of a value, in JSON Schema's words. A whole number is an integer up to 2^53, and exact beyond as a bigint. */
export function jsonType(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return isWhole(value) ? 'integer' : 'number'
  return typeof value === 'bigint' ? 'integer' : typeof value
}

/** Whole, but for the error of one division. Source: go-openapi/swag IsFloat64AJSONInteger. */
export function isWhole(value: number): boolean {
  if (Number.isSafeInteger(value)) return true
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return false
  const whole = Math.trunc(value)
  const rounded = Math.abs(value - whole) > 0.5 ? Math.round(value) : whole
  return Math.abs(value - rounded) / (Math.abs(value) + Math.abs(rounded)) < 1e-9
}

/** Formats that kube-openapi judges, of the type they are declared with. */
export function knownFormat({ types, format }: StructuralSchema): string {
  if (format === '') return ''
  const type = types.length === 1 ? types[0] : undefined
  if (type === 'integer') return format === 'int32' || format === 'int64' ? format : ''
  if (type === 'number') return format === 'float' || format === 'double' ? format : ''
  return type === undefined || type === 'string' ? (hasFormat(format) ? format : '') : ''
}

/** Undefined when any type will do. Source: kube-openapi validation/validate/type.go. */
export function typeCheck(schema: StructuralSchema): Check | undefined {
  const { types, nullable } = schema
  const format = knownFormat(schema)
  if (!types.length && format === '') return undefined
  const accepted = new Set(types)
  if (accepted.has('number')) accepted.add('integer')
  // Of a text with a format, a list is not told.
  if (format !== '' && !accepted.has('integer')) accepted.add('array')
  const names = types.join()
  const fail = violation.type
  return (value, _old, violations) => {
    const actual = jsonType(value)
    if (accepted.has(actual)) return 1
    if (value === null) {
      if (nullable || !types.length) return 1
      violations.push(fail(names, actual))
    } else if (format !== '' && actual !== 'string' && actual !== 'array')
      // The format is named instead of the type, and the format that the value would have.
      violations.push(fail(format, actual === 'integer' ? 'int64' : actual === 'number' ? 'float64' : ''))
    else if (types.length) violations.push(fail(names, actual))
    else return 1
    return 0
  }
}
