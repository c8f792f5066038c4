import { quote } from '../../../meta/go-format.ts'
import { EvaluationError } from '../cel-error.ts'
import { overFirst } from '../cost.ts'
import { global, member, type Overload } from '../overload.ts'
import { formatDuration, formatTimestamp } from '../times.ts'
import { Duration, List, MapValue, Timestamp, typeName, TypeValue, Uint, type Value } from '../value.ts'
import { doubleText } from './conversions.ts'

/** `format` and `strings.quote`. Source: cel-go ext/formatting.go. */
export const textFormats: readonly Overload[] = [
  global('strings.quote', ['string'], 'string', quote, overFirst()),
  member('format', ['string', 'list(dyn)'], 'string', format, overFirst()),
]

const clause = /%(?:%|(?:\.(\d+))?([\s\S]?))/g
const maxPrecision = 100

function format(text: string, { items }: List): string {
  let next = 0
  return text.replace(clause, (all, precision: string | undefined, verb: string) => {
    if (all === '%%') return '%'
    const write = verbs.get(verb)
    if (!write)
      throw new EvaluationError(`could not parse formatting clause: unrecognized formatting clause ${quote(verb)}`)
    const item = items[next]
    if (item === undefined) throw new EvaluationError(`index ${String(next)} out of range`)
    next++
    return write(item, precision === undefined ? undefined : Math.min(Number(precision), maxPrecision))
  })
}

const refused = (rule: string, value: Value): EvaluationError =>
  new EvaluationError(`error during formatting: ${rule}, was given ${typeName(value)}`)

const verbs: ReadonlyMap<string, (value: Value, precision: number | undefined) => string> = new Map<
  string,
  (value: Value, precision: number | undefined) => string
>([
  ['s', string],
  ['d', decimal],
  ['f', (value, precision = 6) => fixed(value, precision)],
  ['e', (value, precision = 6) => scientific(value, precision)],
  ['b', (value) => (typeof value === 'boolean' ? String(Number(value)) : digits(value, 2, binaryRule))],
  ['o', (value) => digits(value, 8, 'octal clause can only be used on integers')],
  ['x', hexadecimal],
  ['X', (value) => hexadecimal(value).toUpperCase()],
])

const binaryRule = 'only integers and bools can be formatted as binary'

/** Infinities have long names here. */
const special = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity')

function string(value: Value): string {
  if (typeof value === 'string') return value
  if (value === null) return 'null'
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? doubleText(value) : special(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return formatDuration(value)
  if (value instanceof TypeValue) return value.name
  if (value instanceof List) return `[${value.items.map(string).join(', ')}]`
  if (value instanceof MapValue) {
    const entries = [...value.keys()].map((key) => `${string(key)}: ${string(value.get(key) ?? null)}`)
    return `{${entries.sort().join(', ')}}`
  }
  throw refused(
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
    value,
  )
}

function decimal(value: Value): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return special(value)
  return digits(value, 10, 'decimal clause can only be used on integers')
}

function digits(value: Value, radix: number, rule: string): string {
  if (typeof value === 'bigint') return value.toString(radix)
  if (value instanceof Uint) return value.value.toString(radix)
  throw refused(rule, value)
}

function hexadecimal(value: Value): string {
  if (typeof value === 'string' || value instanceof Uint8Array) return Buffer.from(value as string).toString('hex')
  return digits(value, 16, 'only integers, byte buffers, and strings can be formatted as hex')
}

function number(value: Value, rule: string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint) return Number(value.value)
  throw refused(rule, value)
}

/** What lies in the middle goes to the even digit, as in Go. */
function fixed(given: Value, precision: number): string {
  const value = number(given, 'fixed-point clause can only be used on doubles')
  if (!Number.isFinite(value)) return special(value)
  const rounded = value.toFixed(precision)
  const tie = /^[^.]*\.?(\d*)$/.exec(value.toFixed(Math.min(precision + 30, 100)))?.[1]?.slice(precision) ?? ''
  if (!/^50*$/.test(tie) || /[02468]$/.test(rounded)) return rounded
  return (value - Math.sign(value) * 10 ** -precision * 0.5).toFixed(precision)
}

function scientific(given: Value, precision: number): string {
  const value = number(given, 'scientific clause can only be used on doubles')
  if (!Number.isFinite(value)) return special(value)
  return value.toExponential(precision).replace(/e([-+])(\d)$/, 'e$10$2')
}
