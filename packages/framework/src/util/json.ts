import { JsonReader, scanDuplicateKeys } from './json-reader.ts'
import { keysOf } from './listed-keys.ts'
import { compareUtf8, decodeUtf8 } from './utf8.ts'

/**
 * JSON as Kubernetes needs it: integers beyond 2^53 stay exact (as bigint), `__proto__` is an ordinary key,
 * nesting has a limit, and the canonical form of a value is always the same bytes.
 */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject
export interface JsonObject {
  [key: string]: JsonValue
}

/** Deepest nesting accepted at the door; what is deeper could be parsed but never written again. */
export const maxDepth = 512

/** What went wrong while reading JSON; `message` is worded as Go's encoding/json words it. */
export class JsonSyntaxError extends SyntaxError {
  override readonly name: string = 'JsonSyntaxError'
}

/** The text is JSON, but a number in it is beyond a float. */
export class JsonRangeError extends JsonSyntaxError {
  override readonly name = 'JsonRangeError'
  /** What the text says, with 0 for such numbers. */
  readonly value: JsonValue

  constructor(message: string, value: JsonValue) {
    super(message)
    this.value = value
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Sets an own property, also when the key is `__proto__`. Use wherever a key comes from a request. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  else (target as Record<string, unknown>)[key] = value
}

/** Reads an own property only: never something inherited from Object.prototype. */
export function getOwn(target: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(target, key) ? target[key] : undefined
}

const fail = (message: string): never => {
  throw new JsonSyntaxError(message)
}

const beyondFloat = (message: string, value: JsonValue): never => {
  throw new JsonRangeError(message, value)
}

/**
 * Reads JSON exactly: integers beyond 2^53 within int64 become bigint, larger ones a float as in Go; of a key given
 * twice the last value counts; bytes that are not UTF-8 become U+FFFD. Throws {@link JsonSyntaxError}, and
 * {@link JsonRangeError} where nothing worse is the matter.
 */
export const parseJson = (source: string | Buffer): JsonValue => readJson(source).value

export interface JsonDocument {
  readonly value: JsonValue
  /**
   * The keys that stand twice in one object, as paths (`spec.color`, `spec.list[0].a`) in the order of the text, at most
   * 100. The usual answer, none, costs a count.
   */
  duplicateKeys(): string[]
}

/** {@link parseJson}, and what the text says beyond its value. */
export function readJson(source: string | Buffer): JsonDocument {
  const text = typeof source === 'string' ? source : decodeUtf8(source)
  const seen = survey(text)
  const value = parsed(text, seen)
  return {
    value,
    duplicateKeys: () => (seen.keys === countKeys(value, seen.containers) ? [] : scanDuplicateKeys(text)),
  }
}

function parsed(text: string, { needsReader }: Survey): JsonValue {
  if (needsReader) return new JsonReader(text, fail, beyondFloat).read()
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return new JsonReader(text, fail, beyondFloat).read()
  }
}

interface Survey {
  /** There is something that JSON.parse reads otherwise than Go: long numbers, large exponents, escaped surrogates. */
  readonly needsReader: boolean
  /** Colons outside of strings. */
  readonly keys: number
  /** Maps and lists. */
  readonly containers: number
}

/** Bounds the depth and tells what to expect. One pass over the characters, far cheaper than the parsing itself. */
function survey(text: string): Survey {
  let depth = 0
  let keys = 0
  let containers = 0
  let needsReader = false
  let escape = nextEscape(text, 0)
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i)
    if (c === 0x22) {
      const end = text.indexOf('"', i + 1)
      if (end < 0) break
      if (end < escape) {
        i = end
        continue
      }
      for (c = text.charCodeAt(++i); c !== 0x22 && i < text.length; c = text.charCodeAt(++i)) {
        if (c === 0x5c && text.charCodeAt(++i) === 0x75 && (text.charCodeAt(i + 1) | 0x20) === 0x64) needsReader = true
      }
      escape = nextEscape(text, i)
    } else if (c === 0x3a) keys++
    else if (c === 0x7b || c === 0x5b) {
      containers++
      if (++depth > maxDepth) fail('exceeded max depth')
    } else if (c === 0x7d || c === 0x5d) depth--
    else if (c >= 0x30 && c <= 0x39) {
      const start = i
      while ((c = text.charCodeAt(i + 1)) >= 0x30 && c <= 0x39) i++
      const before = text.charCodeAt(start - 1)
      const exponent = before === 0x65 || before === 0x45 || before === 0x2b || before === 0x2d
      if (i - start >= (exponent ? 2 : 15)) needsReader = true
    }
  }
  return { needsReader, keys, containers }
}

/** Where the next backslash stands: a string that ends before it is passed over in one step. */
function nextEscape(text: string, from: number): number {
  const at = text.indexOf('\\', from)
  return at < 0 ? Infinity : at
}

