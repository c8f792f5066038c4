import { isUtf8 } from 'node:buffer'

/** Decodes UTF-8 as Go does: every byte that belongs to no valid sequence becomes one U+FFFD. */
export function decodeUtf8(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  let text = ''
  let start = 0
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i)
    if (length > 0) {
      i += length
      continue
    }
    text += `${bytes.toString('utf8', start, i)}\ufffd`
    start = ++i
  }
  return text + bytes.toString('utf8', start)
}

/** How many bytes the valid sequence at `i` has; 0 when there is none. */
function sequenceLength(bytes: Buffer, i: number): number {
  const lead = bytes[i] ?? 0
  if (lead < 0x80) return 1
  if (lead < 0xc2 || lead > 0xf4) return 0
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
  // The second byte is bounded further where longer forms, surrogates and values past U+10FFFF would begin.
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  const second = bytes[i + 1] ?? 0
  if (second < low || second > high) return 0
  for (let k = 2; k < length; k++) if (((bytes[i + k] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}

/** The bytes of texts, one after the other: large ones are not put together first. */
export function encodeTexts(texts: readonly string[]): Buffer {
  let length = 0
  for (const text of texts) length += Buffer.byteLength(text)
  const bytes = Buffer.allocUnsafe(length)
  let place = 0
  for (const text of texts) place += bytes.write(text, place)
  return bytes
}

const beyondAscii = /[^\0-\x7f]/

/** The order of UTF-8 bytes: that of keys in a store. */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0
  if (!beyondAscii.test(a) && !beyondAscii.test(b)) return a < b ? -1 : 1
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
