import { singular, type Parts } from './parts.ts'
import { literal, quoted, type Source } from './source-text.ts'

/** A schema of OpenAPI v3, as a CRD has it. */
export type CrdSchema = Readonly<Record<string, unknown>>

/** The code of a schema, and the names that it imports. */
export interface SchemaSource {
  readonly source: Source
  /** Its objects' members have names that the compiler knows. */
  readonly named: boolean
}

/** resource.Quantity, as controller-gen writes it. */
const quantityPattern =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$'

const intOrString = 'x-kubernetes-int-or-string'
const preserve = 'x-kubernetes-preserve-unknown-fields'
const embedded = 'x-kubernetes-embedded-resource'
const listType = 'x-kubernetes-list-type'
const listKeys = 'x-kubernetes-list-map-keys'
const validations = 'x-kubernetes-validations'

/** Writes a schema with the helpers that authors use. What they cannot say stands as it is in a `Type.Unsafe`. */
export class SchemaWriter {
  readonly #parts: Parts

  /** Long schemas become parts. */
  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** `path` leads to the schema, from the object on. */
  write(schema: CrdSchema, path: readonly string[] = []): SchemaSource {
    const { nullable, ...rest } = plain(schema)
    if (nullable === true)
      return { source: { call: 'Type.Nullable', args: [this.write(rest, path).source] }, named: false }
    if (rest[intOrString] === true) return unnamed(intOrStringSource(rest))
    switch (rest['type']) {
      case 'object':
        return this.#object(rest, path)
      case 'array':
        return unnamed(this.#array(rest, path))
      case 'string':
        return unnamed(stringSource(rest))
      case 'integer':
      case 'number':
      case 'boolean':
        return unnamed(scalarSource(rest, rest['type']))
      default:
        return unnamed(anySource(rest))
    }
  }

  #object(schema: CrdSchema, path: readonly string[]): SchemaSource {
    const properties = schema['properties'] as Readonly<Record<string, CrdSchema>> | undefined
    const additional = schema['additionalProperties']
    if (Object.keys(properties ?? {}).length) return this.#members(schema, properties ?? {}, path)
    const said = ['type', 'additionalProperties']
    if (additional === true) return unnamed(helper('Type.Map', ['Type.Unknown()'], schema, said))
    if (typeof additional === 'object' && additional !== null) {
      const { source } = this.write(additional as CrdSchema, inside(path))
      return unnamed(helper('Type.Map', [source], schema, said))
    }
    if (schema[embedded] === true && schema[preserve] === true)
      return unnamed(helper('Type.EmbeddedResource', [], schema, ['type', embedded, preserve]))
    return unnamed(unsafe('Record<string, unknown>', schema))
  }

  #members(schema: CrdSchema, properties: Readonly<Record<string, CrdSchema>>, path: readonly string[]): SchemaSource {
    const required = (schema['required'] ?? []) as readonly string[]
    if (!required.every((name) => Object.hasOwn(properties, name)))
      return unnamed(unsafe('Record<string, unknown>', schema))
    const some = required.length > 0
    const members = Object.entries(properties).map(([name, member]): [string, Source] => {
      const { source } = this.write(member, [...path, name])
      return [name, some && !required.includes(name) ? { call: 'Type.Optional', args: [source] } : source]
    })
    const said = ['type', 'properties', 'required']
    const source = helper(some ? 'Type.Object' : 'Type.PartialObject', [{ members }], schema, said)
    return { source: path.length ? this.#parts.place(source, path) : source, named: true }
  }

  #array(schema: CrdSchema, path: readonly string[]): Source {
    const items = schema['items']
    if (typeof items !== 'object' || items === null) return unsafe('unknown[]', schema)
    const { source, named } = this.write(items as CrdSchema, inside(path))
    if (schema[listType] === 'set') return helper('Type.ListSet', [source], schema, ['type', 'items', listType])
    if (schema[listType] === 'map' && named)
      return helper('Type.ListMap', [source, literal(schema[listKeys])], schema, ['type', 'items', listType, listKeys])
    return helper('Type.Array', [source], schema, ['type', 'items'])
  }
}

/** The path of what a list or a map holds. */
const inside = (path: readonly string[]): readonly string[] => [...path, singular(path.at(-1) ?? 'item')]