/** The keys of all maps in a value. Members are read only until its maps and lists have been met: a large map of texts is not gone through. */
function countKeys(value: JsonValue, containers: number): number {
  const met: (JsonValue[] | JsonObject)[] = []
  const meet = (member: JsonValue | undefined): void => {
    if (typeof member === 'object' && member !== null) met.push(member)
  }
  meet(value)
  let count = 0
  for (const container of met) {
    const keys = Array.isArray(container) ? undefined : keysOf(container)
    if (keys) count += keys.length
    if (met.length >= containers) continue
    if (Array.isArray(container)) container.forEach(meet)
    else for (const key of keys ?? []) meet(container[key])
  }
  return count
}

/** JSON.stringify, with bigint as plain digits. Members that are undefined are left out. */
export function stringify(value: JsonValue, options: { readonly indent?: number } = {}): string {
  try {
    return JSON.stringify(value, null, options.indent)
  } catch (error) {
    if (!(error instanceof TypeError && error.message.includes('BigInt'))) throw error
    return write(value, Object.keys, options.indent ?? 0, '\n')
  }
}

/** The one text of a value: keys sorted by their bytes at every depth, no white space. */
export const canonical = (value: JsonValue): string => canonicalText(value).text

export interface CanonicalText {
  readonly text: string
  /** Reading the text gives the same value, strings left aside: it holds plain JSON and nothing else, keys in their order. */
  readonly same: boolean
}

/** {@link canonical}, and what was seen on the way. */
export function canonicalText(value: JsonValue): CanonicalText {
  const form = formOf(value)
  const text = form === unsorted ? write(value, (object) => Object.keys(object).sort(), 0, '') : stringify(value)
  // UTF-16 order is byte order but where surrogates meet U+E000 to U+FFFF.
  if (!hasSurrogates(text) || (form !== unsorted && !hasSurrogateKeys(value))) return { text, same: form === plain }
  return { text: write(value, (object) => Object.keys(object).sort(compareUtf8), 0, ''), same: false }
}

/** Bytes are counted faster than characters are looked at, and say it of most texts. */
const hasSurrogates = (text: string): boolean => Buffer.byteLength(text) !== text.length && surrogate.test(text)

const hasSurrogateKeys = (value: JsonValue): boolean =>
  Array.isArray(value)
    ? value.some(hasSurrogateKeys)
    : isObject(value) && Object.entries(value).some(([key, member]) => surrogate.test(key) || hasSurrogateKeys(member))

const surrogate = /[\ud800-\udfff]/
const unsorted = 0
/** Keys are in order, but there is something that JSON reads as something else. */
const sorted = 1
const plain = 2
type Form = typeof unsorted | typeof sorted | typeof plain

function formOf(value: JsonValue | undefined): Form {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return plain
    case 'number':
      return Number.isFinite(value) ? plain : sorted
    case 'object':
      return value === null ? plain : Array.isArray(value) ? formOfList(value) : formOfMap(value)
    default:
      return sorted
  }
}

function formOfList(list: readonly JsonValue[]): Form {
  let form: Form = plain
  for (const item of list) {
    const other = formOf(item)
    if (other < form) form = other
    if (form === unsorted) break
  }
  return form
}

function formOfMap(map: JsonObject): Form {
  let form: Form = Object.getPrototypeOf(map) === Object.prototype ? plain : sorted
  let last = ''
  for (const key of keysOf(map)) {
    if (key < last) return unsorted
    last = key
    const member = map[key]
    if (typeof member === 'string') continue
    const other = formOf(member)
    if (other < form) form = other
    if (form === unsorted) break
  }
  return form
}

/** `newline` is a line break and the indentation so far; unused without an indent. */
function write(value: JsonValue, keysOf: (object: JsonObject) => string[], indent: number, newline: string): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = indent ? newline + ' '.repeat(indent) : ''
  let text = ''
  if (Array.isArray(value)) {
    for (const item of value) text += `${text && ','}${inner}${write(item ?? null, keysOf, indent, inner)}`
    return text ? `[${text}${indent ? newline : ''}]` : '[]'
  }
  const colon = indent ? ': ' : ':'
  for (const key of keysOf(value)) {
    const member = value[key]
    if (member === undefined) continue
    text += `${text && ','}${inner}${JSON.stringify(key)}${colon}${write(member, keysOf, indent, inner)}`
  }
  return text ? `{${text}${indent ? newline : ''}}` : '{}'
}

/** Equality of JSON values: the order of keys does not count, 1 equals 1n, an undefined member is an absent one. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return (typeof a === 'bigint' && typeof b === 'number') || (typeof a === 'number' && typeof b === 'bigint')
      ? a == b
      : false
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false
    return true
  }
  const left = a as Record<string, unknown>
  const right = b as Record<string, unknown>
  let count = 0
  for (const key of keysOf(left)) {
    if (left[key] === undefined) continue
    count++
    if (!Object.hasOwn(right, key) || !deepEqual(left[key], right[key])) return false
  }
  for (const key of keysOf(right)) if (right[key] !== undefined) count--
  return count === 0
}

/** A deep copy of a JSON value, of any type that stands for one. */
export function clone<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(clone) as T
  // Not by spreading: V8 gives every such copy a hidden class of its own as soon as a member is added to it.
  const copy = {}
  for (const key of keysOf(value)) {
    const member: unknown = (value as Record<string, unknown>)[key]
    setOwn(copy, key, typeof member === 'object' ? clone(member) : member)
  }
  return copy as T
}
