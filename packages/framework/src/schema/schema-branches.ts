import type { StructuralSchema } from './structural-schema.ts'

/**
 * The members that only the branches of allOf, anyOf and oneOf declare, declared for the object too: a union or an
 * intersection of objects keeps its members when unknown ones are dropped. A branch judges, what is lifted only names.
 */
export function liftMembers(schema: StructuralSchema): StructuralSchema {
  const shapes = [
    ...schema.allOf.map((branch) => skeleton(branch, true)),
    // Which branch of the others holds is not known when defaults are filled in.
    ...[...schema.anyOf, ...schema.oneOf].map((branch) => skeleton(branch, false)),
  ]
  return shapes.reduce(merge, schema)
}

/** What a schema says of the shape of values, without what it says of their worth. */
function skeleton(schema: StructuralSchema, defaults: boolean): StructuralSchema {
  const inner = (member: StructuralSchema): StructuralSchema => skeleton(member, defaults)
  return {
    ...schema,
    types: [],
    required: [],
    rules: [],
    allOf: [],
    anyOf: [],
    oneOf: [],
    not: undefined,
    enum: undefined,
    format: '',
    pattern: undefined,
    minLength: undefined,
    maxLength: undefined,
    minimum: undefined,
    maximum: undefined,
    multipleOf: undefined,
    minItems: undefined,
    maxItems: undefined,
    uniqueItems: false,
    minProperties: undefined,
    maxProperties: undefined,
    default: defaults ? schema.default : undefined,
    properties: new Map([...schema.properties].map(([name, property]) => [name, inner(property)])),
    additionalProperties: schema.additionalProperties ? inner(schema.additionalProperties) : undefined,
    items: schema.items && inner(schema.items),
  }
}

/** `schema` with what only `other` declares. */
function merge(schema: StructuralSchema, other: StructuralSchema): StructuralSchema {
  const bare = schema.types.length === 0
  const properties = new Map(schema.properties)
  for (const [name, property] of other.properties) {
    const known = properties.get(name)
    properties.set(name, known ? merge(known, property) : property)
  }
  return {
    ...schema,
    properties,
    default: schema.default ?? other.default,
    nullable: schema.nullable || (bare && other.nullable),
    preserveUnknownFields:
      schema.preserveUnknownFields || (bare && schema.properties.size === 0 && other.preserveUnknownFields),
    additionalProperties:
      schema.additionalProperties && other.additionalProperties
        ? merge(schema.additionalProperties, other.additionalProperties)
        : (schema.additionalProperties ?? other.additionalProperties),
    items: schema.items && other.items ? merge(schema.items, other.items) : (schema.items ?? other.items),
  }
}
