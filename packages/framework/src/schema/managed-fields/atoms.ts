import { isObject, setOwn, type JsonObject, type JsonValue } from '../../util/json.ts'
import { fieldElement, type PathElement } from './path-element.ts'

export type ScalarType = 'numeric' | 'string' | 'boolean' | 'untyped'

/** A list: owned as a whole (atomic), or item by item, each known by its keys or, without keys, by its value. */
export interface ListType {
  readonly elementType: Type
  readonly atomic: boolean
  /** The names of the keys, sorted by their bytes; none for a set. */
  readonly keys: readonly ListKey[]
  /** The names of the keys as declared. */
  readonly keyNames: readonly string[]
}

export interface ListKey {
  readonly name: string
  /** `"name":` as it stands in a path. */
  readonly prefix: string
  /** What an item without the key means by that. */
  readonly defaultValue: JsonValue | undefined
}

export interface Field {
  readonly element: PathElement
  readonly type: Type
}

/** An object: owned as a whole (atomic), or member by member. */
export interface MapType {
  readonly fields: ReadonlyMap<string, Field>
  /** Of members that are not declared; undefined where there may be none. */
  readonly elementType: Type | undefined
  readonly atomic: boolean
}

/**
 * What a value may be, for the purpose of owning it. Usually exactly one of the three; more where the schema does not
 * say. Source: structured-merge-diff schema/elements.go.
 */
export interface Type {
  readonly scalar: ScalarType | undefined
  readonly list: ListType | undefined
  readonly map: MapType | undefined
  /** Null is a value of the type, or goes as if nothing had been said. */
  readonly nullable?: boolean
  /** Of maps and lists that null is no value of: what stands there instead. */
  readonly defaultValue?: JsonValue | undefined
  /** Of whole objects: what each has before anybody says anything, and so nobody owns. */
  readonly zero?: JsonObject
}

/** Labels, annotations and their like: nothing to go down into. */
export const isMapOfScalars = ({ fields, elementType }: MapType): boolean =>
  !fields.size && elementType?.scalar !== undefined && !elementType.map && !elementType.list

const scalarType = (scalar: ScalarType): Type => ({ scalar, list: undefined, map: undefined })
const noFields: ReadonlyMap<string, Field> = new Map()

const numeric = scalarType('numeric')
const string = scalarType('string')
const boolean = scalarType('boolean')
const untyped = scalarType('untyped')

/** Where the schema says nothing: maps are granular, lists are atomic. */
export const deduced: Type = deducedType()

function deducedType(): Type {
  const map = { fields: noFields, elementType: undefined as Type | undefined, atomic: false }
  const list = { elementType: untyped, atomic: true, keys: [], keyNames: [] }
  const type: Type = { scalar: 'untyped', list, map, nullable: true }
  map.elementType = type
  list.elementType = type
  return type
}

const mapOf = (fields: ReadonlyMap<string, Field>, elementType?: Type, atomic = false): Type => ({
  scalar: undefined,
  list: undefined,
  map: { fields, elementType, atomic },
})

const struct = (types: Readonly<Record<string, Type>>, atomic = false): Type =>
  mapOf(
    new Map(Object.entries(types).map(([name, type]) => [name, { element: fieldElement(name), type }])),
    undefined,
    atomic,
  )

const listOf = (elementType: Type, atomic: boolean, keyNames: readonly string[] = []): Type => ({
  scalar: undefined,
  map: undefined,
  list: {
    elementType,
    atomic,
    keyNames,
    // Fields of Go's structs that are always written have their zero value for a default.
    keys: keyNames.map((name) => ({ name, prefix: `${JSON.stringify(name)}:`, defaultValue: '' })),
  },
})

const stringMap = mapOf(noFields, string)

/** metav1.ObjectMeta. */
export const objectMeta: Type = struct({
  name: string,
  generateName: string,
  namespace: string,
  selfLink: string,
  uid: string,
  resourceVersion: string,
  generation: numeric,
  creationTimestamp: untyped,
  deletionTimestamp: untyped,
  deletionGracePeriodSeconds: numeric,
  labels: stringMap,
  annotations: stringMap,
  finalizers: listOf(string, false),
  ownerReferences: listOf(
    struct(
      { apiVersion: string, kind: string, name: string, uid: string, controller: boolean, blockOwnerDeletion: boolean },
      true,
    ),
    false,
    ['uid'],
  ),
  managedFields: listOf(
    struct({
      manager: string,
      operation: string,
      apiVersion: string,
      time: untyped,
      fieldsType: string,
      fieldsV1: deduced,
      subresource: string,
    }),
    true,
  ),
})

/**
 * Works out, once, how the values of a schema are owned. `schema` is JSON Schema as CRDs allow it; with `isRoot`,
 * apiVersion, kind and metadata are those of every object. Source: kube-openapi schemaconv/openapi.go.
 */
export function compileAtoms(schema: object, isRoot: boolean): Type {
  const node = schema as JsonObject
  return isRoot ? { ...compileObject(node, false, true), zero: zeroObject(node) } : compile(node, false)
}

/** The members that default to `{}` are there always, as structures are in Go. */
function zeroObject({ properties }: JsonObject): JsonObject {
  const zero: JsonObject = {}
  if (isObject(properties))
    for (const [name, schema] of Object.entries(properties))
      if (isObject(schema) && isObject(schema['default']) && !Object.keys(schema['default']).length)
        setOwn(zero, name, {})
  return zero
}

