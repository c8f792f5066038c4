import { isObject, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import { definitionOf } from './schema-builders.ts'

/** What OpenAPI v2 does not know, or what kubectl, which validates with it, takes amiss. */
const unknownToV2: ReadonlySet<string> = new Set([
  'default',
  'nullable',
  'writeOnly',
  'deprecated',
  'anyOf',
  'oneOf',
  'not',
  'allOf',
  '$ref',
  'items',
  'properties',
  'additionalProperties',
  'required',
])

/**
 * An OpenAPI v3 schema in OpenAPI v2's words. Loses what v2 cannot say; a nullable schema loses all but its description,
 * because v2 would refuse null. Source: apiextensions controller/openapi/v2/conversion.go.
 */
export function swaggerSchema(schema: JsonObject): JsonObject {
  const reference = referenceIn(schema)
  if (reference !== undefined) {
    const { description } = schema
    return { ...(typeof description === 'string' ? { description } : {}), $ref: `#/definitions/${reference}` }
  }
  const out: JsonObject = {}
  for (const [key, value] of Object.entries(schema)) if (!unknownToV2.has(key)) setOwn(out, key, value)
  const anyType = schema.nullable === true || schema['x-kubernetes-int-or-string'] === true
  if (anyType) delete out.type
  if (schema.nullable === true || schema['x-kubernetes-preserve-unknown-fields'] === true) {
    if (out.type === 'array') out.items = {}
    return out
  }
  if (isObject(schema.items)) out.items = swaggerSchema(schema.items)
  else if (out.type === 'array') out.items = {}
  addMembers(out, schema)
  return out
}

/** `$ref`, bare or wrapped in an allOf so that it can have company. */
function referenceIn({ $ref, allOf }: JsonObject): string | undefined {
  if (typeof $ref === 'string') return definitionOf($ref)
  const [only, ...others] = Array.isArray(allOf) ? allOf : []
  return others.length === 0 && isObject(only) && typeof only.$ref === 'string' ? definitionOf(only.$ref) : undefined
}

function addMembers(out: JsonObject, schema: JsonObject): void {
  const { properties, required, additionalProperties } = schema
  const nullable = new Set<JsonValue>()
  if (isObject(properties)) {
    const members: JsonObject = {}
    for (const [name, property] of Object.entries(properties)) {
      if (!isObject(property)) continue
      setOwn(members, name, swaggerSchema(property))
      if (property.nullable === true) nullable.add(name)
    }
    out.properties = members
  } else if (isObject(additionalProperties)) out.additionalProperties = swaggerSchema(additionalProperties)
  if (Array.isArray(required)) {
    // null counts as missing with old clients.
    const kept = required.filter((name) => !nullable.has(name))
    if (kept.length) out.required = kept
  }
}
