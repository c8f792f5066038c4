import { quote } from './go-format.ts'
import { rfc3339 } from './time.ts'

const layout = '2006-01-02T15:04:05Z07:00'
/** The elements of the layout, each with what it reads. */
const elements: readonly (readonly [string, RegExp])[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d{2}/],
  ['-', /^-/],
  ['02', /^\d{2}/],
  ['T', /^T/],
  ['15', /^\d{1,2}/],
  [':', /^:/],
  ['04', /^\d{2}/],
  [':', /^:/],
  ['05', /^\d{2}(?:[.,]\d+)?/],
  ['Z07:00', /^(?:Z|[+-]\d{2}:\d{2})/],
]

/** What is written already as it is to be written; days after the 28th are looked at more closely. */
const normal = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

/**
 * A time as metav1.Time reads and writes it: RFC 3339 with any zone and fraction in, UTC with whole seconds out. Throws a
 * RangeError with time.Parse's text.
 */
export function normalizeTime(text: string): string {
  if (normal.test(text)) return text
  const parts: string[] = []
  let rest = text
  for (const [element, pattern] of elements) {
    const found = pattern.exec(rest)?.[0]
    if (found === undefined)
      throw refusal(text, ` as ${quote(layout)}: cannot parse ${quote(rest)} as ${quote(element)}`)
    parts.push(found)
    rest = rest.slice(found.length)
  }
  if (rest !== '') throw refusal(text, `: extra text: ${quote(rest)}`)
  const [year = '', , month = '', , day = '', , hour = '', , minute = '', , second = '', zone = ''] = parts
  const problem = outOfRange(Number(year), Number(month), Number(day), Number(hour), Number(minute), second)
  if (problem) throw refusal(text, `: ${problem} out of range`)
  const whole = second.slice(0, 2)
  const date = new Date(`${year}-${month}-${day}T${hour.padStart(2, '0')}:${minute}:${whole}${zone}`)
  if (Number.isNaN(date.getTime())) throw refusal(text, ': time zone offset out of range')
  return rfc3339(date)
}

function outOfRange(year: number, month: number, day: number, hour: number, minute: number, second: string): string {
  if (month < 1 || month > 12) return 'month'
  if (hour > 23) return 'hour'
  if (minute > 59) return 'minute'
  if (Number(second.slice(0, 2)) > 59) return 'second'
  const last = new Date(Date.UTC(2000, month, 0)).getUTCDate()
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day < 1 || day > (month === 2 && !leap ? 28 : last) ? 'day' : ''
}

const refusal = (text: string, problem: string): RangeError => new RangeError(`parsing time ${quote(text)}${problem}`)
