import { floatText } from '../../meta/go-format.ts'
import type { Bound, StructuralSchema } from '../structural-schema.ts'
import { isWhole, knownFormat } from './type-check.ts'
import { violation, type Violation } from './violation.ts'

type Numeric = number | bigint
type NumberCheck = (value: Numeric, violations: Violation[]) => void

const maxFloat32 = 3.4028234663852886e38
const ranges: Readonly<Record<string, readonly [Numeric, Numeric]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  float: [-maxFloat32, maxFloat32],
}

/**
 * Judges numbers: range of the format, multiples, bounds. An integer is held against the integer part of a limit; one that is no number of the
 * schema's own type is complained of with each value, and then taken as it is. Source: kube-openapi validation/validate numberValidator.
 */
export function numberCheck(schema: StructuralSchema): NumberCheck | undefined {
  const { minimum, maximum, multipleOf } = schema
  const range = rangeOf(schema)
  const checks = [
    range && rangeCheck(range),
    multipleOf === undefined ? undefined : limited('MultipleOf value', multipleOf, range, multipleCheck(multipleOf)),
    minimum && limited('Minimum boundary value', minimum.value, range, boundCheck(minimum, 'greater', isAbove)),
    maximum && limited('Maximum boundary value', maximum.value, range, boundCheck(maximum, 'less', isBelow)),
  ].filter((check) => check !== undefined)
  if (!checks.length) return undefined
  return (value, violations) => {
    for (const check of checks) check(value, violations)
  }
}

/** The numbers of a type and format. */
interface Range {
  readonly name: string
  has(value: Numeric): boolean
}

function rangeOf(schema: StructuralSchema): Range | undefined {
  const type = schema.types.length === 1 ? schema.types[0] : undefined
  if (type !== 'integer' && type !== 'number') return undefined
  const format = knownFormat(schema)
  const limits = ranges[format] ?? (type === 'integer' ? ranges.int64 : undefined)
  if (!limits) return undefined
  const [lowest, highest] = limits
  return {
    name: `${type} ${format === '' ? '(default format)' : `with format ${format}`}`,
    has: (value) =>
      (type === 'number' || typeof value === 'bigint' || Number.isInteger(value)) &&
      value >= lowest &&
      value <= highest,
  }
}

function rangeCheck(range: Range): NumberCheck {
  return (value, violations) => {
    if (!range.has(value)) violations.push(outside('Checked value', range))
  }
}

const outside = (what: string, { name }: Range): Violation =>
  violation.composite((path) => `${what} must be of type ${name} in ${path}`)

/** Go has read it as one: beyond 2^53 such a value is a bigint here. */
const isInteger = (value: Numeric): boolean => typeof value === 'bigint' || Number.isSafeInteger(value)

type LimitCheck = (value: Numeric, cut: boolean, violations: Violation[]) => void

function limited(what: string, limit: number, range: Range | undefined, check: LimitCheck): NumberCheck {
  if (!range || range.has(limit)) return (value, violations) => check(value, isInteger(value), violations)
  return (value, violations) => {
    violations.push(outside(what, range))
    check(value, false, violations)
  }
}

function multipleCheck(factor: number): LimitCheck {
  if (!(factor > 0)) throw new TypeError(`multipleOf must be above 0, not ${String(factor)}`)
  return (value, cut, violations) => {
    const divisor = cut ? Math.trunc(factor) : factor
    if (divisor === 0)
      violations.push(violation.worded(0, (path) => `factor MultipleOf declared for ${path} must be positive: 0`))
    else if (!isMultiple(value, divisor))
      violations.push(violation.invalid(value, `should be a multiple of ${limitText(divisor, cut)}`))
  }
}

function isMultiple(value: Numeric, factor: number): boolean {
  if (typeof value === 'bigint' && Number.isInteger(factor)) return value % BigInt(factor) === 0n
  if (Number.isInteger(value) && Number.isInteger(factor)) return Number(value) % factor === 0
  return isWhole(factor < 1 ? (1 / factor) * Number(value) : Number(value) / factor)
}

const isAbove = (value: Numeric, limit: number): boolean => value > limit
const isBelow = (value: Numeric, limit: number): boolean => value < limit

function boundCheck(
  { value: bound, exclusive }: Bound,
  word: string,
  isWithin: (value: Numeric, limit: number) => boolean,
): LimitCheck {
  const wording = exclusive ? `${word} than` : `${word} than or equal to`
  return (value, cut, violations) => {
    const limit = cut ? Math.trunc(bound) : bound
    // Loosely, as a bigint equals a number by value.
    if (isWithin(value, limit) || (!exclusive && value == limit)) return
    violations.push(violation.invalid(value, `should be ${wording} ${limitText(limit, cut)}`))
  }
}

/** A limit is printed as a number of the kind that it was held against. */
const limitText = (limit: number, asInteger: boolean): string =>
  asInteger ? BigInt(limit).toString() : floatText(limit)
