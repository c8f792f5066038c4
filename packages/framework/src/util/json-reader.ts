import type { JsonObject, JsonValue } from './json.ts'

const space = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09
const digit = (c: number): boolean => c >= 0x30 && c <= 0x39
const maxInt64 = 2n ** 63n - 1n

/**
 * The slow and exact JSON reader behind parseJson: it keeps 64-bit integers as bigint and words its errors as Go's
 * encoding/json scanner does. The caller has bounded the nesting already.
 */
export class JsonReader {
  readonly #text: string
  readonly #fail: (message: string) => never
  readonly #beyondFloat: (message: string, value: JsonValue) => never
  #at = 0
  /** The first number that no float can be. */
  #tooLarge: string | undefined

  constructor(
    text: string,
    fail: (message: string) => never,
    beyondFloat: (message: string, value: JsonValue) => never,
  ) {
    this.#text = text
    this.#fail = fail
    this.#beyondFloat = beyondFloat
  }

  read(): JsonValue {
    this.#skipSpace()
    const value = this.#value()
    this.#skipSpace()
    if (this.#at < this.#text.length) this.#unexpected('after top-level value')
    if (this.#tooLarge !== undefined)
      this.#beyondFloat(`json: cannot unmarshal number ${this.#tooLarge} into Go value of type float64`, value)
    return value
  }

  #skipSpace(): void {
    while (space(this.#text.charCodeAt(this.#at))) this.#at++
  }

  #unexpected(where: string): never {
    const point = this.#text.codePointAt(this.#at)
    return this.#fail(
      point === undefined
        ? 'unexpected end of JSON input'
        : `invalid character ${quoteByte(firstByte(point))} ${where}`,
    )
  }

  #value(): JsonValue {
    const c = this.#text.charCodeAt(this.#at)
    switch (c) {
      case 0x7b:
        return this.#object()
      case 0x5b:
        return this.#array()
      case 0x22:
        return this.#string()
      case 0x74:
        return this.#literal('true', true)
      case 0x66:
        return this.#literal('false', false)
      case 0x6e:
        return this.#literal('null', null)
      default:
        return c === 0x2d || digit(c) ? this.#number() : this.#unexpected('looking for beginning of value')
    }
  }

  #literal<T>(word: string, value: T): T {
    for (let i = 1; i < word.length; i++) {
      this.#at++
      if (this.#text[this.#at] !== word[i]) this.#unexpected(`in literal ${word} (expecting '${word.charAt(i)}')`)
    }
    this.#at++
    return value
  }