function compile(given: JsonObject, inherited: boolean): Type {
  const node = withoutNull(given)
  const preserve = inherited || node['x-kubernetes-preserve-unknown-fields'] === true
  switch (typeOf(node)) {
    case 'integer':
    case 'number':
      return numeric
    case 'string':
      return plainFormats.has(node['format']) ? string : untyped
    case 'boolean':
      return boolean
    case 'object':
      return { ...compileObject(node, preserve, node['x-kubernetes-embedded-resource'] === true), ...emptied(given) }
    case 'array':
      return { scalar: undefined, list: compileList(node, preserve), map: undefined, ...emptied(given) }
    default:
      return {
        scalar: 'untyped',
        list: compileList(node, preserve),
        map: compileObject(node, preserve, node['x-kubernetes-embedded-resource'] === true).map,
        nullable: true,
      }
  }
}

/** Of texts; with any other format a value of another type is the schema's to refuse. */
const plainFormats: ReadonlySet<JsonValue | undefined> = new Set([undefined, '', 'byte'])

function emptied({
  nullable,
  default: defaultValue,
  type,
  anyOf,
}: JsonObject): Pick<Type, 'nullable' | 'defaultValue'> {
  const isNullable =
    nullable === true || (Array.isArray(type) && type.includes('null')) || (type === undefined && Array.isArray(anyOf))
  return { nullable: isNullable, defaultValue }
}

/** A nullable type is its type: null is allowed everywhere here. */
function withoutNull(node: JsonObject): JsonObject {
  const alternatives = node['anyOf']
  if (node['type'] !== undefined || !Array.isArray(alternatives)) return node
  const others = alternatives.filter((alternative) => !isObject(alternative) || alternative['type'] !== 'null')
  const [only] = others
  return others.length === 1 && isObject(only) ? { ...node, ...only } : node
}

function typeOf(node: JsonObject): JsonValue | undefined {
  const { type } = node
  if (Array.isArray(type)) {
    const others = type.filter((name) => name !== 'null')
    return others.length === 1 ? others[0] : undefined
  }
  if (type !== undefined) return type
  if (node['x-kubernetes-int-or-string'] === true) return undefined
  if (isObject(node['properties']) || isObject(node['patternProperties'])) return 'object'
  if (isObject(node['items'])) return 'array'
  return commonType(node['anyOf'] ?? node['oneOf'] ?? node['allOf'])
}

/** The scalar type that all alternatives have, as those of a union of literals do. */
function commonType(alternatives: JsonValue | undefined): JsonValue | undefined {
  if (!Array.isArray(alternatives)) return undefined
  const types = new Set(alternatives.map((alternative) => (isObject(alternative) ? alternative['type'] : undefined)))
  const [type] = types
  return types.size === 1 && type !== 'object' && type !== 'array' ? type : undefined
}

function compileObject(node: JsonObject, inherited: boolean, hasMetadata: boolean): Type {
  const preserve = inherited || node['x-kubernetes-preserve-unknown-fields'] === true
  const fields = new Map<string, Field>()
  const add = (name: string, type: Type): unknown => fields.set(name, { element: fieldElement(name), type })
  if (isObject(node['properties']))
    for (const [name, schema] of Object.entries(node['properties']))
      if (isObject(schema)) add(name, compile(schema, preserve))
  if (hasMetadata) {
    add('apiVersion', string)
    add('kind', string)
    add('metadata', objectMeta)
  }
  return mapOf(fields, elementTypeOf(node, preserve, fields.size === 0), node['x-kubernetes-map-type'] === 'atomic')
}

function elementTypeOf(node: JsonObject, preserve: boolean, hasNoFields: boolean): Type | undefined {
  const additional = node['additionalProperties']
  if (isObject(additional)) return compile(additional, preserve)
  if (additional === true) return deduced
  const [pattern] = isObject(node['patternProperties']) ? Object.values(node['patternProperties']) : []
  if (isObject(pattern)) return compile(pattern, preserve)
  if (additional === false) return undefined
  return preserve || hasNoFields ? deduced : undefined
}

function compileList(node: JsonObject, preserve: boolean): ListType {
  const { items } = node
  const elementType = isObject(items) ? compile(items, preserve) : deduced
  const { atomic, keyNames } = relationship(node)
  const properties = isObject(items) && isObject(items['properties']) ? items['properties'] : {}
  const keys = [...keyNames].sort().map((name) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    return {
      name,
      prefix: `${JSON.stringify(name)}:`,
      defaultValue: isObject(property) ? property['default'] : undefined,
    }
  })
  return { elementType, atomic, keys, keyNames }
}

function relationship(node: JsonObject): { atomic: boolean; keyNames: readonly string[] } {
  const names = node['x-kubernetes-list-map-keys']
  switch (node['x-kubernetes-list-type']) {
    case 'atomic':
      return { atomic: true, keyNames: [] }
    case 'set':
      return { atomic: false, keyNames: [] }
    case 'map':
      return { atomic: false, keyNames: Array.isArray(names) ? names.map(String) : [] }
  }
  const strategy = node['x-kubernetes-patch-strategy']
  if (typeof strategy !== 'string' || !strategy.split(',').includes('merge')) return { atomic: true, keyNames: [] }
  const key = node['x-kubernetes-patch-merge-key']
  return { atomic: false, keyNames: typeof key === 'string' ? [key] : [] }
}
