import { ExpressionError } from './cel-error.ts'
import { qualifiedName, type Expression, type ListLiteral, type MapLiteral, type StructLiteral } from './expression.ts'
import { tokenize, type Token } from './lexer.ts'
import { expandMacro } from './macros.ts'

/** Deepest nesting that is read. */
const maxDepth = 250

const reserved = new Set(
  'as break const continue else for function if import let loop package namespace return var void while in true false null'.split(
    ' ',
  ),
)

/** Binary operators by precedence, loosest first, under their names as functions. */
const binary: readonly ReadonlyMap<string, string>[] = [
  new Map(['<', '<=', '>', '>=', '==', '!='].map((sign): [string, string] => [sign, `_${sign}_`])).set('in', '@in'),
  new Map(['+', '-'].map((sign) => [sign, `_${sign}_`])),
  new Map(['*', '/', '%'].map((sign) => [sign, `_${sign}_`])),
]

/** Reads an expression. Macros come out expanded. Throws an {@link ExpressionError} that names the place. */
export function parse(source: string): Expression {
  return new Parser(tokenize(source)).whole()
}

class Parser {
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  whole(): Expression {
    const expression = this.#expression()
    if (this.#peek().kind !== 'end') throw this.#unexpected()
    return expression
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', offset: 0 }
  }

  #take(): Token {
    const token = this.#peek()
    this.#next++
    return token
  }

