import { quote } from './go-format.ts'
import { rfc3339 } from './time.ts'

const layout = '2006-01-02T15:04:05Z07:00'

/** What it is called, and the lowest and highest value of it that Go reads on from. */
type Range = readonly [name: string, lowest: number, highest: number]

type Element = readonly [text: string, pattern: RegExp, range?: Range]

/** The elements of the layout, each with what it reads. */
const elements: readonly Element[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d{2}/, ['month', 1, 12]],
  ['-', /^-/],
  ['02', /^\d{2}/],
  ['T', /^T/],
  ['15', /^\d{1,2}/, ['hour', 0, 23]],
  [':', /^:/],
  ['04', /^\d{2}/, ['minute', 0, 59]],
  [':', /^:/],
  ['05', /^\d{2}(?:[.,]\d+)?/, ['second', 0, 59]],
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
  const { year, month, day, hour, minute, second, zone } = partsOf(text, layout, elements)
  const whole = second.slice(0, 2)
  const date = new Date(`${year}-${month}-${day}T${hour.padStart(2, '0')}:${minute}:${whole}${zone}`)
  if (Number.isNaN(date.getTime())) throw refusal(text, ': time zone offset out of range')
  return rfc3339(date)
}

/** Why a text is no local time, `2006-01-02T15:04:05`, in time.Parse's words; undefined when it is one. */
export function localTimeProblem(text: string): string | undefined {
  try {
    partsOf(text, layout.slice(0, -'Z07:00'.length), elements.slice(0, -1))
    return undefined
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

type Parts = Readonly<Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'zone', string>>

function partsOf(text: string, layout: string, elements: readonly Element[]): Parts {
  const parts: string[] = []
  let rest = text
  for (const [element, pattern, range] of elements) {
    const found = pattern.exec(rest)?.[0]
    if (found === undefined)
      throw refusal(text, ` as ${quote(layout)}: cannot parse ${quote(rest)} as ${quote(element)}`)
    if (range && !isWithin(range, Number.parseInt(found))) throw refusal(text, `: ${range[0]} out of range`)
    parts.push(found)
    rest = rest.slice(found.length)
  }
  if (rest !== '') throw refusal(text, `: extra text: ${quote(rest)}`)
  const [year = '', , month = '', , day = '', , hour = '', , minute = '', , second = '', zone = ''] = parts
  if (!isWithin(['day', 1, lastDay(Number(year), Number(month))], Number(day)))
    throw refusal(text, ': day out of range')
  return { year, month, day, hour, minute, second, zone }
}

const isWithin = ([, lowest, highest]: Range, value: number): boolean => value >= lowest && value <= highest

function lastDay(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && !isLeap ? 28 : new Date(Date.UTC(2000, month, 0)).getUTCDate()
}

const refusal = (text: string, problem: string): RangeError => new RangeError(`parsing time ${quote(text)}${problem}`)
