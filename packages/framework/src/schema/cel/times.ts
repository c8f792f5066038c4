import { EvaluationError } from './cel-error.ts'
import { Duration, Timestamp } from './value.ts'

export const second = 1_000_000_000n

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3600n * second,
}

/** Reads a duration as Go writes it: `1h30m`, `-1.5s`, `0`. */
export function parseDuration(text: string): Duration {
  const invalid = (): EvaluationError => new EvaluationError(`time: invalid duration ${JSON.stringify(text)}`)
  const [, sign = '', rest = ''] = /^([-+]?)(.*)$/s.exec(text) ?? []
  if (rest === '0') return new Duration(0n)
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) throw invalid()
  let nanos = 0n
  for (const [, whole = '', fraction = '', unit = ''] of rest.matchAll(/(\d*)\.?(\d*)([a-zµμ]+)/g)) {
    const size = units[unit] ?? 1n
    nanos += BigInt(whole === '' ? 0 : whole) * size
    if (fraction !== '') nanos += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length)
  }
  if (nanos > 2n ** 63n - 1n) throw invalid()
  return new Duration(sign === '-' ? -nanos : nanos)
}

/** Seconds, as cel-go writes a duration: `1.5s`. */
export function formatDuration({ nanos }: Duration): string {
  const positive = nanos < 0n ? -nanos : nanos
  return `${nanos < 0n ? '-' : ''}${String(positive / second)}${fractionOf(positive % second)}s`
}

/** `.5` of 500,000,000 nanoseconds; nothing of none. */
const fractionOf = (nanos: bigint): string =>
  nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([-+])(\d{2}):(\d{2}))$/

/** Reads an instant as RFC 3339 writes it. */
export function parseTimestamp(text: string): Timestamp {
  const match = rfc3339.exec(text)
  const invalid = (): EvaluationError => new EvaluationError(`invalid timestamp ${JSON.stringify(text)}`)
  if (!match) throw invalid()
  const [year, month, day, hour, minute, seconds] = match.slice(1, 7).map(Number)
  const millis = utcMillis(year ?? 0, month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, seconds ?? 0)
  const [, , , , , , , fraction = '', sign, hours = '0', minutes = '0'] = match
  if (millis === undefined || Number(hours) > 24 || Number(minutes) > 60) throw invalid()
  const offset = BigInt(Number(hours) * 60 + Number(minutes)) * 60n * second * (sign === '-' ? -1n : 1n)
  return new Timestamp(BigInt(millis) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0')) - offset)
}

/** Undefined for a day or an hour that does not exist. */
export function utcMillis(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  seconds = 0,
): number | undefined {
  if (hour > 23 || minute > 59 || seconds > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return date.setUTCHours(hour, minute, seconds)
}

export function formatTimestamp({ nanos }: Timestamp): string {
  const rest = ((nanos % second) + second) % second
  const date = new Date(Number((nanos - rest) / 1_000_000n))
  return `${date.toISOString().slice(0, 19)}${fractionOf(rest)}Z`
}

/** The date and time on a wall in a time zone, in the UTC members of a Date. */
export function wallClock({ nanos }: Timestamp, zone: string): Date {
  const millis = Number((nanos - (((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n)
  return new Date(millis + offsetMillis(zone, millis))
}

function offsetMillis(zone: string, millis: number): number {
  if (zone === '' || zone === 'UTC') return 0
  const fixed = /^([-+]?)(\d{1,2}):(\d{2})$/.exec(zone)
  if (fixed) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3])
    return (fixed[1] === '-' ? -minutes : minutes) * 60_000
  }
  const seconds = Math.floor(millis / 1000) * 1000
  const parts = zoneFormat(zone).formatToParts(seconds)
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0)
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return wall - seconds
}

const formats = new Map<string, Intl.DateTimeFormat>()

function zoneFormat(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    // There are only so many zones: what is no zone throws.
    formats.set(zone, format)
    return format
  } catch (error) {
    throw new EvaluationError(`unknown time zone ${zone}`, { cause: error })
  }
}
