import { isObject, setOwn, type JsonObject } from '../../util/json.ts'
import type { GroupVersionKind } from '../../meta/group-version.ts'
import type { Kind } from '../kind.ts'
import { openApiSchema } from './openapi-schema.ts'
import { list, metaMember, object, referenceTo, typeMembers } from './schema-builders.ts'

/**
 * The name of a kind's definition: its own, where it declares one, else that of custom resources (the group backwards,
 * the version, the kind).
 */
export function definitionNameOf(kind: Kind): string {
  if (kind.definitionName !== undefined) return kind.definitionName
  const prefix = kind.group === '' ? 'io.k8s.api.core' : kind.group.split('.').reverse().join('.')
  return `${prefix}.${kind.version}.${kind.kind}`
}

export const listDefinitionNameOf = (kind: Kind): string => {
  const name = definitionNameOf(kind)
  return `${name.slice(0, name.lastIndexOf('.') + 1)}${kind.listKind}`
}

/** Marks a definition as that of kinds. */
export const kindsExtension = (...kinds: readonly GroupVersionKind[]): JsonObject => ({
  'x-kubernetes-group-version-kind': kinds.map(({ group, version, kind }) => ({ group, kind, version })),
})

/**
 * The definitions of a kind, by name, in OpenAPI v3's form: the kind itself, its list, and one for each top-level member
 * that is an object (`FlunderSpec`), so that clients can name its type.
 */
export function kindDefinitions(kind: Kind): ReadonlyMap<string, JsonObject> {
  const definitions = new Map<string, JsonObject>()
  const name = definitionNameOf(kind)
  const schema = openApiSchema(kind.schema)
  const properties: JsonObject = {
    ...typeMembers,
    metadata: metaMember('ObjectMeta', 'Standard object metadata: name, namespace, labels, annotations and the like.', {
      default: {},
    }),
  }
  for (const [member, given] of Object.entries(isObject(schema.properties) ? schema.properties : {}))
    if (isObject(given) && !Object.hasOwn(properties, member))
      setOwn(properties, member, hoisted(name, member, given, definitions))
  definitions.set(name, {
    ...object({
      description: kind.description || (typeof schema.description === 'string' ? schema.description : ''),
      required: Array.isArray(schema.required) ? schema.required.map(String) : [],
      properties,
    }),
    ...extensionsOf(schema),
    ...kindsExtension(kind),
  })
  definitions.set(listDefinitionNameOf(kind), listDefinition(kind))
  return definitions
}

const extensionsOf = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => key.startsWith('x-')))

/** A reference to a definition of its own where the member is an object, else the member as it stands. */
function hoisted(name: string, member: string, schema: JsonObject, definitions: Map<string, JsonObject>): JsonObject {
  const own =
    schema.type === 'object' &&
    schema.nullable !== true &&
    schema.additionalProperties === undefined &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true &&
    /^[a-z][A-Za-z0-9]*$/.test(member)
  if (!own) return schema
  const definition = `${name}${member.charAt(0).toUpperCase()}${member.slice(1)}`
  const { default: standard, ...rest } = schema
  definitions.set(definition, rest)
  const { description } = schema
  return {
    ...(description === undefined ? {} : { description }),
    ...(standard === undefined ? {} : { default: standard }),
    allOf: [referenceTo(definition)],
  }
}

function listDefinition(kind: Kind): JsonObject {
  return {
    ...object({
      description: `${kind.listKind} is a list of ${kind.kind}`,
      required: ['items'],
      properties: {
        ...typeMembers,
        items: list(`List of ${kind.plural}`, { default: {}, allOf: [referenceTo(definitionNameOf(kind))] }),
        metadata: metaMember('ListMeta', 'Standard list metadata.', { default: {} }),
      },
    }),
    ...kindsExtension({ group: kind.group, version: kind.version, kind: kind.listKind }),
  }
}