const unnamed = (source: Source): SchemaSource => ({ source, named: false })

/** Keywords of OpenAPI in the words of JSON Schema; those that say what goes without saying are left out. */
function plain(schema: CrdSchema): CrdSchema {
  const exclusive = new Map<string, string>(bounds.filter(([, keyword]) => schema[keyword] === true))
  const entries = Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
    if (value === undefined || (value === false && dispensable.has(keyword))) return []
    if (exclusiveKeywords.has(keyword) && value === true) return []
    // Numbers that are too great for a double bound nothing less for being rounded.
    const number = typeof value === 'bigint' && keyword !== 'default' ? Number(value) : value
    return [[exclusive.get(keyword) ?? keyword, number]]
  })
  return Object.fromEntries(entries)
}

const bounds = [
  ['minimum', 'exclusiveMinimum'],
  ['maximum', 'exclusiveMaximum'],
] as const
const exclusiveKeywords = new Set<string>(bounds.map(([, keyword]) => keyword))
const dispensable = new Set([
  'nullable',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'uniqueItems',
  intOrString,
  preserve,
  embedded,
])

/** A call of a helper with the keywords that it does not say itself. */
function helper(call: string, args: readonly Source[], schema: CrdSchema, said: readonly string[]): Source {
  const written = schema[validations] === undefined ? undefined : rulesSource(schema[validations])
  const options = Object.entries(schema).filter(
    ([keyword]) => !said.includes(keyword) && !(written && keyword === validations),
  )
  const members: (readonly [string, Source])[] = options.map(([keyword, value]) => [keyword, literal(value)])
  if (written && !members.length) return { call, args: [...args, written] }
  if (written) members.push(['...', written])
  return { call, args: members.length ? [...args, { members }] : args }
}

const ruleMembers = new Set(['rule', 'message', 'messageExpression', 'reason', 'fieldPath', 'optionalOldSelf'])

/** Undefined for what `rules` does not take. */
function rulesSource(rules: unknown): Source | undefined {
  if (!Array.isArray(rules) || !rules.length) return undefined
  const known = rules.every(
    (rule: unknown) =>
      typeof rule === 'object' && rule !== null && Object.keys(rule).every((member) => ruleMembers.has(member)),
  )
  return known ? { call: 'rules', args: rules.map(literal) } : undefined
}

const unsafe = (type: string, schema: CrdSchema): Source => helper(`Type.Unsafe<${type}>`, [], schema, [])

/** An `anyOf` beside it stays: it judges as well, with a message of its own. */
function intOrStringSource(schema: CrdSchema): Source {
  if (schema['pattern'] === quantityPattern) return helper('Type.Quantity', [], schema, [intOrString, 'pattern'])
  return helper('Type.IntOrString', [], schema, [intOrString])
}

function stringSource(schema: CrdSchema): Source {
  const values = schema['enum']
  if (Array.isArray(values)) {
    if (values.every((value) => typeof value === 'string'))
      return helper('Enum', [literal(values)], schema, ['type', 'enum'])
    return unsafe(unionOf(values), schema)
  }
  if (schema['format'] === 'date-time') return helper('Type.Time', [], schema, ['type', 'format'])
  if (schema['format'] === 'duration') return helper('Type.Duration', [], schema, ['type', 'format'])
  return helper('Type.String', [], schema, ['type'])
}

function scalarSource(schema: CrdSchema, type: 'integer' | 'number' | 'boolean'): Source {
  const values = schema['enum']
  if (Array.isArray(values)) return unsafe(unionOf(values), schema)
  if (type === 'boolean') return helper('Type.Boolean', [], schema, ['type'])
  if (type === 'number') return helper('Type.Number', [], schema, ['type'])
  if (schema['format'] === 'int32') return helper('Type.Int32', [], schema, ['type', 'format'])
  if (schema['format'] === 'int64') return helper('Type.Int64', [], schema, ['type', 'format'])
  return helper('Type.Integer', [], schema, ['type'])
}

const anySource = (schema: CrdSchema): Source =>
  schema[preserve] === true ? helper('Type.Preserved', [], schema, [preserve]) : unsafe('unknown', schema)

const unionOf = (values: readonly unknown[]): string =>
  values.map((value) => (typeof value === 'string' ? quoted(value) : String(value))).join(' | ')
