import { StatusError } from './status.ts'

export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** `a=b,c!=d` over the fields of an object. Source: apimachinery fields/selector.go. */
export class FieldSelector {
  static readonly everything = new FieldSelector([])
  readonly requirements: readonly FieldRequirement[]

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements
  }

  /** Throws 400 with Go's text. */
  static parse(text: string): FieldSelector {
    return new FieldSelector(
      // Go sorts them first: of several wrong terms it names the least.
      splitTerms(text)
        .sort()
        .filter((term) => term !== '')
        .map((term) => parseTerm(text, term)),
    )
  }

  get empty(): boolean {
    return this.requirements.length === 0
  }

  matches(fields: Readonly<Record<string, string>>): boolean {
    return this.requirements.every(
      ({ field, operator, value }) => ((fields[field] ?? '') === value) === (operator === '='),
    )
  }

  /** The one value that a field must have, if the selector says so. */
  requiresExactMatch(field: string): string | undefined {
    return this.requirements.find((r) => r.field === field && r.operator === '=')?.value
  }

  toString(): string {
    return this.requirements.map((r) => `${r.field}${r.operator}${r.value.replace(/[\\,=]/g, '\\$&')}`).join(',')
  }
}

/** At commas that no backslash protects. */
function splitTerms(text: string): string[] {
  const terms: string[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === ',') {
      terms.push(text.slice(start, i))
      start = i + 1
    }
  }
  terms.push(text.slice(start))
  return terms
}

function parseTerm(text: string, term: string): FieldRequirement {
  for (let i = 0; i < term.length; i++)
    for (const operator of ['!=', '==', '='] as const)
      if (term.startsWith(operator, i))
        return {
          field: term.slice(0, i),
          operator: operator === '!=' ? '!=' : '=',
          value: unescape(term.slice(i + operator.length)),
        }
  throw StatusError.badRequest(`invalid selector: '${text}'; can't understand '${term}'`)
}

function unescape(value: string): string {
  let out = ''
  for (let i = 0; i < value.length; i++) {
    const c = value.charAt(i)
    if (c === '\\') {
      const next = value.charAt(++i)
      if (next === '' || !'\\,='.includes(next))
        throw StatusError.badRequest(`invalid field selector: invalid escape sequence: \\${next}`)
      out += next
    } else if (c === ',' || c === '=') {
      throw StatusError.badRequest(`invalid field selector: unescaped character in value: ${String(c.charCodeAt(0))}`)
    } else out += c
  }
  return out
}
