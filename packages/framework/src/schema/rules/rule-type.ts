import { listOf, mapOf, objectType, types, type CelType } from '../cel/cel-type.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { escapeName } from './escaping.ts'

/** `''`: none, or more than one. */
export function schemaType({
  types: [type = '', ...more],
  properties,
  additionalProperties,
  items,
}: StructuralSchema): string {
  if (type !== '') return more.length ? '' : type
  if (properties.size || additionalProperties) return 'object'
  return items ? 'array' : ''
}

export const isIntOrString = ({ types: [first, second] }: StructuralSchema): boolean =>
  first === 'integer' && second === 'string'

/**
 * The type that rules see of a schema's values; undefined where they see nothing: what may hold anything. `name` is that
 * of objects in messages. Source: apiserver pkg/cel/common/schemas.go SchemaDeclType.
 */
export function ruleType(
  schema: StructuralSchema,
  name = 'object',
  root = schema.embeddedResource,
): CelType | undefined {
  if (isIntOrString(schema)) return types.dyn
  switch (root ? 'object' : schemaType(schema)) {
    case 'boolean':
      return types.bool
    case 'integer':
      return types.int
    case 'number':
      return types.double
    case 'string':
      return textTypes.get(schema.format) ?? types.string
    case 'array': {
      const item = schema.items && ruleType(schema.items, `${name}.@items`)
      return item && listOf(item)
    }
    case 'object': {
      const { additionalProperties } = schema
      if (!additionalProperties) return objectType(name, fieldTypes(visibleProperties(schema, root), name))
      const value = ruleType(additionalProperties, `${name}.@values`)
      return value && mapOf(types.string, value)
    }
    default:
      return undefined
  }
}

export const textTypes: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ['byte', types.bytes],
  ['duration', types.duration],
  ['date', types.timestamp],
  ['date-time', types.timestamp],
])

function fieldTypes(properties: ReadonlyMap<string, StructuralSchema>, name: string): Map<string, CelType> {
  const fields = new Map<string, CelType>()
  for (const [property, schema] of properties) {
    const escaped = escapeName(property)
    const type = escaped === undefined ? undefined : ruleType(schema, `${name}.${property}`)
    if (escaped !== undefined && type) fields.set(escaped, type)
  }
  return fields
}

/** A whole object shows its kind and its name, beside what its schema declares. */
export function visibleProperties(schema: StructuralSchema, root: boolean): ReadonlyMap<string, StructuralSchema> {
  const { properties } = schema
  if (!root) return properties
  const text: StructuralSchema = { ...bare(schema), types: ['string'] }
  const metadata = properties.get('metadata')
  const named = metadata?.properties.has('name') === true && metadata.properties.has('generateName')
  return new Map([
    ...properties,
    ['apiVersion', text],
    ['kind', text],
    [
      'metadata',
      named
        ? metadata
        : {
            ...bare(schema),
            types: ['object'],
            properties: new Map([
              ['name', text],
              ['generateName', text],
            ]),
          },
    ],
  ])
}

const bare = (schema: StructuralSchema): StructuralSchema => ({
  ...schema,
  properties: new Map(),
  additionalProperties: undefined,
  items: undefined,
  embeddedResource: false,
  format: '',
  rules: [],
  allOf: [],
})
