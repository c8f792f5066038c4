import { setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'

/** Short ways to write schemas in OpenAPI v3's form. Definitions refer to each other by name. */

const prefix = '#/components/schemas/'

/** The package of metav1, as definition names have it. */
export const metaPackage = 'io.k8s.apimachinery.pkg.apis.meta.v1'

export const referenceTo = (definition: string): JsonObject => ({ $ref: prefix + definition })

/** The definition that a `$ref` names; undefined when it points elsewhere. */
export const definitionOf = (reference: string): string | undefined =>
  reference.startsWith(prefix) ? reference.slice(prefix.length) : undefined

/** A member that is a definition of its own; a `$ref` must stand alone, so that it is wrapped. */
export const member = (definition: string, description: string, more: JsonObject = {}): JsonObject => ({
  description,
  ...more,
  allOf: [referenceTo(definition)],
})

/** {@link member} of metav1. */
export const metaMember = (type: string, description: string, more: JsonObject = {}): JsonObject =>
  member(`${metaPackage}.${type}`, description, more)

export const text = (description: string, more: JsonObject = {}): JsonObject => ({
  description,
  type: 'string',
  ...more,
})
export const flag = (description: string): JsonObject => ({ description, type: 'boolean' })
export const integer = (description: string, format: 'int32' | 'int64'): JsonObject => ({
  description,
  type: 'integer',
  format,
})
/** A member that is always written: its zero value is its default. */
export const requiredText = (description: string): JsonObject => text(description, { default: '' })

export const list = (description: string, items: JsonObject, more: JsonObject = {}): JsonObject => ({
  description,
  type: 'array',
  items,
  ...more,
})
/** A list that is owned and replaced as a whole. */
export const atomicList = (description: string, items: JsonObject): JsonObject =>
  list(description, items, { 'x-kubernetes-list-type': 'atomic' })

export const texts: JsonObject = { type: 'string', default: '' }

export const textMap = (description: string): JsonObject => ({
  description,
  type: 'object',
  additionalProperties: texts,
})
/** Items of a list that are a definition of metav1. */
export const metaItems = (type: string): JsonObject => ({
  default: {},
  allOf: [referenceTo(`${metaPackage}.${type}`)],
})

export interface ObjectSchema {
  readonly description: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonValue>>
}

/** Members come in the order of their names, as Go writes them. */
export function object(
  { description, required = [], properties = {} }: ObjectSchema,
  more: JsonObject = {},
): JsonObject {
  const sorted: JsonObject = {}
  for (const [name, schema] of Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)))
    setOwn(sorted, name, schema)
  return {
    ...(description ? { description } : {}),
    type: 'object',
    ...(required.length ? { required: [...required] } : {}),
    ...(Object.keys(sorted).length ? { properties: sorted } : {}),
    ...more,
  }
}

/** `apiVersion` and `kind`, in every object and list. */
export const typeMembers: Readonly<Record<string, JsonValue>> = {
  apiVersion: text(
    'The group and version of this representation of the object, such as apps/v1. Servers convert recognized schemas to the latest internal value and may reject unrecognized ones.',
  ),
  kind: text(
    'The kind of REST resource that this object represents, in CamelCase. Servers may infer it from the endpoint that the request is sent to; it cannot be updated.',
  ),
}
