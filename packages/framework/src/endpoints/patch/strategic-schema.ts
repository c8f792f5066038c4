import { getOwn, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'

/** What a strategic merge patch must know of one member. */
export interface StrategicMember {
  /** `merge`, `replace` or '' (lists are replaced, objects merged). */
  readonly strategy: string
  /** The member by which the items of a merged list are told apart; '' for lists of scalars. */
  readonly mergeKey: string
  /** Of the member when it is an object, of its items when it is a list. */
  readonly schema: StrategicSchema
}

/** Where strategic merge patches look up how a member is merged. */
export interface StrategicSchema {
  /** For messages: what Go calls a name of the type. */
  readonly name: string
  member(key: string): StrategicMember
}

const strategyExtension = 'x-kubernetes-patch-strategy'
const mergeKeyExtension = 'x-kubernetes-patch-merge-key'

/** ObjectMeta is the same for every kind, and no schema of a kind describes it. */
const objectMeta: JsonObject = {
  type: 'object',
  properties: {
    finalizers: { type: 'array', items: { type: 'string' }, [strategyExtension]: 'merge' },
    ownerReferences: {
      type: 'array',
      items: { type: 'object' },
      [strategyExtension]: 'merge',
      [mergeKeyExtension]: 'uid',
    },
  },
}

const compiled = new WeakMap<object, StrategicSchema>()

/** The strategic schema of a kind, from the JSON Schema of its members beside apiVersion, kind and metadata. */
export function strategicSchemaOf(schema: object): StrategicSchema {
  const known = compiled.get(schema)
  if (known) return known
  const { properties } = schema as JsonObject
  const root = new JsonStrategicSchema({
    ...(schema as JsonObject),
    properties: { ...(isObject(properties) ? properties : {}), metadata: objectMeta },
  })
  compiled.set(schema, root)
  return root
}

class JsonStrategicSchema implements StrategicSchema {
  readonly #schema: JsonObject
  readonly #members = new Map<string, StrategicMember>()

  constructor(schema: JsonObject) {
    this.#schema = schema
  }

  get name(): string {
    const type = getOwn(this.#schema, 'type')
    return typeof type === 'string' ? type : 'Struct'
  }

  member(key: string): StrategicMember {
    const known = this.#members.get(key)
    if (known) return known
    const schema = memberSchema(this.#schema, key)
    if (!schema) return anything
    const member: StrategicMember = {
      strategy: strategyOf(schema),
      mergeKey: textOf(schema, mergeKeyExtension),
      schema: new JsonStrategicSchema(objectOf(getOwn(schema, 'items')) ?? schema),
    }
    // Only declared members are kept: the keys of a map are as many as clients like.
    if (propertySchema(this.#schema, key)) this.#members.set(key, member)
    return member
  }
}

const anything: StrategicMember = { strategy: '', mergeKey: '', schema: new JsonStrategicSchema({}) }

const objectOf = (value: JsonValue | undefined): JsonObject | undefined => (isObject(value) ? value : undefined)

function textOf(schema: JsonObject, key: string): string {
  const value = getOwn(schema, key)
  return typeof value === 'string' ? value : ''
}

/** The strategy beside `retainKeys`, which changes nothing here: the directive says it all. */
const strategyOf = (schema: JsonObject): string =>
  textOf(schema, strategyExtension)
    .split(',')
    .find((strategy) => strategy !== 'retainKeys') ?? ''

const memberSchema = (schema: JsonObject, key: string): JsonObject | undefined =>
  propertySchema(schema, key) ?? objectOf(getOwn(schema, 'additionalProperties'))

function propertySchema(schema: JsonObject, key: string): JsonObject | undefined {
  const properties = objectOf(getOwn(schema, 'properties'))
  const property = properties && objectOf(getOwn(properties, key))
  if (property) return property
  const branches = getOwn(schema, 'allOf')
  if (!Array.isArray(branches)) return undefined
  for (const branch of branches) {
    const found = isObject(branch) ? propertySchema(branch, key) : undefined
    if (found) return found
  }
  return undefined
}
