import { canonical, isObject, type JsonValue } from '../util/json.ts'
import { compareUtf8 } from '../util/utf8.ts'

const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}
/** strconv.IsPrint: letters, marks, numbers, punctuation, symbols and the plain space. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** A Go-quoted string (`%q`). */
export function quote(text: string): string {
  if (plain.test(text)) return `"${text}"`
  let out = '"'
  for (const rune of text) {
    const known = escapes[rune]
    if (known !== undefined) out += known
    else if (printable.test(rune)) out += rune
    else out += escapeRune(rune.codePointAt(0) ?? 0)
  }
  return `${out}"`
}

function escapeRune(code: number): string {
  const hex = code.toString(16)
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`
  return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
}

/** A float64 as `%v` prints it: with an exponent from 1e+06 on and below 1e-04. */
export function floatText(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const [mantissa = '', power = ''] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 6) return String(value)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** Whole numbers are integers as far as they are exact; those beyond come as bigint, and as float64 what no int64 holds. */
const formatNumber = (value: number): string => (Number.isSafeInteger(value) ? String(value) : floatText(value))

/** A value as field errors print it: `%v` for numbers and booleans, quoted strings, compact JSON for the rest. */
export function formatGoValue(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'object') return value === null ? 'null' : canonical(value as JsonValue)
  return `${value as boolean | bigint}`
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

/** JSON text as Go's encoder writes it: with `<`, `>`, `&` and two line separators escaped. */
export function goJsonEscape(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (c) => htmlEscapes[c] ?? c)
}

/** A value as `%v` prints it: `map[a:1 b:[x <nil>]]`. */
export function goText(value: JsonValue): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (!isObject(value)) return typeof value === 'string' ? value : formatGoValue(value)
  const names = Object.keys(value).sort(compareUtf8)
  return `map[${names.map((name) => `${name}:${goText(value[name] ?? null)}`).join(' ')}]`
}

/** What Go's decoder calls a JSON value in its messages. */
export function jsonTypeName(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
    case 'number':
      return 'number'
    default:
      return typeof value
  }
}
