import { ExpressionError } from './cel-error.ts'

const escape =
  /\\(?:([abfnrtv\\'"`?])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g

const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** The text that a string literal's content stands for. */
export function unescapeText(content: string, offset: number): string {
  if (!content.includes('\\')) return content
  return content.replace(escape, (all, plain?: string, hex?: string, four?: string, eight?: string, octal?: string) => {
    if (plain !== undefined) return simple[plain] ?? plain
    const digits = hex ?? four ?? eight
    if (digits !== undefined) return rune(parseInt(digits, 16), offset)
    if (octal === undefined) throw new ExpressionError(`unable to unescape string: ${all}`, offset)
    return rune(parseInt(octal, 8), offset)
  })
}

/** The bytes that a bytes literal's content stands for: escapes are bytes, other text is UTF-8. */
export function unescapeBytes(content: string, offset: number): Uint8Array {
  const parts: Uint8Array[] = []
  const encoder = new TextEncoder()
  let from = 0
  for (const match of content.matchAll(escape)) {
    const [all, plain, hex, , , octal] = match
    parts.push(encoder.encode(content.slice(from, match.index)))
    from = match.index + all.length
    if (plain !== undefined) parts.push(encoder.encode(simple[plain] ?? plain))
    else if (hex !== undefined) parts.push(Uint8Array.of(parseInt(hex, 16)))
    else if (octal !== undefined) parts.push(Uint8Array.of(parseInt(octal, 8)))
    else throw new ExpressionError(`unable to unescape string: ${all}`, offset)
  }
  parts.push(encoder.encode(content.slice(from)))
  return new Uint8Array(Buffer.concat(parts))
}

function rune(code: number, offset: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    throw new ExpressionError('unable to unescape string: invalid unicode code point', offset)
  return String.fromCodePoint(code)
}
