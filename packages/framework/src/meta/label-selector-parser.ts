import { aggregate } from './field-error.ts'
import { labelKeyErrors, LabelRequirement, type LabelOperator } from './label-requirement.ts'
import { StatusError } from './status.ts'

/** `word` is anything that is no symbol; `in` and `notin` are words wherever no operator may stand. */
type Kind = 'word' | 'symbol' | 'end'
interface Token {
  readonly kind: Kind
  readonly text: string
}

const unparsable = 'unable to parse requirement: '
const end: Token = { kind: 'end', text: '' }
const operators: ReadonlyMap<string, LabelOperator> = new Map<string, LabelOperator>([
  ['in', 'in'],
  ['notin', 'notin'],
  ['=', '='],
  ['==', '=='],
  ['!=', '!='],
  ['>', 'gt'],
  ['<', 'lt'],
])

/** The terms of a label selector's text, in its order. Throws 400 with Go's words. Source: labels/selector.go Parser. */
export class LabelSelectorParser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.#tokens = tokenize(text)
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = []
    while (this.#peek().kind !== 'end') {
      if (!this.#startsRequirement())
        throw StatusError.badRequest(`found '${this.#peek().text}', expected: !, identifier, or 'end of string'`)
      requirements.push(this.#requirement())
      const { kind, text } = this.#take()
      if (kind === 'end') break
      if (text !== ',' || kind !== 'symbol')
        throw StatusError.badRequest(`found '${text}', expected: ',' or 'end of string'`)
      if (!this.#startsRequirement())
        throw StatusError.badRequest(`found '${this.#peek().text}', expected: identifier after ','`)
    }
    return requirements
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? end
  }

  #take(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }

  #nextIs(symbol: string): boolean {
    const { kind, text } = this.#peek()
    return kind === 'symbol' && text === symbol
  }

  #startsRequirement(): boolean {
    return this.#peek().kind === 'word' || this.#nextIs('!')
  }

  #requirement(): LabelRequirement {
    const absent = this.#nextIs('!')
    if (absent) this.#at++
    const { kind, text: key } = this.#take()
    if (kind !== 'word') return unexpected(key, ', expected: identifier')
    const errors = labelKeyErrors(key)
    if (errors.length) throw StatusError.badRequest(unparsable + aggregate(errors))
    if (absent) return new LabelRequirement(key, '!', [], unparsable)
    if (this.#peek().kind === 'end' || this.#nextIs(',')) return new LabelRequirement(key, 'exists', [], unparsable)
    const token = this.#take()
    const operator = operators.get(token.text)
    if (operator === undefined) return unexpected(token.text, ', expected: in, notin, =, ==, !=, gt, lt')
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#exactValue()]
    return new LabelRequirement(key, operator, values, unparsable)
  }

  #exactValue(): string {
    if (this.#peek().kind === 'end' || this.#nextIs(',')) return ''
    const { kind, text } = this.#take()
    return kind === 'word' ? text : unexpected(text, ', expected: identifier')
  }

  #values(): string[] {
    const open = this.#take()
    if (open.kind !== 'symbol' || open.text !== '(') return unexpected(open.text, " expected: '('")
    if (this.#nextIs(')')) {
      this.#at++
      return ['']
    }
    if (this.#peek().kind !== 'word' && !this.#nextIs(','))
      return unexpected(this.#peek().text, ", expected: ',', ')' or identifier")
    const values = this.#list()
    this.#at++
    // Sorted first: complaints count by this order.
    return [...new Set(values)].sort()
  }

  /** Up to the closing parenthesis. Where a comma has no word before or after it stands an empty value. */
  #list(): string[] {
    const values: string[] = []
    for (;;) {
      const { kind, text } = this.#take()
      if (kind === 'word') {
        values.push(text)
        if (this.#nextIs(')')) return values
        if (!this.#nextIs(',')) return unexpected(this.#peek().text, ", expected: ',' or ')'")
      } else if (kind === 'symbol' && text === ',') {
        if (values.length === 0) values.push('')
        if (this.#nextIs(')')) return [...values, '']
        if (this.#nextIs(',')) {
          this.#at++
          values.push('')
        }
      } else return unexpected(text, ", expected: ',', or identifier")
    }
  }
}

const unexpected = (found: string, expected: string): never => {
  throw StatusError.badRequest(`${unparsable}found '${found}'${expected}`)
}

/** A zero byte ends a word silently, and the text where a token would begin, as in Go's lexer. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  for (const [found, symbol, word] of text.matchAll(/([=!]=|[=!(),<>])|([^=!(),<> \t\r\n\0]+)\0?|\0/g)) {
    if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word })
    else if (found === '\0') break
  }
  return tokens
}
