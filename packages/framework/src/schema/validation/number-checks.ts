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

/** Judges numbers: range of the format, multiples, bounds. Source: kube-openapi validation/validate numberValidator. */
export function numberCheck(schema: StructuralSchema): NumberCheck | undefined {
  const { minimum, maximum } = schema
  const checks = [
    rangeCheck(schema),
    multipleCheck(schema.multipleOf),
    minimum && boundCheck(minimum, 'greater', (value, limit) => value > limit),
    maximum && boundCheck(maximum, 'less', (value, limit) => value < limit),
  ].filter((check) => check !== undefined)
  if (!checks.length) return undefined
  return (value, violations) => {
    for (const check of checks) check(value, violations)
  }
}

function rangeCheck(schema: StructuralSchema): NumberCheck | undefined {
  const type = schema.types.length === 1 ? schema.types[0] : undefined
  if (type !== 'integer' && type !== 'number') return undefined
  const format = knownFormat(schema)
  const range = ranges[format] ?? (type === 'integer' ? ranges.int64 : undefined)
  if (!range) return undefined
  const [lowest, highest] = range
  const named = `Checked value must be of type ${type} ${format === '' ? '(default format)' : `with format ${format}`} in `
  return (value, violations) => {
    const whole = type === 'number' || typeof value === 'bigint' || Number.isSafeInteger(value)
    if (!whole || value < lowest || value > highest) violations.push(violation.composite((path) => named + path))
  }
}

function multipleCheck(factor: number | undefined): NumberCheck | undefined {
  if (factor === undefined) return undefined
  if (!(factor > 0)) throw new TypeError(`multipleOf must be above 0, not ${String(factor)}`)
  return (value, violations) => {
    if (!isMultiple(value, factor))
      violations.push(violation.invalid(value, `should be a multiple of ${boundText(value, factor)}`))
  }
}

function isMultiple(value: Numeric, factor: number): boolean {
  if (typeof value === 'bigint' && Number.isInteger(factor)) return value % BigInt(factor) === 0n
  if (Number.isInteger(value) && Number.isInteger(factor)) return Number(value) % factor === 0
  return isWhole(factor < 1 ? (1 / factor) * Number(value) : Number(value) / factor)
}

function boundCheck(
  { value: limit, exclusive }: Bound,
  word: string,
  beyond: (value: Numeric, limit: number) => boolean,
): NumberCheck {
  return (value, violations) => {
    // Loosely, as a bigint equals a number by value.
    if (beyond(value, limit) || (!exclusive && value == limit)) return
    const wording = exclusive ? `${word} than` : `${word} than or equal to`
    violations.push(violation.invalid(value, `should be ${wording} ${boundText(value, limit)}`))
  }
}

/** A limit is printed as a number of the kind that the value is. */
function boundText(value: Numeric, limit: number): string {
  const integers = (typeof value === 'bigint' || Number.isInteger(value)) && Number.isInteger(limit)
  return integers ? BigInt(limit).toString() : floatText(limit)
}
