import type { JsonValue } from '../util/json.ts'
import type { Operand, Step } from './json-path.ts'

const filterPattern = /^\?\((.*)\)$/s
const comparison = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/s
const slicePattern = /^(-?\d*):(-?\d*)(?::(-?\d*))?$/

/** Reads the text of a JSONPath, from left to right. */
export class JsonPathReader {
  readonly #source: string
  #text: string

  constructor(source: string) {
    this.#source = source
    this.#text = source.replace(/^\{(.*)\}$/s, '$1').trim()
  }

  read(): Step[] {
    const steps: Step[] = []
    this.#text = this.#text.replace(/^[$@]/, '')
    if (this.#text === '.') return []
    while (this.#text !== '') {
      if (this.#text.startsWith('..')) {
        steps.push({ step: 'descend' })
        // `..[0]` goes on with brackets, `..name` with a member.
        this.#text = this.#text.slice(this.#text[2] === '[' ? 2 : 1)
      } else if (this.#text.startsWith('[')) steps.push(this.#bracket())
      else if (this.#text.startsWith('.')) {
        this.#text = this.#text.slice(1)
        if (!this.#text.startsWith('[')) steps.push(this.#member())
      } else this.#fail()
    }
    return steps
  }

  #fail(): never {
    throw new TypeError(`${JSON.stringify(this.#source)} is not a JSONPath`)
  }

  /** A name up to the next dot or bracket; a backslash takes the next character as it is. */
  #member(): Step {
    const [raw] = /^(?:\\.|[^.[\]\\\s{}])+/s.exec(this.#text) ?? this.#fail()
    this.#text = this.#text.slice(raw.length)
    return raw === '*' ? { step: 'wildcard' } : { step: 'fields', names: [raw.replace(/\\(.)/gs, '$1')] }
  }

  #bracket(): Step {
    const end = closing(this.#text)
    if (end < 0) this.#fail()
    const inside = this.#text.slice(1, end).trim()
    this.#text = this.#text.slice(end + 1)
    if (inside === '*') return { step: 'wildcard' }
    const [, condition] = filterPattern.exec(inside) ?? []
    if (condition !== undefined) return this.#filter(condition.trim())
    const slice = slicePattern.exec(inside)
    if (slice) return this.#slice(slice)
    return this.#union(inside)
  }

  #slice([, start = '', end = '', stride = '']: RegExpExecArray): Step {
    const by = stride === '' ? 1 : Number(stride)
    if (!(by > 0)) this.#fail()
    return { step: 'slice', start: Number(start), end: end === '' ? undefined : Number(end), stride: by }
  }

  #union(inside: string): Step {
    const parts = inside.match(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^,\s]+/gs) ?? this.#fail()
    if (parts.every((part) => /^-?\d+$/.test(part))) return { step: 'indices', indices: parts.map(Number) }
    if (!parts.every((part) => /^['"]/.test(part) && part.length > 1)) this.#fail()
    return { step: 'fields', names: parts.map(unquote) }
  }

  #filter(condition: string): Step {
    const [, left, operator = '', right] = comparison.exec(condition) ?? []
    if (left === undefined || right === undefined)
      return { step: 'filter', left: this.#operand(condition), operator: 'exists', right: undefined }
    return { step: 'filter', left: this.#operand(left.trim()), operator, right: this.#operand(right.trim()) }
  }

  #operand(text: string): Operand {
    if (/^[@$]/.test(text)) return { path: new JsonPathReader(text).read() }
    if (/^(?:'.*'|".*")$/s.test(text)) return { value: unquote(text) }
    const values: Readonly<Record<string, JsonValue>> = { true: true, false: false }
    const value = Object.hasOwn(values, text) ? values[text] : undefined
    if (value !== undefined) return { value }
    if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return { value: Number(text) }
    return this.#fail()
  }
}

const unquote = (text: string): string => text.slice(1, -1).replace(/\\(.)/gs, '$1')

/** The bracket that closes the first one; those inside quotes do not count. */
function closing(text: string): number {
  let depth = 0
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    if (quote !== '') {
      if (c === '\\') i++
      else if (c === quote) quote = ''
    } else if (c === "'" || c === '"') quote = c
    else if (c === '[') depth++
    else if (c === ']' && --depth === 0) return i
  }
  return -1
}
