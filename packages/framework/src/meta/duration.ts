import { quote } from './go-format.ts'

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}
const whole = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/

/** A Go duration (`1h2m`, `1.5s`, `0`) in milliseconds. Throws a RangeError with time.ParseDuration's text. */
export function parseDuration(text: string): number {
  if (/^[+-]?0$/.test(text)) return 0
  if (!whole.test(text)) throw new RangeError(durationProblem(text))
  let ms = 0
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g))
    ms += Number(amount) * (unitMs[unit] ?? 0)
  return text.startsWith('-') ? -ms : ms
}

/** Milliseconds as Go prints a duration of a millisecond or more: `612.5ms`, `1.25s`, `2m0.5s`. Source: time.Duration.String. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${rounded(ms)}ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${rounded(seconds)}s`
  const minutes = Math.floor(seconds / 60)
  const rest = `${rounded(seconds % 60)}s`
  return minutes < 60
    ? `${String(minutes)}m${rest}`
    : `${String(Math.floor(minutes / 60))}h${String(minutes % 60)}m${rest}`
}

/** No finer than a nanosecond, as far as a float knows. */
const rounded = (number: number): string => String(Number(number.toFixed(6)))

function durationProblem(text: string): string {
  const body = text.replace(/^[+-]/, '')
  const missing = /^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*(?:\d+\.?\d*|\.\d+)$/.test(body)
  if (missing && body !== '') return `time: missing unit in duration ${quote(text)}`
  const unknown = /^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*(?:\d+\.?\d*|\.\d+)([^\d.]+)/.exec(body)
  if (unknown) return `time: unknown unit ${quote(unknown[1] ?? '')} in duration ${quote(text)}`
  return `time: invalid duration ${quote(text)}`
}

/** An age as kubectl prints it: `5s`, `3m20s`, `2d4h`. Source: apimachinery util/duration HumanDuration. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000) * (ms < 0 ? -1 : 1)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(seconds / 3600)
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  if (hours < 24 * 8) return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24)}d`
  const years = Math.floor(hours / 24 / 365)
  return hours < 24 * 365 * 8 ? pair(years, 'y', Math.floor(hours / 24) % 365, 'd') : `${years}y`
}

const pair = (a: number, unitA: string, b: number, unitB: string): string =>
  b === 0 ? `${a}${unitA}` : `${a}${unitA}${b}${unitB}`
