import { EvaluationError } from '../cel-error.ts'
import { overFirst, overItems, overPattern, overProduct, overSecond } from '../cost.ts'
import { member, type Overload } from '../overload.ts'
import { regularExpression } from '../regular-expression.ts'
import { List, type Value } from '../value.ts'

const once = overFirst()
const twice = overFirst(2)

/** Source: the language definition of CEL, cel-go ext/strings.go, apiserver cel/library/regex.go. */
export const strings: readonly Overload[] = [
  member('contains', ['string', 'string'], 'bool', (text, part) => text.includes(part), overProduct),
  member('startsWith', ['string', 'string'], 'bool', (text, part) => text.startsWith(part), overSecond),
  member('endsWith', ['string', 'string'], 'bool', (text, part) => text.endsWith(part), overSecond),
  member('matches', ['string', 'string'], 'bool', matches, overPattern),
  member('find', ['string', 'string'], 'string', (text, pattern) => findAll(text, pattern, 1n)[0] ?? '', overPattern),
  member(
    'findAll',
    ['string', 'string'],
    'list(string)',
    (text, pattern) => list(findAll(text, pattern, -1n)),
    overPattern,
  ),
  member(
    'findAll',
    ['string', 'string', 'int'],
    'list(string)',
    (text, pattern, limit) => list(findAll(text, pattern, limit)),
    overPattern,
  ),
  member('charAt', ['string', 'int'], 'string', charAt, once),
  member('indexOf', ['string', 'string'], 'int', (text, part) => indexOf(text, part, 0n), once),
  member('indexOf', ['string', 'string', 'int'], 'int', indexOf, once),
  member('lastIndexOf', ['string', 'string'], 'int', (text, part) => lastIndexOf(text, part, undefined), once),
  member('lastIndexOf', ['string', 'string', 'int'], 'int', lastIndexOf, once),
  member('lowerAscii', ['string'], 'string', (text) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase()), once),
  member('upperAscii', ['string'], 'string', (text) => text.replace(/[a-z]+/g, (part) => part.toUpperCase()), once),
  member('replace', ['string', 'string', 'string'], 'string', (text, from, to) => replace(text, from, to, -1n), twice),
  member('replace', ['string', 'string', 'string', 'int'], 'string', replace, twice),
  member('split', ['string', 'string'], 'list(string)', (text, separator) => split(text, separator, -1n), twice),
  member('split', ['string', 'string', 'int'], 'list(string)', split, twice),
  member('substring', ['string', 'int'], 'string', (text, from) => substring(text, from, undefined), once),
  member('substring', ['string', 'int', 'int'], 'string', substring, once),
  member('trim', ['string'], 'string', (text) => text.replace(blank, ''), once),
  member('join', ['list(string)'], 'string', ({ items }) => texts(items).join(''), overItems),
  member(
    'join',
    ['list(string)', 'string'],
    'string',
    ({ items }, separator) => texts(items).join(separator),
    overItems,
  ),
]

/** unicode.IsSpace. */
const blank =
  /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g

/** Indices count code points, JavaScript's count UTF-16 units. */
const runes = (text: string): string[] => Array.from(text)
const list = (items: readonly string[]): List => new List(items)

function matches(text: string, pattern: string): boolean {
  return regularExpression(pattern).matcher(text).find()
}

function findAll(text: string, pattern: string, limit: bigint): string[] {
  const found: string[] = []
  const matcher = regularExpression(pattern).matcher(text)
  while ((limit < 0n || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '')
  return found
}

function texts(items: readonly Value[]): string[] {
  return items.map((item) => {
    if (typeof item !== 'string') throw new EvaluationError('no such overload')
    return item
  })
}

const outOfRange = (index: bigint): EvaluationError => new EvaluationError(`index out of range: ${String(index)}`)

function charAt(text: string, index: bigint): string {
  const all = runes(text)
  if (index < 0n || index > BigInt(all.length)) throw outOfRange(index)
  return all[Number(index)] ?? ''
}

function indexOf(text: string, part: string, offset: bigint): bigint {
  const all = runes(text)
  if (offset < 0n || (part !== '' && offset > BigInt(all.length))) throw outOfRange(offset)
  if (part === '') return offset > BigInt(all.length) ? BigInt(all.length) : offset
  const skipped = all.slice(0, Number(offset)).join('').length
  const at = text.indexOf(part, skipped)
  return at < 0 ? -1n : BigInt(runes(text.slice(0, at)).length)
}

function lastIndexOf(text: string, part: string, offset: bigint | undefined): bigint {
  const all = runes(text)
  const length = BigInt(all.length)
  if (offset !== undefined && (offset < 0n || (part !== '' && offset > length))) throw outOfRange(offset)
  if (part === '') return offset === undefined || offset > length ? length : offset
  const last = offset === undefined ? Infinity : all.slice(0, Number(offset)).join('').length
  const at = text.lastIndexOf(part, last)
  return at < 0 ? -1n : BigInt(runes(text.slice(0, at)).length)
}

function replace(text: string, from: string, to: string, limit: bigint): string {
  if (limit < 0n) return from === '' ? spread(text, to, Infinity) : text.split(from).join(to)
  if (from === '') return spread(text, to, Number(limit))
  const parts = text.split(from)
  const replaced = Math.min(Number(limit), parts.length - 1)
  return [parts.slice(0, replaced + 1).join(to), ...parts.slice(replaced + 1)].join(from)
}

/** Before each code point, and after the last. */
function spread(text: string, to: string, limit: number): string {
  let left = limit
  const once = (): string => (left-- > 0 ? to : '')
  let out = ''
  for (const rune of text) out += once() + rune
  return out + once()
}

function split(text: string, separator: string, limit: bigint): List {
  if (limit === 0n) return new List([])
  const parts = separator === '' ? runes(text) : text.split(separator)
  if (limit < 0n || BigInt(parts.length) <= limit) return new List(parts)
  const kept = Number(limit) - 1
  return new List([...parts.slice(0, kept), parts.slice(kept).join(separator)])
}

function substring(text: string, from: bigint, to: bigint | undefined): string {
  const all = runes(text)
  const length = BigInt(all.length)
  if (from < 0n || from > length) throw outOfRange(from)
  if (to === undefined) return all.slice(Number(from)).join('')
  if (to < 0n || to > length) throw outOfRange(to)
  if (from > to) throw new EvaluationError(`invalid substring range. start: ${String(from)}, end: ${String(to)}`)
  return all.slice(Number(from), Number(to)).join('')
}