  #is(sign: string): boolean {
    const { kind, text } = this.#peek()
    return kind === 'operator' && text === sign
  }

  #accept(sign: string): boolean {
    const found = this.#is(sign)
    if (found) this.#next++
    return found
  }

  #expect(sign: string): void {
    if (!this.#accept(sign)) throw this.#unexpected(sign)
  }

  #unexpected(expected = ''): ExpressionError {
    const { kind, text, offset } = this.#peek()
    const found = kind === 'end' ? '<EOF>' : kind === 'literal' ? 'literal' : text
    const wanted = expected === '' ? '' : `, expecting '${expected}'`
    return new ExpressionError(`Syntax error: unexpected '${found}'${wanted}`, offset)
  }

  #expression(): Expression {
    if (++this.#depth > maxDepth)
      throw new ExpressionError(`expression recursion limit exceeded: ${String(maxDepth)}`, this.#peek().offset)
    const { offset } = this.#peek()
    const condition = this.#logical('||')
    let expression = condition
    if (this.#accept('?')) {
      const whenTrue = this.#logical('||')
      this.#expect(':')
      expression = { kind: 'conditional', offset, condition, whenTrue, whenFalse: this.#expression() }
    }
    this.#depth--
    return expression
  }

  #logical(operator: '||' | '&&'): Expression {
    const { offset } = this.#peek()
    const term = (): Expression => (operator === '||' ? this.#logical('&&') : this.#binary(0))
    const first = term()
    if (!this.#is(operator)) return first
    const terms = [first]
    while (this.#accept(operator)) terms.push(term())
    return { kind: 'logical', offset, operator, terms }
  }

  #binary(level: number): Expression {
    const operators = binary[level]
    if (!operators) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      const { text, kind, offset } = this.#peek()
      const name = kind === 'operator' || text === 'in' ? operators.get(text) : undefined
      if (name === undefined) return left
      this.#next++
      left = { kind: 'call', offset, name, target: undefined, args: [left, this.#binary(level + 1)] }
    }
  }

  #unary(): Expression {
    const { offset } = this.#peek()
    const sign = this.#is('!') ? '!' : '-'
    let times = 0
    while (this.#accept(sign)) times++
    if (times === 0) return this.#member()
    if (sign === '-') {
      const { value } = this.#peek()
      if (typeof value === 'bigint' || typeof value === 'number') {
        this.#next++
        const negative = this.#suffixes(literal(-value, offset))
        return times % 2 === 1 ? negative : call('-_', offset, negative)
      }
    }
    const operand = this.#member()
    return times % 2 === 0 ? operand : call(`${sign}_`, offset, operand)
  }

  #member(): Expression {
    return this.#suffixes(this.#primary())
  }

  #suffixes(primary: Expression): Expression {
    let expression = primary
    for (;;) {
      const { offset } = this.#peek()
      if (this.#accept('.')) expression = this.#selection(expression, offset)
      else if (this.#accept('[')) {
        const name = this.#accept('?') ? '_[?_]' : '_[_]'
        expression = call(name, offset, expression, this.#expression())
        this.#expect(']')
      } else {
        const name = this.#is('{') ? qualifiedName(expression) : undefined
        if (name === undefined) return expression
        this.#next++
        expression = this.#struct(name, expression.offset)
      }
    }
  }

  #selection(operand: Expression, offset: number): Expression {
    const optional = this.#accept('?')
    const field = this.#take()
    if (field.kind !== 'identifier' || (field.quoted !== true && isKeyword(field.text))) {
      this.#next--
      throw this.#unexpected()
    }
    if (optional || !this.#accept('('))
      return { kind: 'select', offset, operand, field: field.text, form: optional ? 'optional' : 'value' }
    return expandMacro({ kind: 'call', offset, name: field.text, target: operand, args: this.#arguments(')') })
  }

  #arguments(end: string): Expression[] {
    const args: Expression[] = []
    while (!this.#accept(end)) {
      args.push(this.#expression())
      if (!this.#accept(',')) {
        this.#expect(end)
        break
      }
      // Calls end without a comma.
      if (this.#is(end)) throw this.#unexpected()
    }
    return args
  }

  #primary(): Expression {
    const token = this.#take()
    const { offset } = token
    if (token.kind === 'literal' && token.value !== undefined) return this.#constant(token.value, offset)
    if (token.kind === 'identifier' && token.quoted !== true) return this.#name(token.text, offset)
    if (token.kind === 'operator')
      switch (token.text) {
        case '.': {
          const name = this.#take()
          if (name.kind === 'identifier' && name.quoted !== true) return this.#name(`.${name.text}`, offset)
          break
        }
        case '(': {
          const inner = this.#expression()
          this.#expect(')')
          return inner
        }
        case '[':
          return this.#list(offset)
        case '{':
          return this.#map(offset)
      }
    this.#next--
    throw this.#unexpected()
  }

  #constant(value: NonNullable<Token['value']>, offset: number): Expression {
    if (typeof value === 'bigint' && value === 2n ** 63n) throw new ExpressionError('invalid int literal', offset)
    return literal(value, offset)
  }

  #name(name: string, offset: number): Expression {
    if (name === 'true' || name === 'false') return literal(name === 'true', offset)
    if (name === 'null') return literal(null, offset)
    if (reserved.has(name.replace(/^\./, ''))) throw new ExpressionError(`reserved identifier: ${name}`, offset)
    if (!this.#accept('(')) return { kind: 'identifier', offset, name }
    return expandMacro({ kind: 'call', offset, name, target: undefined, args: this.#arguments(')') })
  }

  #list(offset: number): ListLiteral {
    const elements: { value: Expression; optional: boolean }[] = []
    while (!this.#accept(']')) {
      const optional = this.#accept('?')
      elements.push({ value: this.#expression(), optional })
      if (!this.#accept(',') && !this.#is(']')) throw this.#unexpected(']')
    }
    return { kind: 'list', offset, elements }
  }

  #struct(name: string, offset: number): StructLiteral {
    const fields: { name: string; value: Expression; optional: boolean }[] = []
    while (!this.#accept('}')) {
      const optional = this.#accept('?')
      const field = this.#take()
      if (field.kind !== 'identifier') {
        this.#next--
        throw this.#unexpected()
      }
      this.#expect(':')
      fields.push({ name: field.text, value: this.#expression(), optional })
      if (!this.#accept(',') && !this.#is('}')) throw this.#unexpected('}')
    }
    return { kind: 'struct', offset, name, fields }
  }

  #map(offset: number): MapLiteral {
    const entries: { key: Expression; value: Expression; optional: boolean }[] = []
    while (!this.#accept('}')) {
      const optional = this.#accept('?')
      const key = this.#expression()
      this.#expect(':')
      entries.push({ key, value: this.#expression(), optional })
      if (!this.#accept(',') && !this.#is('}')) throw this.#unexpected('}')
    }
    return { kind: 'map', offset, entries }
  }
}

const isKeyword = (text: string): boolean => text === 'in' || text === 'true' || text === 'false' || text === 'null'

const literal = (value: NonNullable<Token['value']> | boolean | null, offset: number): Expression => ({
  kind: 'literal',
  offset,
  value,
})

const call = (name: string, offset: number, ...args: Expression[]): Expression => ({
  kind: 'call',
  offset,
  name,
  target: undefined,
  args,
})
