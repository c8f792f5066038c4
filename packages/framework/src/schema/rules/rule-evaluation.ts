import { FieldError, type FieldErrorType, field } from '../../meta/field-error.ts'
import type { JsonValue } from '../../util/json.ts'
import { CostLimitError, EvaluationError } from '../cel/cel-error.ts'
import { CostMeter } from '../cel/cost.ts'
import type { Program } from '../cel/program.ts'
import { Optional, type Value } from '../cel/value.ts'
import type { CompiledRule } from './compiled-rule.ts'

/** What one expression may cost. Source: apiserver pkg/apis/cel/config.go PerCallLimit. */
const callLimit = 1_000_000
/** What all rules of one object may cost. Source: pkg/apis/cel/config.go RuntimeCELCostBudget. */
const objectBudget = 10_000_000
/** The longest message that an expression may make, in bytes. */
const maxMessageBytes = 5120

/** The rules of one object, as they are evaluated one after the other. */
export class RuleEvaluation {
  readonly errors: FieldError[] = []
  readonly warnings: string[] = []
  /** Nothing more is evaluated. */
  exhausted = false
  #budget = objectBudget

  /** Evaluates the rules of one value. */
  evaluate(rules: readonly CompiledRule[], subject: Subject): void {
    if (this.#budget <= 0) this.#exhaust(subject, outOfBudget)
    for (const rule of rules) {
      if (this.exhausted) return
      if (rule.usesOldSelf && !rule.optionalOldSelf && !subject.hasOld) continue
      this.#one(rule, subject)
    }
  }

  #exhaust({ path, typeName }: Subject, detail: string): void {
    this.errors.push(field.invalid(path, typeName, detail))
    this.exhausted = true
  }

  #one(rule: CompiledRule, subject: Subject): void {
    let result: Value
    try {
      const meter = new CostMeter(callLimit)
      try {
        result = rule.program.evaluate(variables(rule, subject), meter)
      } finally {
        if (!this.#pay(meter)) this.#exhaust(subject, outOfBudget)
      }
    } catch (error) {
      if (!this.exhausted) this.#failed(error, rule, subject)
      return
    }
    if (this.exhausted || result === true) return
    const { path, value, ratchets } = subject
    const at = rule.fieldPath === '' ? path : path === '' ? rule.fieldPath : `${path}.${rule.fieldPath}`
    const detail = this.#message(rule, subject, at)
    if (detail === undefined) return
    const error = violation(rule.reason, at, value, detail)
    if (!rule.usesOldSelf && ratchets()) this.warnings.push(String(error))
    else this.errors.push(error)
  }

  /** False: it cost more than was left. */
  #pay({ spent }: CostMeter): boolean {
    if (spent > this.#budget) return false
    this.#budget -= spent
    return true
  }

  #failed(error: unknown, { shown }: CompiledRule, subject: Subject): void {
    const { path, typeName } = subject
    if (error instanceof CostLimitError) {
      const detail = `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${shown}`
      this.#exhaust(subject, detail)
      return
    }
    if (!(error instanceof EvaluationError)) throw error
    const text = error.message.startsWith('no such overload')
      ? `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${shown}`
      : `${error.message} evaluating rule: ${shown}`
    this.errors.push(field.invalid(path, typeName, text))
  }

  /** Undefined: making it cost too much, and that is said instead. */
  #message(rule: CompiledRule, subject: Subject, at: string): string | undefined {
    if (!rule.message) return rule.defaultMessage
    const meter = new CostMeter(callLimit)
    const made = attempt(rule.message, rule, subject, meter)
    if (!this.#pay(meter)) {
      this.#exhaust(
        { ...subject, path: at },
        `messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run`,
      )
      return undefined
    }
    if (made instanceof CostLimitError) {
      this.#exhaust(
        { ...subject, path: at },
        `no further validation rules will be run due to call cost exceeds limit for messageExpression`,
      )
      return undefined
    }
    const text = typeof made === 'string' ? made.trim() : ''
    return text === '' || text.includes('\n') || Buffer.byteLength(text) > maxMessageBytes ? rule.defaultMessage : text
  }
}

/** The value that rules are about. */
export interface Subject {
  readonly path: string
  /** The type of its schema; empty for one that may be of several. */
  readonly typeName: string
  /** What messages show; undefined for objects and lists. */
  readonly value: JsonValue | undefined
  readonly self: () => Value
  readonly hasOld: boolean
  readonly oldSelf: () => Value | undefined
  /** Whether a complaint is a repeated one, about a value that did not change. */
  readonly ratchets: () => boolean
}

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run'

function variables(rule: CompiledRule, subject: Subject): readonly (Value | undefined)[] {
  const { oldSelf } = subject
  const self = subject.self()
  if (rule.optionalOldSelf) return [self, new Optional(oldSelf())]
  return [self, rule.usesOldSelf || rule.message?.uses.has('oldSelf') === true ? oldSelf() : undefined]
}

function attempt(
  message: Program,
  rule: CompiledRule,
  subject: Subject,
  meter: CostMeter,
): Value | CostLimitError | undefined {
  try {
    return message.evaluate(variables(rule, subject), meter)
  } catch (error) {
    if (error instanceof CostLimitError) return error
    if (error instanceof EvaluationError) return undefined
    throw error
  }
}

function violation(reason: string, path: string, value: JsonValue | undefined, detail: string): FieldError {
  switch (reason as FieldErrorType) {
    case 'FieldValueForbidden':
      return field.forbidden(path, detail)
    case 'FieldValueRequired':
      return field.required(path, detail)
    case 'FieldValueDuplicate':
      return value === undefined
        ? new FieldError('FieldValueDuplicate', path, 'Duplicate value')
        : field.duplicate(path, value)
    default:
      return value === undefined ? field.invalidOmitted(path, detail) : field.invalid(path, value, detail)
  }
}
