import { field, FieldError } from '../../meta/field-error.ts'
import { clone, deepEqual, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { compileDefaults } from '../defaulting.ts'
import { compilePruning } from '../pruning.ts'
import { compileValueRules } from '../rules/rules.ts'
import { structuralSchema, type StructuralSchema } from '../structural-schema.ts'
import { compileCheck } from '../validation/check.ts'
import { compileEmbedded } from '../validation/embedded-resources.ts'
import { fieldErrors, type Violation } from '../validation/violation.ts'

const own = new Set(['apiVersion', 'kind', 'metadata'])

/** Defaults that their own schema would refuse or prune. Source: apiextensions-apiserver schema/defaulting/validation.go. */
export function defaultErrors(root: JsonObject): FieldError[] {
  return visit(root, 'schema', true)
}

function visit(schema: JsonObject, path: string, whole: boolean): FieldError[] {
  const errors =
    schema.default === undefined || schema.default === null ? [] : errorsOf(schema, schema.default, `${path}.default`)
  const { items, properties } = schema
  if (isObject(items)) errors.push(...visit(items, `${path}.items`, items['x-kubernetes-embedded-resource'] === true))
  for (const [name, member] of isObject(properties) ? Object.entries(properties) : [])
    if (isObject(member) && !(whole && own.has(name)))
      errors.push(...visit(member, `${path}.properties[${name}]`, member['x-kubernetes-embedded-resource'] === true))
  return errors
}

function errorsOf(raw: JsonObject, value: JsonValue, path: string): FieldError[] {
  const schema = structuralSchema(raw as Parameters<typeof structuralSchema>[0])
  const pruned = clone(value)
  compilePruning(schema, schema.embeddedResource)(pruned, [])
  const unknown = deepEqual(pruned, value) ? [] : [field.invalid(path, value, 'must not have unknown fields')]
  // Members of a default have defaults of their own, which a definition's creation does not count.
  const filled = clone(value)
  compileDefaults(schema)?.(filled)
  const embedded = judged((violations) => compileEmbedded(schema)?.(filled, violations), path)
  if (embedded.length) return [...unknown, ...embedded]
  const errors = judged((violations) => compileCheck(schema)(filled, undefined, violations), path)
  return [...unknown, ...(errors.length ? errors : ruleErrorsOf(schema, filled, path))]
}

function judged(judge: (violations: Violation[]) => unknown, path: string): FieldError[] {
  const violations: Violation[] = []
  judge(violations)
  return fieldErrors(violations, path)
}

/** As on creation, and as on an update that changes nothing. */
function ruleErrorsOf(schema: StructuralSchema, value: JsonValue, path: string): FieldError[] {
  const rules = rulesOf(schema)
  if (!rules) return []
  const errors = rules(value, value)
  const said = errors.length ? errors : rules(value, undefined)
  return said.map(({ type, path: inner, body }) => new FieldError(type, inner === '' ? path : `${path}.${inner}`, body))
}

/** Rules that do not compile are complained of elsewhere. */
function rulesOf(schema: StructuralSchema): ReturnType<typeof compileValueRules> {
  try {
    return compileValueRules(schema)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
