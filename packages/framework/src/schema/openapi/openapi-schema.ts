import { isObject, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import { metaMember, typeMembers } from './schema-builders.ts'

/** Members that JSON Schema and OpenAPI v3 share, in the order in which Go writes them. */
const sharedKeywords: readonly string[] = [
  'title',
  'description',
  'default',
  'example',
  'type',
  'format',
  'nullable',
  'readOnly',
  'writeOnly',
  'deprecated',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'multipleOf',
  'maxProperties',
  'minProperties',
  'enum',
]

/** A schema whose members are not known to anybody. */
const anything: JsonObject = { 'x-kubernetes-preserve-unknown-fields': true }

/**
 * A JSON Schema, as an author declares it, in OpenAPI v3.0's words: `const` becomes `enum`, a null type `nullable`, a
 * record `additionalProperties`. What OpenAPI cannot say is left out, so that the result allows more, never less.
 */
export function openApiSchema(schema: unknown): JsonObject {
  if (!isObject(schema)) return schema === false ? { not: {} } : {}
  if (typeof schema.$ref === 'string') return { ...descriptionOf(schema), ...anything }
  const out: JsonObject = {}
  for (const key of sharedKeywords) if (Object.hasOwn(schema, key)) copyKeyword(out, key, schema[key] as JsonValue)
  settleType(out, schema)
  settleBounds(out)
  settleAlternatives(out, schema)
  settleItems(out, schema)
  settleMembers(out, schema)
  for (const [key, value] of Object.entries(schema)) if (key.startsWith('x-')) setOwn(out, key, value)
  if (out['x-kubernetes-int-or-string'] === true && !Object.hasOwn(out, 'anyOf') && !Object.hasOwn(out, 'allOf'))
    out.anyOf = [{ type: 'integer' }, { type: 'string' }]
  return out
}

const descriptionOf = ({ description }: JsonObject): JsonObject =>
  typeof description === 'string' ? { description } : {}

function copyKeyword(out: JsonObject, key: string, value: JsonValue): void {
  if (key === 'description' && value === '') return
  out[key] = value
}

function settleType(out: JsonObject, schema: JsonObject): void {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((t) => t !== 'null')
    if (types.length < schema.type.length) out.nullable = true
    const [only] = types
    if (types.length === 1 && only !== undefined) out.type = only
    else {
      delete out.type
      if (types.length) out.anyOf = types.map((type) => ({ type }))
    }
  } else if (schema.type === 'null') {
    delete out.type
    out.nullable = true
  }
  if (Object.hasOwn(schema, 'const')) out.enum = [schema.const as JsonValue]
  const [example] = Array.isArray(schema.examples) ? schema.examples : []
  if (example !== undefined && out.example === undefined) out.example = example
}

/** Exclusive bounds are numbers in JSON Schema, and remarks about the bound in OpenAPI 3.0. */
function settleBounds(out: JsonObject): void {
  for (const [exclusive, bound] of [
    ['exclusiveMaximum', 'maximum'],
    ['exclusiveMinimum', 'minimum'],
  ] as const)
    if (typeof out[exclusive] === 'number') {
      out[bound] = out[exclusive]
      out[exclusive] = true
    }
}

function settleAlternatives(out: JsonObject, schema: JsonObject): void {
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    const { [key]: given } = schema
    if (!Array.isArray(given)) continue
    const some = given.filter((s) => !(isObject(s) && s.type === 'null'))
    if (some.length < given.length) out.nullable = true
    const values = key === 'allOf' ? undefined : constantsOf(some)
    const [only] = some
    if (values) {
      out.type = values.type
      out.enum = values.enum
    } else if (some.length === 1 && some.length < given.length && isObject(only))
      Object.assign(out, openApiSchema(only), { ...out })
    else if (some.length) out[key] = some.map(openApiSchema)
  }
  if (Object.hasOwn(schema, 'not')) out.not = openApiSchema(schema.not)
}

/** A union of constants of one type is an enumeration. */
function constantsOf(schemas: readonly JsonValue[]): { type: string; enum: JsonValue[] } | undefined {
  const values: JsonValue[] = []
  const types = new Set<string>()
  for (const schema of schemas) {
    if (!isObject(schema) || !Object.hasOwn(schema, 'const')) return undefined
    const value = schema.const as JsonValue
    values.push(value)
    types.add(typeof value)
  }
  const [type] = types
  return types.size === 1 && (type === 'string' || type === 'number' || type === 'boolean')
    ? { type, enum: values }
    : undefined
}

function settleItems(out: JsonObject, schema: JsonObject): void {
  if (isObject(schema.items)) out.items = openApiSchema(schema.items)
  else if (Array.isArray(schema.items)) {
    // A tuple: OpenAPI knows one schema for all items.
    out.items = schema.items.length ? { anyOf: schema.items.map(openApiSchema) } : {}
  } else if (out.type === 'array') out.items ??= {}
}

function settleMembers(out: JsonObject, schema: JsonObject): void {
  const { properties, additionalProperties, patternProperties } = schema
  const members: JsonObject = {}
  const defaulted = new Set<string>()
  if (isObject(properties))
    for (const [name, property] of Object.entries(properties)) {
      setOwn(members, name, openApiSchema(property))
      if (isObject(property) && Object.hasOwn(property, 'default')) defaulted.add(name)
    }
  if (schema['x-kubernetes-embedded-resource'] === true)
    for (const [name, property] of Object.entries({
      ...typeMembers,
      metadata: metaMember('ObjectMeta', 'Standard object metadata.'),
    }))
      if (!Object.hasOwn(members, name)) setOwn(members, name, property)
  if (Object.keys(members).length) out.properties = members
  // What has a default is always there, and need not be given.
  const required = Array.isArray(schema.required)
    ? schema.required.filter((r) => typeof r === 'string' && !defaulted.has(r))
    : []
  if (required.length) out.required = required
  if (isObject(additionalProperties)) out.additionalProperties = openApiSchema(additionalProperties)
  else if (additionalProperties === true && !Object.keys(members).length) out.additionalProperties = true
  else if (isObject(patternProperties)) {
    const schemas = Object.values(patternProperties).map(openApiSchema)
    const [only = {}] = schemas
    out.additionalProperties = schemas.length === 1 ? only : { anyOf: schemas }
  }
}