  #object(): JsonObject {
    const object: JsonObject = {}
    this.#at++
    this.#skipSpace()
    if (this.#text[this.#at] === '}') {
      this.#at++
      return object
    }
    for (;;) {
      if (this.#text[this.#at] !== '"') this.#unexpected('looking for beginning of object key string')
      const key = this.#string()
      this.#skipSpace()
      if (this.#text[this.#at] !== ':') this.#unexpected('after object key')
      this.#at++
      this.#skipSpace()
      const value = this.#value()
      if (key === '__proto__')
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
      else object[key] = value
      if (this.#closes('}', 'after object key:value pair')) return object
    }
  }

  #array(): JsonValue[] {
    const items: JsonValue[] = []
    this.#at++
    this.#skipSpace()
    if (this.#text[this.#at] === ']') {
      this.#at++
      return items
    }
    for (;;) {
      items.push(this.#value())
      if (this.#closes(']', 'after array element')) return items
    }
  }

  /** True past the closing bracket, false past a comma. */
  #closes(bracket: string, where: string): boolean {
    this.#skipSpace()
    const c = this.#text[this.#at]
    if (c !== ',' && c !== bracket) this.#unexpected(where)
    this.#at++
    if (c === bracket) return true
    this.#skipSpace()
    return false
  }

  #string(): string {
    const start = this.#at++
    let escaped = false
    for (;;) {
      const c = this.#text.charCodeAt(this.#at)
      if (c === 0x22) break
      if (Number.isNaN(c) || c < 0x20) this.#unexpected('in string literal')
      if (c === 0x5c) {
        escaped = true
        this.#escape()
      }
      this.#at++
    }
    this.#at++
    if (!escaped) return this.#text.slice(start + 1, this.#at - 1)
    const raw = this.#text.slice(start, this.#at)
    // Go has no lone surrogates: each becomes U+FFFD.
    return (JSON.parse(raw) as string).replace(/\p{Surrogate}/gu, '\ufffd')
  }

  /** Stands on the backslash, leaves on the last character of the escape. */
  #escape(): void {
    const c = this.#text[++this.#at]
    if (c === undefined || !'"\\/bfnrtu'.includes(c)) this.#unexpected('in string escape code')
    if (c !== 'u') return
    for (let i = 0; i < 4; i++) {
      this.#at++
      if (!/^[0-9a-fA-F]$/.test(this.#text[this.#at] ?? '')) this.#unexpected('in \\u hexadecimal character escape')
    }
  }

  #digits(where: string): void {
    if (!digit(this.#text.charCodeAt(this.#at))) this.#unexpected(where)
    while (digit(this.#text.charCodeAt(this.#at))) this.#at++
  }

  #number(): number | bigint {
    const start = this.#at
    if (this.#text[this.#at] === '-') this.#at++
    if (this.#text[this.#at] === '0') this.#at++
    else this.#digits('in numeric literal')
    let whole = true
    if (this.#text[this.#at] === '.') {
      whole = false
      this.#at++
      this.#digits('after decimal point in numeric literal')
    }
    if (/^[eE]$/.test(this.#text[this.#at] ?? '')) {
      whole = false
      this.#at++
      if (/^[+-]$/.test(this.#text[this.#at] ?? '')) this.#at++
      this.#digits('in exponent of numeric literal')
    }
    const token = this.#text.slice(start, this.#at)
    const value = Number(token)
    if (!Number.isFinite(value)) {
      this.#tooLarge ??= token
      return 0
    }
    // An int64 has at most 19 digits; what is longer is a float, as in Go.
    if (!whole || Number.isSafeInteger(value) || token.length > 20) return value
    const exact = BigInt(token)
    return exact > maxInt64 || exact < -maxInt64 - 1n ? value : exact
  }
}

const maxDuplicates = 100

/** Paths of the keys that stand twice in one object of a valid JSON text, in the order of the text. */
export function scanDuplicateKeys(text: string): string[] {
  const found = new Set<string>()
  const stack: { keys: Set<string> | undefined; key: string; index: number }[] = []
  let keyNext = false
  for (let i = 0; i < text.length && found.size < maxDuplicates; i++) {
    const c = text[i]
    const frame = stack.at(-1)
    if (c === '"') {
      const start = i
      while (text[++i] !== '"' && i < text.length) if (text[i] === '\\') i++
      if (!keyNext || !frame?.keys) continue
      const raw = text.slice(start, i + 1)
      frame.key = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1)
      if (frame.keys.has(frame.key)) found.add(pathOf(stack))
      frame.keys.add(frame.key)
      keyNext = false
    } else if (c === '{' || c === '[') {
      keyNext = c === '{'
      stack.push({ keys: keyNext ? new Set() : undefined, key: '', index: 0 })
    } else if (c === '}' || c === ']') {
      keyNext = false
      stack.pop()
    } else if (c === ',' && frame) {
      if (frame.keys) keyNext = true
      else frame.index++
    }
  }
  return [...found]
}

const pathOf = (stack: readonly { keys: unknown; key: string; index: number }[]): string =>
  stack.reduce(
    (path, { keys, key, index }) => (keys ? (path ? `${path}.${key}` : key) : `${path}[${String(index)}]`),
    '',
  )

/** Go's scanner reads bytes, and so names the first byte of a character only. */
function firstByte(point: number): number {
  if (point < 0x80) return point
  return Buffer.from(String.fromCodePoint(point))[0] ?? 0
}

/** A byte as Go's scanner prints it. */
function quoteByte(byte: number): string {
  if (byte === 0x27) return "'\\''"
  if (byte === 0x22) return `'"'`
  if (byte === 0x5c) return "'\\\\'"
  const named = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' }[byte]
  if (named !== undefined) return `'${named}'`
  const hex = byte.toString(16).padStart(2, '0')
  if (byte < 0x20 || byte === 0x7f) return `'\\x${hex}'`
  return byte >= 0x80 && (byte <= 0xa0 || byte === 0xad) ? `'\\u00${hex}'` : `'${String.fromCharCode(byte)}'`
}
