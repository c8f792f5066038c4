import { field, FieldError } from '../../meta/field-error.ts'
import { optionalOf, types, type CelType } from '../cel/cel-type.ts'
import { ExpressionError } from '../cel/cel-error.ts'
import { kubernetesEnvironment } from '../cel/environment.ts'
import { compile, type Program } from '../cel/program.ts'
import type { StructuralSchema, ValidationRule } from '../structural-schema.ts'
import { ruleType } from './rule-type.ts'

/** Where rules stand, and what they see. */
interface Place {
  readonly schema: StructuralSchema
  readonly type: CelType | undefined
  readonly path: string
  /** The list whose items have no old values of their own. */
  readonly uncorrelatable: string | undefined
}

/** What the rules of a schema get wrong, in the words of a CustomResourceDefinition's creation. Source: apiextensions-apiserver validation.go. */
export function ruleErrors(schema: StructuralSchema): FieldError[] {
  return visit({ schema, type: ruleType(schema, 'object', true), path: 'schema', uncorrelatable: undefined })
}

function visit(place: Place): FieldError[] {
  const { schema, type, path, uncorrelatable } = place
  const errors = [schema, ...schema.allOf].flatMap(({ rules }, branch) =>
    rules.flatMap((rule, index) => {
      const at = branch === 0 ? path : `${path}.allOf[${String(branch - 1)}]`
      return errorsOf(rule, place, `${at}.x-kubernetes-validations[${String(index)}]`)
    }),
  )
  for (const [name, member] of schema.properties)
    errors.push(
      ...visit({
        schema: member,
        type: ruleType(member, `${type?.name ?? 'object'}.${name}`),
        path: `${path}.properties[${name}]`,
        uncorrelatable,
      }),
    )
  if (schema.additionalProperties)
    errors.push(
      ...visit({
        schema: schema.additionalProperties,
        type: type?.parameters[1],
        path: `${path}.additionalProperties`,
        uncorrelatable,
      }),
    )
  if (schema.items)
    errors.push(
      ...visit({
        schema: schema.items,
        type: type?.parameters[0],
        path: `${path}.items`,
        uncorrelatable: uncorrelatable ?? (schema.listType === 'map' ? undefined : path),
      }),
    )
  return errors
}

function errorsOf(rule: ValidationRule, { type, uncorrelatable }: Place, at: string): FieldError[] {
  if (!type) return [field.forbidden(at, 'rules cannot look at a value whose type is not declared')]
  const variables = new Map([
    ['self', type],
    ['oldSelf', rule.optionalOldSelf === true ? optionalOf(type) : type],
  ])
  const environment = kubernetesEnvironment(variables)
  const tried = (source: string, result: CelType, says: { failed: string; wrongType: string }): Program | string => {
    try {
      const program = compile(source, environment)
      return program.type.name === result.name ? program : says.wrongType
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      return `${says.failed}: ${issue(error, source)}`
    }
  }
  const errors: FieldError[] = []
  const program = tried(rule.rule, types.bool, {
    failed: 'compilation failed',
    wrongType: 'cel expression must evaluate to a bool',
  })
  if (typeof program === 'string') return [invalidRule(`${at}.rule`, rule, program)]
  if (rule.messageExpression !== undefined && rule.messageExpression !== '') {
    const message = tried(rule.messageExpression, types.string, {
      failed: 'messageExpression compilation failed',
      wrongType: 'messageExpression must evaluate to a string',
    })
    if (typeof message === 'string') errors.push(invalidRule(`${at}.messageExpression`, rule, message))
  }
  const usesOldSelf = program.uses.has('oldSelf')
  if (usesOldSelf && uncorrelatable !== undefined)
    errors.push(
      field.invalid(
        `${at}.rule`,
        rule.rule,
        `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`,
      ),
    )
  if (!usesOldSelf && rule.optionalOldSelf !== undefined)
    errors.push(
      field.invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'),
    )
  return errors
}

/** The value is the rule as Go writes it. */
function invalidRule(path: string, rule: ValidationRule, detail: string): FieldError {
  const shown = JSON.stringify({
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  }).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)
  return new FieldError('FieldValueInvalid', path, `Invalid value: ${shown}: ${detail}`)
}

/** As cel-go writes it: the place, the line, and a mark below it. */
function issue(error: ExpressionError, source: string): string {
  const before = source.slice(0, error.offset).split('\n')
  const column = Array.from(before.at(-1) ?? '').length
  const line = source.split('\n')[before.length - 1] ?? ''
  const place = `${String(before.length)}:${String(column + 1)}`
  return `ERROR: <input>:${place}: ${error.message}\n | ${line}\n | ${'.'.repeat(column)}^`
}
