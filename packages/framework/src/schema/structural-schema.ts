import type { TSchema } from '@sinclair/typebox'
import { isObject, type JsonObject, type JsonValue } from '../util/json.ts'
import { liftMembers } from './schema-branches.ts'

/** A bound of a number. */
export interface Bound {
  readonly value: number
  readonly exclusive: boolean
}

/** One rule of `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

/** A schema in the one form that the compilers read: what JSON Schema and OpenAPI say in several ways, said once. */
export interface StructuralSchema {
  /** Empty: any type. `integer` and `string` together are int-or-string. */
  readonly types: readonly string[]
  readonly nullable: boolean
  readonly default: JsonValue | undefined
  readonly properties: ReadonlyMap<string, StructuralSchema>
  readonly required: readonly string[]
  readonly additionalProperties: StructuralSchema | false | undefined
  readonly items: StructuralSchema | undefined
  readonly preserveUnknownFields: boolean
  readonly embeddedResource: boolean
  readonly listType: 'atomic' | 'set' | 'map' | undefined
  readonly listMapKeys: readonly string[]
  readonly rules: readonly ValidationRule[]
  readonly allOf: readonly StructuralSchema[]
  readonly anyOf: readonly StructuralSchema[]
  readonly oneOf: readonly StructuralSchema[]
  readonly not: StructuralSchema | undefined
  readonly enum: readonly JsonValue[] | undefined
  readonly format: string
  readonly pattern: string | undefined
  readonly minLength: number | undefined
  readonly maxLength: number | undefined
  readonly minimum: Bound | undefined
  readonly maximum: Bound | undefined
  readonly multipleOf: number | undefined
  readonly minItems: number | undefined
  readonly maxItems: number | undefined
  readonly uniqueItems: boolean
  readonly minProperties: number | undefined
  readonly maxProperties: number | undefined
}

const knownTypes = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'])
const anyKey = new Set(['^(.*)$', '^.*$', '.*'])
const unsupported = ['$ref', 'dependencies', 'dependentRequired', 'if', 'propertyNames', 'contains']
/** Members that say nothing about a value: a schema with no others takes anything. */
const annotations = new Set(['title', 'description', 'default', 'example', 'examples', '$id', '$schema', 'nullable'])

/** Reads a schema as authors write it. Throws a TypeError that names the place of what Kubernetes' schemas cannot say. */
export function structuralSchema(schema: TSchema): StructuralSchema {
  return read(schema, '')
}

function read(schema: JsonObject, path: string): StructuralSchema {
  const source = unionless(schema)
  for (const keyword of unsupported)
    if (source[keyword] !== undefined) throw new TypeError(`${path || 'the schema'}: ${keyword} is not supported`)
  const list = (keyword: string): StructuralSchema[] => schemas(source, keyword, path)
  const types = typesOf(source, path)
  const anything = Object.keys(source).every((keyword) => annotations.has(keyword))
  const listType = source['x-kubernetes-list-type'] as StructuralSchema['listType']
  const base: StructuralSchema = {
    types: types.filter((type) => type !== 'null' || types.length === 1),
    nullable: source.nullable === true || (types.length > 1 && types.includes('null')),
    default: source.default,
    properties: propertiesOf(source, path),
    required: strings(source.required),
    additionalProperties: additional(source, path),
    items: itemsOf(source, path),
    preserveUnknownFields: anything || source['x-kubernetes-preserve-unknown-fields'] === true,
    embeddedResource: source['x-kubernetes-embedded-resource'] === true,
    listType,
    listMapKeys: strings(source['x-kubernetes-list-map-keys']),
    rules: (source['x-kubernetes-validations'] ?? []) as unknown as ValidationRule[],
    allOf: list('allOf'),
    anyOf: list('anyOf'),
    oneOf: list('oneOf'),
    not: isObject(source.not) ? read(source.not, `${path}.not`) : undefined,
    enum: source.const !== undefined ? [source.const] : (source.enum as JsonValue[] | undefined),
    format: typeof source.format === 'string' ? source.format : '',
    pattern: typeof source.pattern === 'string' ? source.pattern : undefined,
    minLength: limit(source, 'minLength'),
    maxLength: limit(source, 'maxLength'),
    minimum: bound(source, 'minimum', 'exclusiveMinimum'),
    maximum: bound(source, 'maximum', 'exclusiveMaximum'),
    multipleOf: limit(source, 'multipleOf'),
    minItems: limit(source, 'minItems'),
    maxItems: limit(source, 'maxItems'),
    uniqueItems: source.uniqueItems === true,
    minProperties: limit(source, 'minProperties'),
    maxProperties: limit(source, 'maxProperties'),
  }
  return liftMembers(base)
}

