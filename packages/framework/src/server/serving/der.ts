/** Writes DER, as far as certificates need it. Every function returns one complete element. */

const constructed = 0x20
const contextSpecific = 0x80

function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}

/** The bytes of an unsigned number, shortest form, with a leading zero where the first bit is set. */
function unsigned(bytes: Uint8Array): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const rest = bytes.subarray(start)
  return rest.length === 0 || (rest[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), rest]) : Buffer.from(rest)
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest & 0x7f) | 0x80)
  return bytes
}

function timeText(date: Date): string {
  return `${date
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/[-:T]/g, '')}Z`
}

export const der = {
  sequence: (...contents: readonly Uint8Array[]): Buffer => element(0x30, ...contents),
  set: (...contents: readonly Uint8Array[]): Buffer => element(0x31, ...contents),
  boolean: (value: boolean): Buffer => element(0x01, Buffer.from([value ? 0xff : 0])),
  /** An unsigned number, as its bytes or as a small value. */
  integer: (value: number | Uint8Array): Buffer =>
    element(
      0x02,
      unsigned(typeof value === 'number' ? Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]) : value),
    ),
  /** Whole bytes. */
  bitString: (bytes: Uint8Array, unusedBits = 0): Buffer => element(0x03, Buffer.from([unusedBits]), bytes),
  octetString: (...contents: readonly Uint8Array[]): Buffer => element(0x04, ...contents),
  oid: (dotted: string): Buffer => {
    const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
    return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
  },
  utf8String: (text: string): Buffer => element(0x0c, Buffer.from(text, 'utf8')),
  /** UTCTime until 2049, GeneralizedTime after, as RFC 5280 wants it. Whole seconds. */
  time: (date: Date): Buffer =>
    date.getUTCFullYear() < 2050
      ? element(0x17, Buffer.from(timeText(date).slice(2), 'latin1'))
      : element(0x18, Buffer.from(timeText(date), 'latin1')),
  /** [n] around complete elements. */
  explicit: (n: number, ...contents: readonly Uint8Array[]): Buffer =>
    element(contextSpecific | constructed | n, ...contents),
  /** [n] in place of a primitive type's own tag. */
  implicit: (n: number, content: Uint8Array): Buffer => element(contextSpecific | n, content),
} as const
