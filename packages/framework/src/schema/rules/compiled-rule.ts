import { types, optionalOf, type CelType } from '../cel/cel-type.ts'
import { ExpressionError } from '../cel/cel-error.ts'
import { kubernetesEnvironment, type Environment } from '../cel/environment.ts'
import { compile, type Program } from '../cel/program.ts'
import type { StructuralSchema, ValidationRule } from '../structural-schema.ts'
import { ruleFieldPath } from './rule-field-path.ts'

/** One rule of a schema, ready to be evaluated. */
export interface CompiledRule {
  readonly program: Program
  readonly message: Program | undefined
  /** What stands for a message that there is none of, or that cannot be made. */
  readonly defaultMessage: string
  /** How errors of evaluation name the rule. */
  readonly shown: string
  readonly reason: string
  /** As messages write it; empty: the value itself. */
  readonly fieldPath: string
  readonly usesOldSelf: boolean
  readonly optionalOldSelf: boolean
}

const reasons = new Set(['FieldValueInvalid', 'FieldValueForbidden', 'FieldValueRequired', 'FieldValueDuplicate'])

/** Where a rule stands. */
export interface RulePlace {
  readonly schema: StructuralSchema
  /** Of `self`; undefined when rules cannot see the value. */
  readonly type: CelType | undefined
  /** Whether the old value can be told, so that rules may name `oldSelf`. */
  readonly correlatable: boolean
  readonly path: string
}

/** Compiles a rule; undefined for an empty one. Throws a TypeError that names the place of what is wrong. */
export function compileRule(rule: ValidationRule, index: number, place: RulePlace): CompiledRule | undefined {
  const at = `${place.path}.x-kubernetes-validations[${String(index)}]`
  const { type } = place
  if (!type) throw new TypeError(`${at}: rules cannot look at a value whose type is not declared`)
  const message = rule.message?.trim() ?? ''
  if (message.includes('\n')) throw new TypeError(`${at}.message: it must not contain line breaks`)
  if (rule.reason !== undefined && !reasons.has(rule.reason))
    throw new TypeError(`${at}.reason: ${rule.reason} is none of ${[...reasons].join(', ')}`)
  const source = rule.rule.trim()
  if (source === '') return undefined
  const environment = ruleEnvironment(type, rule.optionalOldSelf === true)
  const program = typed(source, environment, types.bool, `${at}.rule`)
  const usesOldSelf = program.uses.has('oldSelf')
  if (!place.correlatable && usesOldSelf)
    throw new TypeError(`${at}.rule: oldSelf cannot be used on the uncorrelatable portion of the schema`)
  if (!usesOldSelf && rule.optionalOldSelf !== undefined)
    throw new TypeError(`${at}.optionalOldSelf: may not be set if oldSelf is not used in rule`)
  const shown = message === '' ? source : message
  return {
    program,
    message:
      rule.messageExpression === undefined
        ? undefined
        : typed(rule.messageExpression, environment, types.string, `${at}.messageExpression`),
    defaultMessage: message === '' ? `failed rule: ${source}` : message,
    shown,
    reason: rule.reason ?? 'FieldValueInvalid',
    fieldPath: fieldPath(rule, place, `${at}.fieldPath`),
    usesOldSelf,
    optionalOldSelf: rule.optionalOldSelf === true,
  }
}

function ruleEnvironment(type: CelType, optionalOldSelf: boolean): Environment {
  return kubernetesEnvironment(
    new Map([
      ['self', type],
      ['oldSelf', optionalOldSelf ? optionalOf(type) : type],
    ]),
  )
}

function typed(source: string, environment: Environment, type: CelType, at: string): Program {
  try {
    const program = compile(source, environment)
    if (program.type.name !== type.name) throw new ExpressionError(`must evaluate to a ${type.name}`, 0)
    return program
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    throw new TypeError(`${at}: ${error.describe(source)}`, { cause: error })
  }
}

function fieldPath({ fieldPath: path }: ValidationRule, { schema }: RulePlace, at: string): string {
  if (path === undefined || path === '') return ''
  try {
    return ruleFieldPath(path, schema)
  } catch (error) {
    throw new TypeError(`${at}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