/** Unions that Kubernetes' schemas say with a keyword of their own: enums, `nullable`, int-or-string. */
function unionless(schema: JsonObject): JsonObject {
  const { anyOf, ...rest } = schema
  if (!Array.isArray(anyOf)) return schema
  const members = anyOf.filter((member): member is JsonObject => isObject(member))
  const some = members.filter((member) => member.type !== 'null')
  const nullable: JsonObject = some.length < members.length ? { nullable: true } : {}
  const [first] = some
  if (first && some.length === 1) return { ...unionless(first), ...rest, ...nullable }
  if (first && some.every((member) => member.const !== undefined && member.type === first.type))
    return { type: first.type ?? 'string', ...rest, enum: some.map((member) => member.const ?? null), ...nullable }
  const simple = some.every((member) => Object.keys(member).join() === 'type')
  const intOrString = ['integer,string', 'string,integer'].includes(
    some.map(({ type }) => (typeof type === 'string' ? type : '')).join(),
  )
  // Where both are said, both judge, as for custom resources.
  if (simple && intOrString && rest['x-kubernetes-int-or-string'] !== true)
    return { ...rest, ...nullable, 'x-kubernetes-int-or-string': true }
  return { ...rest, anyOf: some, ...nullable }
}

function typesOf(schema: JsonObject, path: string): string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string']
  const { type } = schema
  const types = Array.isArray(type) ? strings(type) : typeof type === 'string' ? [type] : []
  for (const name of types)
    if (!knownTypes.has(name)) throw new TypeError(`${path || 'the schema'}: ${name} is not a type of JSON`)
  return types
}

function propertiesOf(schema: JsonObject, path: string): Map<string, StructuralSchema> {
  const properties = new Map<string, StructuralSchema>()
  if (!isObject(schema.properties)) return properties
  for (const [name, property] of Object.entries(schema.properties))
    properties.set(name, read(property as JsonObject, `${path}.${name}`))
  return properties
}

/** TypeBox writes a record with keys of any text as a pattern that every key matches. */
function additional(schema: JsonObject, path: string): StructuralSchema | false | undefined {
  if (isObject(schema.patternProperties)) {
    const [[pattern, members] = ['', null], ...others] = Object.entries(schema.patternProperties)
    if (others.length || !anyKey.has(pattern) || !isObject(members))
      throw new TypeError(`${path || 'the schema'}: keys cannot be told apart by pattern`)
    return read(members, `${path}.*`)
  }
  const { additionalProperties } = schema
  if (additionalProperties === true) return read({}, `${path}.*`)
  return isObject(additionalProperties)
    ? read(additionalProperties, `${path}.*`)
    : additionalProperties === false
      ? false
      : undefined
}

function itemsOf(schema: JsonObject, path: string): StructuralSchema | undefined {
  if (Array.isArray(schema.items)) throw new TypeError(`${path || 'the schema'}: the items of a list share one schema`)
  return isObject(schema.items) ? read(schema.items, `${path}[*]`) : undefined
}

function schemas(schema: JsonObject, keyword: string, path: string): StructuralSchema[] {
  const list = schema[keyword]
  return Array.isArray(list) ? list.map((member) => read(member as JsonObject, `${path}.${keyword}`)) : []
}

const strings = (value: JsonValue | undefined): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []

function limit(schema: JsonObject, keyword: string): number | undefined {
  const value = schema[keyword]
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : undefined
}

/** OpenAPI marks a bound as exclusive with a boolean beside it; JSON Schema has exclusive bounds of their own. */
function bound(schema: JsonObject, keyword: string, exclusiveKeyword: string): Bound | undefined {
  const value = limit(schema, keyword)
  const exclusive = schema[exclusiveKeyword]
  if (typeof exclusive === 'number') return { value: exclusive, exclusive: true }
  return value === undefined ? undefined : { value, exclusive: exclusive === true }
}
