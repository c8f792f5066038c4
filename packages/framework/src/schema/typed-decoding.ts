import { jsonTypeName } from '../meta/go-format.ts'
import { isObject, type JsonObject, type JsonValue } from '../util/json.ts'
import type { Kind } from './kind.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** Kubernetes' groups from before groups had domains. */
const oldGroups: ReadonlySet<string> = new Set(['', 'apps', 'autoscaling', 'batch', 'extensions', 'policy'])

/**
 * Kinds of Kubernetes' own groups (Scale, Lease, Event, …) are Go types there, and are read as such: kind and apiVersion may be left out, and a value of
 * another type is no object at all.
 */
export const isTyped = ({ group }: Pick<Kind, 'group'>): boolean => oldGroups.has(group) || group.endsWith('.k8s.io')

/** Fills in the kind and the apiVersion that a client need not say. */
export function completeTyped(value: JsonObject, { kind, apiVersion }: Kind): void {
  if (value['kind'] === undefined || value['kind'] === null || value['kind'] === '') value['kind'] = kind
  if (value['apiVersion'] === undefined || value['apiVersion'] === null || value['apiVersion'] === '')
    value['apiVersion'] = apiVersion
}

/** What Go says of a kind that it does not know in a version. */
export const notRegistered = (kind: string, apiVersion: string): string =>
  `no kind "${kind}" is registered for version "${apiVersion}" in scheme "apiserver-kit"`

/** What encoding/json says of the first value that does not fit its type; undefined where all do. Metadata is not looked at. */
export function typeProblem(value: JsonObject, schema: StructuralSchema, { kind }: Kind): string | undefined {
  return membersProblem(value, schema, kind, '')
}

function membersProblem(value: JsonObject, schema: StructuralSchema, struct: string, path: string): string | undefined {
  for (const [name, member] of Object.entries(value)) {
    const property = schema.properties.get(name)
    if (!property || (path === '' && name === 'metadata')) continue
    const inner = path === '' ? name : `${path}.${name}`
    const problem = valueProblem(member, property, struct, inner)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** `struct` is the Go type that has the member; those of nested objects are named by convention, `ScaleSpec`. */
function valueProblem(value: JsonValue, schema: StructuralSchema, struct: string, path: string): string | undefined {
  const [type, ...others] = schema.types
  if (value === null || type === undefined || others.length || schema.preserveUnknownFields) return undefined
  const name = path.slice(path.lastIndexOf('.') + 1)
  const nested = struct + name.charAt(0).toUpperCase() + name.slice(1)
  const found = foundType(value, schema)
  if (found !== type && !(found === 'integer' && type === 'number'))
    return `json: cannot unmarshal ${foundName(value, type)} into Go struct field ${struct}.${path} of type ${goType(schema, nested)}`
  if (isObject(value)) return membersProblem(value, schema, nested, path)
  if (Array.isArray(value) && schema.items)
    for (const item of value) {
      const problem = valueProblem(item, schema.items, struct, path)
      if (problem !== undefined) return problem
    }
  return undefined
}

/** The type of the schema where the value fits it. */
function foundType(value: JsonValue, { format }: StructuralSchema): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'bigint') return format === 'int32' ? 'number' : 'integer'
  if (typeof value !== 'number') return typeof value
  const limit = format === 'int32' ? 2 ** 31 : 2 ** 63
  return Number.isInteger(value) && value >= -limit && value < limit ? 'integer' : 'number'
}

function foundName(value: JsonValue, wanted: string): string {
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  return isNumber && wanted === 'integer' ? `number ${String(value)}` : jsonTypeName(value)
}

function goType({ types, format, items }: StructuralSchema, struct: string): string {
  switch (types[0]) {
    case 'integer':
      return format === 'int32' ? 'int32' : 'int64'
    case 'number':
      return 'float64'
    case 'boolean':
      return 'bool'
    case 'array':
      return `[]${items ? goType(items, struct) : 'interface {}'}`
    case 'object':
      return `v1.${struct}`
    default:
      return 'string'
  }
}
