type JsonSchema = Readonly<Record<string, unknown>>

const formats: ReadonlyMap<string, string> = new Map([
  ['date-time', '2020-01-02T03:04:05Z'],
  ['date', '2020-01-02'],
  ['duration', '1s'],
  ['uuid', '11111111-2222-4333-8444-555555555555'],
  ['email', 'someone@example.com'],
  ['hostname', 'example.com'],
  ['ip', '192.0.2.1'],
  ['ipv4', '192.0.2.1'],
  ['ipv6', '2001:db8::1'],
  ['cidr', '192.0.2.0/24'],
  ['uri', 'https://example.com/'],
  ['byte', 'dGV4dA=='],
])

/** A text that a schema of type string takes: of its format, of its pattern where that is of the usual sort, and of its length. */
export function sampleText({ format, pattern, minLength, maxLength }: JsonSchema): string {
  const ofFormat = typeof format === 'string' ? formats.get(format) : undefined
  if (ofFormat !== undefined) return ofFormat
  const least = typeof minLength === 'number' ? minLength : 0
  if (typeof pattern === 'string') {
    const matches = ['text'.padEnd(least, 't'), ...textsOf(pattern, least)].find((text) => fits(pattern, least, text))
    if (matches !== undefined) return matches
  }
  const text = 'text'.padEnd(least, 't')
  return typeof maxLength === 'number' ? text.slice(0, Math.max(maxLength, least)) : text
}

function fits(pattern: string, least: number, text: string): boolean {
  try {
    return text.length >= least && new RegExp(pattern).test(text)
  } catch {
    return false
  }
}

/** What a pattern describes, with what repeats at its fewest, and often enough for the length. */
function textsOf(pattern: string, least: number): string[] {
  return [0, 1, least].flatMap((times) => {
    const text = new PatternReader(pattern, times).read()
    return text === undefined ? [] : [text]
  })
}

/** Of a sample, in characters. */
const longest = 10_000

const shorthands: ReadonlyMap<string, string> = new Map([
  ['d', '0'],
  ['w', 'a'],
  ['s', ' '],
  ['D', 'a'],
  ['W', '-'],
  ['S', 'a'],
  ['b', ''],
  ['A', ''],
  ['z', ''],
  ['n', '\n'],
  ['t', '\t'],
])

/** Reads a regular expression and writes what it describes: the first of alternatives, of classes one character. */
class PatternReader {
  readonly #pattern: string
  readonly #atLeast: number
  #at = 0

  constructor(pattern: string, atLeast: number) {
    this.#pattern = pattern
    this.#atLeast = atLeast
  }

  /** Undefined where the pattern has more than is known here. */
  read(): string | undefined {
    const text = this.#alternatives()
    return this.#at === this.#pattern.length ? text : undefined
  }

  #alternatives(): string | undefined {
    const first = this.#sequence()
    while (first !== undefined && this.#takes('|')) if (this.#sequence() === undefined) return undefined
    return first
  }

  #sequence(): string | undefined {
    let text = ''
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#next())) {
      const one = this.#atom()
      if (one === undefined) return undefined
      const times = this.#times()
      if (text.length + one.length * times > longest) return undefined
      text += one.repeat(times)
    }
    return text
  }

  #atom(): string | undefined {
    if (this.#takes('^') || this.#takes('$')) return ''
    if (this.#takes('.')) return 'a'
    if (this.#takes('[')) return this.#class()
    if (this.#takes('\\')) return this.#escaped()
    if (!this.#takes('(')) return this.#take()
    if (this.#takes('?') && !this.#takes(':')) return undefined
    const text = this.#alternatives()
    return this.#takes(')') ? text : undefined
  }

  #class(): string | undefined {
    const negated = this.#takes('^')
    const begin = this.#at
    while (this.#at < this.#pattern.length && this.#next() !== ']') this.#at += this.#next() === '\\' ? 2 : 1
    const inside = this.#pattern.slice(begin, this.#at)
    if (!this.#takes(']')) return undefined
    if (negated) return ['a', '0', '-', ' '].find((c) => fits(`[^${inside}]`, 1, c))
    return ['a', '0'].find((c) => fits(`[${inside}]`, 1, c)) ?? (inside.startsWith('\\') ? inside[1] : inside[0])
  }

  #escaped(): string | undefined {
    const letter = this.#take()
    return shorthands.get(letter) ?? (/[a-zA-Z0-9]/.test(letter) ? undefined : letter)
  }

  #times(): number {
    const [, low, high] = /^\{(\d+)(?:,(\d*))?\}\??/.exec(this.#pattern.slice(this.#at)) ?? []
    if (low !== undefined) {
      this.#at = this.#pattern.indexOf('}', this.#at) + 1
      this.#takes('?')
      const most = high === undefined ? Number(low) : high === '' ? Infinity : Number(high)
      return Math.min(Math.max(Number(low), this.#atLeast), most)
    }
    const sign = ['*', '+', '?'].find((one) => this.#takes(one))
    if (sign === undefined) return 1
    this.#takes('?')
    return sign === '?' ? Math.min(this.#atLeast, 1) : Math.max(sign === '+' ? 1 : 0, this.#atLeast)
  }

  #next(): string {
    return this.#pattern.charAt(this.#at)
  }
  #take(): string {
    return this.#pattern.charAt(this.#at++)
  }
  #takes(sign: string): boolean {
    const found = this.#next() === sign
    if (found) this.#at++
    return found
  }
}
