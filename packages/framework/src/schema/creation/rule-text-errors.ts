import { field, type FieldError } from '../../meta/field-error.ts'
import { isObject, type JsonObject } from '../../util/json.ts'
import { ruleFieldPath } from '../rules/rule-field-path.ts'
import { structuralSchema, type StructuralSchema } from '../structural-schema.ts'

const validations = 'x-kubernetes-validations'
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']
const lines = /[\n\r]/

/** What is wrong with rules before their expressions are read. Source: apiextensions-apiserver validation.go. */
export function ruleTextErrors(schema: JsonObject, path: string): FieldError[] {
  const rules = schema[validations]
  const errors: FieldError[] = []
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const branches = schema[keyword]
    for (const [index, branch] of Array.isArray(branches) ? branches.entries() : [])
      if (keyword !== 'allOf' && isObject(branch) && Array.isArray(branch[validations]) && branch[validations].length)
        errors.push(
          field.forbidden(`${path}.${keyword}[${String(index)}].${validations}`, 'must be empty to be structural'),
        )
  }
  for (const [index, rule] of Array.isArray(rules) ? rules.entries() : [])
    if (isObject(rule)) errors.push(...textErrors(rule, `${path}.${validations}[${String(index)}]`))
    else errors.push(field.invalid(`${path}.${validations}[${String(index)}]`, rule, 'must be an object'))
  if (!Array.isArray(rules) || errors.length) return errors
  if (!rules.some((rule) => isObject(rule) && text(rule, 'fieldPath') !== '')) return errors
  const structural = structuralSchema(schema as Parameters<typeof structuralSchema>[0])
  for (const [index, rule] of rules.entries())
    if (isObject(rule))
      errors.push(...pathErrors(rule, structural, `${path}.${validations}[${String(index)}].fieldPath`))
  return errors
}

const text = (rule: JsonObject, member: string): string => {
  const value = rule[member]
  return typeof value === 'string' ? value : ''
}

function textErrors(rule: JsonObject, at: string): FieldError[] {
  const [source, message, expression] = [text(rule, 'rule'), text(rule, 'message'), text(rule, 'messageExpression')]
  const errors: FieldError[] = []
  if (source.trim() === '') errors.push(field.required(`${at}.rule`, 'rule is not specified'))
  else if (message !== '' && message.trim() === '')
    errors.push(field.invalid(`${at}.message`, message, 'must be non-empty if specified'))
  else if (lines.test(message.trim()))
    errors.push(field.invalid(`${at}.message`, message, 'must not contain line breaks'))
  else if (lines.test(source.trim()) && message.trim() === '')
    errors.push(field.required(`${at}.message`, 'message must be specified if rule contains line breaks'))
  if (expression !== '' && expression.trim() === '')
    errors.push(field.required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified'))
  if (rule.reason !== undefined && !reasons.includes(text(rule, 'reason')))
    errors.push(field.notSupported(`${at}.reason`, rule.reason, reasons))
  return errors
}

function pathErrors(rule: JsonObject, schema: StructuralSchema, at: string): FieldError[] {
  const path = text(rule, 'fieldPath')
  if (path === '') return []
  const errors: FieldError[] = []
  if (path.trim() === '') errors.push(field.invalid(at, path, 'must be non-empty if specified'))
  if (lines.test(path)) errors.push(field.invalid(at, path, 'must not contain line breaks'))
  try {
    ruleFieldPath(path, schema)
  } catch {
    errors.push(field.invalid(at, path, 'must be a valid path'))
  }
  return errors
}
