import { aggregate, field, type FieldError } from './field-error.ts'
import { isQualifiedName, isValidLabelValue } from './names.ts'
import { StatusError } from './status.ts'

export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!'

/** One term of a label selector. Source: apimachinery labels/selector.go Requirement. */
export class LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  /** Sorted, each once. */
  readonly values: readonly string[]
  /** The bound of `>` and `<`. */
  readonly #bound: bigint

  /** Throws 400 with Go's text, after `prefix`, for keys, values and numbers of values that the operator does not take. */
  constructor(key: string, operator: LabelOperator, values: readonly string[], prefix = '') {
    const errors = problems(key, operator, values)
    if (errors.length) throw StatusError.badRequest(prefix + aggregate(errors))
    this.key = key
    this.operator = operator
    this.values = [...new Set(values)].sort()
    this.#bound = parseInt64(values[0] ?? '') ?? 0n
  }

  matches(labels: Readonly<Record<string, string>>): boolean {
    const value = Object.hasOwn(labels, this.key) ? labels[this.key] : undefined
    switch (this.operator) {
      case '=':
      case '==':
      case 'in':
        return value !== undefined && this.values.includes(value)
      case '!=':
      case 'notin':
        return value === undefined || !this.values.includes(value)
      case 'exists':
        return value !== undefined
      case '!':
        return value === undefined
      default: {
        const number = value === undefined ? undefined : parseInt64(value)
        return number !== undefined && (this.operator === 'gt' ? number > this.#bound : number < this.#bound)
      }
    }
  }

  toString(): string {
    const { key, operator } = this
    const values = this.values.join(',')
    switch (operator) {
      case 'exists':
        return key
      case '!':
        return `!${key}`
      case 'in':
      case 'notin':
        return `${key} ${operator} (${values})`
      case 'gt':
        return `${key}>${values}`
      case 'lt':
        return `${key}<${values}`
      default:
        return `${key}${operator}${values}`
    }
  }
}

/** The complaints about a key; the path stays empty in what a text says. */
export function labelKeyErrors(key: string, path = ''): FieldError[] {
  const errors = isQualifiedName(key)
  return errors.length ? [field.invalid(path, key, errors.join('; '))] : []
}

function problems(key: string, operator: LabelOperator, values: readonly string[]): FieldError[] {
  const errors = labelKeyErrors(key, 'key')
  const count = values.length
  switch (operator) {
    case 'in':
    case 'notin':
      if (count === 0)
        errors.push(field.invalid('values', values, "for 'in', 'notin' operators, values set can't be empty"))
      break
    case '=':
    case '==':
    case '!=':
      if (count !== 1)
        errors.push(field.invalid('values', values, 'exact-match compatibility requires one single value'))
      break
    case 'exists':
    case '!':
      if (count !== 0)
        errors.push(field.invalid('values', values, 'values set must be empty for exists and does not exist'))
      break
    default:
      if (count !== 1)
        errors.push(field.invalid('values', values, "for 'Gt', 'Lt' operators, exactly one value is required"))
      for (const [i, value] of values.entries())
        if (parseInt64(value) === undefined)
          errors.push(
            field.invalid(`values[${String(i)}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"),
          )
  }
  for (const [i, value] of values.entries()) {
    const bad = isValidLabelValue(value)
    if (bad.length) errors.push(field.invalid(`values[${String(i)}][${key}]`, value, bad.join('; ')))
  }
  return errors
}

function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const value = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(64, value) === value ? value : undefined
}
