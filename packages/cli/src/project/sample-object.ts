import { runInProject } from './run-in-project.ts'
import { sampleText } from './sample-text.ts'

type JsonSchema = Readonly<Record<string, unknown>>

interface DeclaredKind {
  readonly apiVersion: string
  readonly kind: string
  readonly schema: JsonSchema
}

const source = `
const { [input.kind]: kind } = await import(input.module)
answer({ apiVersion: kind.apiVersion, kind: kind.kind, schema: kind.schema })`

/** An object of a kind of the project, with a value for every member that its schema names. */
export async function sampleObject(directory: string, module: string, kind: string): Promise<unknown> {
  const declared = (await runInProject(directory, source, { module, kind })) as DeclaredKind
  const members = sampleOf(declared.schema)
  return {
    apiVersion: declared.apiVersion,
    kind: declared.kind,
    metadata: { name: 'sample' },
    ...(typeof members === 'object' ? members : {}),
  }
}

/** A value that a schema takes, but for its rules. */
export function sampleOf(schema: JsonSchema): unknown {
  const { default: standard, enum: values, const: only, type, anyOf, oneOf, allOf } = schema
  if (only !== undefined) return only
  if (standard !== undefined) return standard
  if (Array.isArray(values)) return values[0]
  if (schema['x-kubernetes-int-or-string'] === true) return 1
  switch (type) {
    case 'object':
      return sampleOfObject(schema)
    case 'array':
      return isSchema(schema['items']) ? [sampleOf(schema['items'])] : []
    case 'integer':
    case 'number':
      return sampleNumber(schema)
    case 'boolean':
      return true
    case 'string':
      return sampleText(schema)
    case 'null':
      return null
    default: {
      const [first] = [anyOf, oneOf, allOf].flatMap((schemas): unknown[] => (Array.isArray(schemas) ? schemas : []))
      return isSchema(first) ? sampleOf(first) : {}
    }
  }
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null

function sampleOfObject(schema: JsonSchema): unknown {
  const { properties, additionalProperties, patternProperties } = schema
  const own = schema['x-kubernetes-embedded-resource'] === true ? { apiVersion: 'v1', kind: 'ConfigMap' } : {}
  const more = isSchema(patternProperties) ? Object.values(patternProperties)[0] : additionalProperties
  if (isSchema(properties))
    return {
      ...own,
      ...Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, sampleOf(member as JsonSchema)])),
    }
  return isSchema(more) ? { key: sampleOf(more) } : own
}

const numberIn = (schema: JsonSchema, keyword: string): number | undefined => {
  const value = schema[keyword]
  return typeof value === 'number' ? value : undefined
}

function sampleNumber(schema: JsonSchema): number {
  const step = numberIn(schema, 'multipleOf') ?? 1
  const above = numberIn(schema, 'exclusiveMinimum')
  const low = numberIn(schema, 'minimum') ?? (above === undefined ? undefined : above + step)
  const high = numberIn(schema, 'maximum') ?? numberIn(schema, 'exclusiveMaximum')
  return low !== undefined && low > step ? low : high !== undefined && high < step ? high : step
}
