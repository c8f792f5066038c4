import { EvaluationError } from '../cel-error.ts'
import { overFirst, sizeOf } from '../cost.ts'
import { global, member, type Cost, type Overload } from '../overload.ts'
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp, second } from '../times.ts'
import { int, textLength, Timestamp, typeName, TypeValue, uint, Uint } from '../value.ts'

/** cel-go counts 1 whatever the length: of very long texts that is too little. */
const overThousands: Cost = (text) => 1 + Math.floor(sizeOf(text) / 1000)

/** Conversions between types, `size`, `type` and `dyn`. Source: the language definition of CEL. */
export const conversions: readonly Overload[] = [
  global('int', ['int'], 'int', (value) => value),
  global('int', ['uint'], 'int', ({ value }) => int(value)),
  global('int', ['double'], 'int', (value) => doubleToInt(value)),
  global('int', ['string'], 'int', (text) => int(integer(text, 'int'))),
  global('int', ['timestamp'], 'int', ({ nanos }) => (nanos - (((nanos % second) + second) % second)) / second),
  global('int', ['duration'], 'int', ({ nanos }) => nanos),
  global('uint', ['uint'], 'uint', (value) => value),
  global('uint', ['int'], 'uint', (value) => uint(value)),
  global('uint', ['double'], 'uint', (value) => doubleToUint(value)),
  global('uint', ['string'], 'uint', (text) => uint(integer(text, 'uint'))),
  global('double', ['double'], 'double', (value) => value),
  global('double', ['int'], 'double', (value) => Number(value)),
  global('double', ['uint'], 'double', ({ value }) => Number(value)),
  global('double', ['string'], 'double', (text) => double(text)),
  global('bool', ['bool'], 'bool', (value) => value),
  global('bool', ['string'], 'bool', (text) => bool(text)),
  global('string', ['string'], 'string', (value) => value),
  global('string', ['bool'], 'string', (value) => String(value)),
  global('string', ['int'], 'string', (value) => String(value)),
  global('string', ['uint'], 'string', ({ value }) => String(value)),
  global('string', ['double'], 'string', (value) => doubleText(value)),
  global('string', ['bytes'], 'string', (bytes) => text(bytes), overFirst()),
  global('string', ['timestamp'], 'string', formatTimestamp),
  global('string', ['duration'], 'string', formatDuration),
  global('bytes', ['bytes'], 'bytes', (value) => value),
  global('bytes', ['string'], 'bytes', (value) => new TextEncoder().encode(value), overFirst()),
  global('timestamp', ['timestamp'], 'timestamp', (value) => value),
  global('timestamp', ['string'], 'timestamp', parseTimestamp),
  global('timestamp', ['int'], 'timestamp', (seconds) => new Timestamp(seconds * second)),
  global('duration', ['duration'], 'duration', (value) => value),
  global('duration', ['string'], 'duration', parseDuration),
  global('dyn', ['A'], 'dyn', (value) => value),
  global('type', ['A'], 'type(A)', (value) => new TypeValue(typeName(value))),
  ...[global, member].flatMap((declare) => [
    declare('size', ['string'], 'int', (value) => BigInt(textLength(value)), overThousands),
    declare('size', ['bytes'], 'int', (value) => BigInt(value.length)),
    declare('size', ['list(A)'], 'int', ({ items }) => BigInt(items.length)),
    declare('size', ['map(A, B)'], 'int', ({ size }) => BigInt(size)),
  ]),
]

function doubleToInt(value: number): bigint {
  if (!(Math.abs(value) < 2 ** 63)) throw new EvaluationError('integer overflow')
  return BigInt(Math.trunc(value))
}

function doubleToUint(value: number): Uint {
  if (!(value >= 0 && value < 2 ** 64)) throw new EvaluationError('unsigned integer overflow')
  return new Uint(BigInt(Math.trunc(value)))
}

function integer(given: string, type: 'int' | 'uint'): bigint {
  const pattern = type === 'int' ? /^[-+]?\d+$/ : /^\d+$/
  if (pattern.test(given) && given.length < 100) return BigInt(given.replace(/^\+/, ''))
  throw new EvaluationError(`type conversion error from 'string' to '${type}'`)
}

function double(given: string): number {
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(given)) return Number(given)
  const [, sign, word = ''] = /^([-+]?)(inf|infinity|nan)$/i.exec(given) ?? []
  if (word === '') throw new EvaluationError("type conversion error from 'string' to 'double'")
  return word.toLowerCase() === 'nan' ? NaN : sign === '-' ? -Infinity : Infinity
}

const truths = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
const untruths = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])

function bool(given: string): boolean {
  if (truths.has(given)) return true
  if (untruths.has(given)) return false
  throw new EvaluationError("type conversion error from 'string' to 'bool'")
}

/** As Go's `%g` in its shortest form. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 21) return plain(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** JavaScript turns to exponents at 1e21 and below 1e-6. */
const plain = (value: number): string => (Number.isInteger(value) ? String(BigInt(value)) : String(value))

function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new EvaluationError('invalid UTF-8 in bytes, cannot convert to string', { cause: error })
  }
}
