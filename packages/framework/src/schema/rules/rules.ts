import type { FieldError } from '../../meta/field-error.ts'
import { isObject, getOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import type { CelType } from '../cel/cel-type.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { oldItemsByKey } from '../validation/list-keys.ts'
import { compileRule, type CompiledRule } from './compiled-rule.ts'
import { Correlation, inner, isUnchanged, unratcheted, type Ratcheting } from './correlation.ts'
import { RuleEvaluation } from './rule-evaluation.ts'
import { isIntOrString, ruleType, schemaType } from './rule-type.ts'
import { compileConverter, type Converter } from './rule-value.ts'

/** What the rules of a kind say of an object. */
export type RuleCheck = (object: JsonObject, old: JsonObject | undefined) => RuleEvaluation

/**
 * Compiles the validation rules (`x-kubernetes-validations`) of a schema; undefined when it has none. Throws a TypeError that
 * names the place of a wrong one. Source: apiextensions-apiserver schema/cel/validation.go.
 */
export function compileRules(schema: StructuralSchema): RuleCheck | undefined {
  const type = ruleType(schema, 'object', true)
  const node = compileNode({ validation: schema, schema, type, root: true, correlatable: true, path: '' })
  if (!node) return undefined
  return (object, old) => {
    const evaluation = new RuleEvaluation()
    const ratcheting: Ratcheting = old ? { current: new Correlation(object, old), nearest: undefined } : unratcheted
    node(object, old, '', ratcheting, evaluation)
    return evaluation
  }
}

/** The rules of a value that is no whole object, like a default's; undefined when it has none. */
export function compileValueRules(
  schema: StructuralSchema,
): ((value: JsonValue, old: JsonValue | undefined) => readonly FieldError[]) | undefined {
  const root = schema.embeddedResource
  const node = compileNode({ validation: schema, schema, type: ruleType(schema), root, correlatable: true, path: '' })
  if (!node) return undefined
  return (value, old) => {
    const evaluation = new RuleEvaluation()
    node(value, old, '', unratcheted, evaluation)
    return evaluation.errors
  }
}

/** Evaluates the rules of a value and of what is in it. */
type Node = (
  value: JsonValue,
  old: JsonValue | undefined,
  path: string,
  ratcheting: Ratcheting,
  evaluation: RuleEvaluation,
) => void

interface Place {
  /** The schema that has the rules: the value's own, or a branch of its allOf. */
  readonly validation: StructuralSchema
  /** The schema that declares the value. */
  readonly schema: StructuralSchema
  readonly type: CelType | undefined
  /** A whole object. */
  readonly root: boolean
  readonly correlatable: boolean
  readonly path: string
}

function compileNode(place: Place): Node | undefined {
  const { validation, schema, type, root, correlatable, path } = place
  const rules = validation.rules
    .map((rule, i) => compileRule(rule, i, { schema, type, correlatable, path }))
    .filter((rule) => rule !== undefined)
  const own = rules.length ? ownRules(rules, schema, root) : undefined
  const branches = validation.allOf
    .map((branch, i) => compileNode({ ...place, validation: branch, path: `${path}.allOf[${String(i)}]` }))
    .filter((branch) => branch !== undefined)
  const items = itemNode(place)
  const members = memberNode(place)
  if (!own && !branches.length && !items && !members) return undefined
  return (value, old, at, ratcheting, evaluation) => {
    if (value === null) return
    own?.(value, old, at, ratcheting, evaluation)
    for (const branch of branches) {
      if (evaluation.exhausted) return
      branch(value, old, at, { current: undefined, nearest: ratcheting.nearest }, evaluation)
    }
    if (evaluation.exhausted) return
    if (Array.isArray(value)) items?.(value, old, at, ratcheting, evaluation)
    else if (typeof value === 'object') members?.(value, old, at, ratcheting, evaluation)
  }
}

function ownRules(rules: readonly CompiledRule[], schema: StructuralSchema, root: boolean): Node {
  const convert: Converter = compileConverter(schema, root)
  const typeName = isIntOrString(schema) ? '' : schemaType(schema)
  const shown = typeName !== 'object' && typeName !== 'array'
  return (value, old, path, ratcheting, evaluation) => {
    const hasOld = old !== undefined && old !== null
    evaluation.evaluate(rules, {
      path,
      typeName,
      value: shown ? value : undefined,
      self: once(() => convert(value)),
      hasOld,
      oldSelf: once(() => (hasOld ? convert(old) : undefined)),
      ratchets: () => isUnchanged(ratcheting),
    })
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** Only items of list maps have an old value of their own. */
function itemNode({ validation, schema, type, correlatable, path }: Place): Node | undefined {
  if (!validation.items || !schema.items) return undefined
  const keyed = schema.listType === 'map'
  const item = compileNode({
    validation: validation.items,
    schema: schema.items,
    type: type?.parameters[0],
    root: schema.items.embeddedResource,
    correlatable: correlatable && keyed,
    path: `${path}[*]`,
  })
  if (!item) return undefined
  const byKey = oldItemsByKey(schema.listMapKeys)
  return (value, old, at, ratcheting, evaluation) => {
    if (!Array.isArray(value)) return
    const find = keyed && Array.isArray(old) ? byKey(old) : undefined
    for (const [index, one] of value.entries()) {
      if (evaluation.exhausted) return
      const before = find?.(one)
      item(one, before, `${at}[${String(index)}]`, inner(ratcheting, keyed, one, before), evaluation)
    }
  }
}

function memberNode(place: Place): Node | undefined {
  const members = propertyNodes(place)
  const { validation, schema, type, correlatable, path, root } = place
  const additional =
    validation.additionalProperties && schema.additionalProperties
      ? compileNode({
          validation: validation.additionalProperties,
          schema: schema.additionalProperties,
          type: type?.parameters[1],
          root: schema.additionalProperties.embeddedResource,
          correlatable,
          path: `${path}.*`,
        })
      : undefined
  if (!members.size && !additional) return undefined
  return (value, old, at, ratcheting, evaluation) => {
    if (!isObject(value)) return
    for (const key of Object.keys(value)) {
      if (evaluation.exhausted) return
      const declared = schema.properties.has(key)
      const node = declared ? members.get(key) : additional
      const one = value[key]
      if (!node || one === undefined) continue
      const before = isObject(old) ? getOwn(old, key) : undefined
      // Both versions of an object are the same kind's: what changed there is not seen.
      const hidden = root && at === '' && (key === 'apiVersion' || key === 'kind')
      node(
        one,
        before,
        declared ? underName(at, key) : `${at}[${key}]`,
        hidden ? unratcheted : inner(ratcheting, true, one, before),
        evaluation,
      )
    }
  }
}

const underName = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`)

function propertyNodes({ validation, schema, correlatable, path, type }: Place): Map<string, Node> {
  const nodes = new Map<string, Node>()
  for (const [name, property] of validation.properties) {
    const declared = schema.properties.get(name)
    if (!declared) continue
    const node = compileNode({
      validation: property,
      schema: declared,
      type: type && ruleType(declared, `${type.name}.${name}`),
      root: declared.embeddedResource,
      correlatable,
      path: `${path}.${name}`,
    })
    if (node) nodes.set(name, node)
  }
  return nodes
}
