import { ExpressionError } from './cel-error.ts'
import { unescapeBytes, unescapeText } from './string-literal.ts'
import { Uint } from './value.ts'

/** A piece of an expression. */
export interface Token {
  readonly kind: 'identifier' | 'literal' | 'operator' | 'end'
  /** The identifier or the operator. */
  readonly text: string
  readonly value?: bigint | number | string | Uint | Uint8Array
  /** An identifier between backticks: a field's name and nothing else. */
  readonly quoted?: boolean
  readonly offset: number
}

/** Longest expression read, in code points. */
const maxLength = 100_000

const space = /(?:[ \t\r\n\f]|\/\/[^\n]*)*/y
const identifier = /[_a-zA-Z][_a-zA-Z0-9]*/y
const quotedIdentifier = /`([a-zA-Z0-9_.\-/ ]+)`/y
const double = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y
const integer = /(0[xX][0-9a-fA-F]+|\d+)([uU]?)/y
const text =
  /([bB]?[rR]?|[rR][bB])(?:"""((?:(?!""")[^\\]|\\[\s\S])*)"""|'''((?:(?!''')[^\\]|\\[\s\S])*)'''|"((?:[^"\\\n\r]|\\.)*)"|'((?:[^'\\\n\r]|\\.)*)')/y
const rawText = /([bB]?[rR]|[rR][bB])(?:"""([\s\S]*?)"""|'''([\s\S]*?)'''|"([^"\n\r]*)"|'([^'\n\r]*)')/y
const operator = /\|\||&&|[=!<>]=|[-+*/%!<>?:.,()[\]{}]/y

/** Splits an expression. Throws an {@link ExpressionError}. */
export function tokenize(source: string): Token[] {
  if (source.length > maxLength) throw new ExpressionError('expression is too long', 0)
  const tokens: Token[] = []
  let offset = skip(source, 0)
  while (offset < source.length) {
    const [token, end] = next(source, offset)
    tokens.push(token)
    offset = skip(source, end)
  }
  return [...tokens, { kind: 'end', text: '', offset }]
}

const skip = (source: string, offset: number): number => offset + (at(space, source, offset)?.[0].length ?? 0)

function at(pattern: RegExp, source: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset
  return pattern.exec(source)
}

function next(source: string, offset: number): [token: Token, end: number] {
  const literal = textLiteral(source, offset) ?? number(source, offset)
  if (literal) return [{ kind: 'literal', text: '', offset, value: literal.value }, literal.end]
  const name = at(identifier, source, offset)
  if (name) return [{ kind: 'identifier', text: name[0], offset }, offset + name[0].length]
  const quoted = at(quotedIdentifier, source, offset)
  if (quoted) return [{ kind: 'identifier', text: quoted[1] ?? '', quoted: true, offset }, offset + quoted[0].length]
  const sign = at(operator, source, offset)
  if (!sign) throw new ExpressionError(`Syntax error: token recognition error at: '${source.charAt(offset)}'`, offset)
  return [{ kind: 'operator', text: sign[0], offset }, offset + sign[0].length]
}

interface Literal {
  readonly value: NonNullable<Token['value']>
  readonly end: number
}

function textLiteral(source: string, offset: number): Literal | undefined {
  const raw = at(rawText, source, offset)
  const match = raw ?? at(text, source, offset)
  if (!match) return undefined
  const prefix = match[1] ?? ''
  const content = match[2] ?? match[3] ?? match[4] ?? match[5] ?? ''
  const bytes = /b/i.test(prefix)
  const end = offset + match[0].length
  if (raw) return { value: bytes ? new TextEncoder().encode(content) : content, end }
  return { value: bytes ? unescapeBytes(content, offset) : unescapeText(content, offset), end }
}

function number(source: string, offset: number): Literal | undefined {
  const fraction = at(double, source, offset)
  if (fraction) return { value: Number(fraction[0]), end: offset + fraction[0].length }
  const whole = at(integer, source, offset)
  if (!whole) return undefined
  const [all, digits = '', suffix] = whole
  const value = BigInt(digits)
  // A minus before it may make the largest one fit: the parser looks.
  if (value > (suffix === '' ? 2n ** 63n : 2n ** 64n - 1n))
    throw new ExpressionError(`invalid ${suffix === '' ? 'int' : 'uint'} literal`, offset)
  return { value: suffix === '' ? value : new Uint(value), end: offset + all.length }
}
