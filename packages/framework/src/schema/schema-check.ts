import { isObject, type JsonValue } from '../util/json.ts'
import { creationErrors } from './creation/creation-errors.ts'
import type { Kind } from './kind.ts'

/** What a keyword's value may be, and how that is said. */
interface Expectation {
  readonly must: string
  readonly holds: (value: JsonValue) => boolean
}

const expectation = (must: string, holds: (value: JsonValue) => boolean): Expectation => ({ must, holds })
const isNumber = (value: JsonValue): boolean => typeof value === 'number' || typeof value === 'bigint'
const isText = (value: JsonValue): boolean => typeof value === 'string'

const anything = expectation('', () => true)
const text = expectation('must be string', isText)
const flag = expectation('must be boolean', (value) => typeof value === 'boolean')
const number = expectation('must be number', isNumber)
const positive = expectation('must be > 0', (value) => isNumber(value) && Number(value) > 0)
const count = expectation(
  'must be integer >= 0',
  (value) => Number.isInteger(Number(value)) && isNumber(value) && Number(value) >= 0,
)
/** A boolean in OpenAPI, a bound of its own in JSON Schema. */
const exclusive = expectation('must be number', (value) => isNumber(value) || typeof value === 'boolean')
const texts = expectation('must be array of strings', (value) => Array.isArray(value) && value.every(isText))
const list = expectation('must be array', Array.isArray)
const values = expectation('must be array with at least one value', (value) => Array.isArray(value) && value.length > 0)
const types = expectation('must be string or array of strings', (value) => isText(value) || texts.holds(value))
const schema = expectation('must be object or boolean', isSchema)
const schemas = expectation(
  'must be array of schemas',
  (value) => Array.isArray(value) && value.length > 0 && value.every(isSchema),
)
const items = expectation(
  'must be object, boolean or array of schemas',
  (value) => isSchema(value) || schemas.holds(value),
)
const members = expectation(
  'must be object of schemas',
  (value) => isObject(value) && Object.values(value).every(isSchema),
)

/** The keywords of JSON Schema, of OpenAPI and of CRD schemas. Those that say nothing about a value come first. */
const keywords: ReadonlyMap<string, Expectation> = new Map<string, Expectation>([
  ...['$id', '$schema', '$comment', '$ref', 'title', 'description', 'contentMediaType', 'contentEncoding'].map(
    (k) => [k, text] as const,
  ),
  ...['default', 'const', 'example', 'externalDocs', 'dependencies'].map((k) => [k, anything] as const),
  ...['readOnly', 'writeOnly', 'deprecated', 'nullable', 'uniqueItems'].map((k) => [k, flag] as const),
  ...['x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string', 'x-kubernetes-preserve-unknown-fields'].map(
    (k) => [k, flag] as const,
  ),
  ...[
    'x-kubernetes-list-type',
    'x-kubernetes-map-type',
    'x-kubernetes-patch-merge-key',
    'x-kubernetes-patch-strategy',
    'format',
  ].map((k) => [k, text] as const),
  ...['x-kubernetes-list-map-keys', 'required'].map((k) => [k, texts] as const),
  ...['x-kubernetes-validations', 'examples'].map((k) => [k, list] as const),
  ...['minimum', 'maximum'].map((k) => [k, number] as const),
  ...['exclusiveMinimum', 'exclusiveMaximum'].map((k) => [k, exclusive] as const),
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'].map(
    (k) => [k, count] as const,
  ),
  ...['not', 'if', 'then', 'else', 'contains', 'propertyNames', 'additionalProperties', 'additionalItems'].map(
    (k) => [k, schema] as const,
  ),
  ...['allOf', 'anyOf', 'oneOf'].map((k) => [k, schemas] as const),
  ...['properties', 'patternProperties', 'definitions', '$defs'].map((k) => [k, members] as const),
  ['items', items],
  ...([
    ['type', types],
    ['enum', values],
    ['pattern', text],
    ['multipleOf', positive],
  ] as const),
])

/**
 * Refuses schemas with mistakes that would pass in silence: keywords that nobody knows (`minimun`), values of the wrong type (`minimum: "1"`), patterns
 * that are none. Throws a TypeError that names the kind, the place and the mistake.
 */
export function checkSchema(declared: Kind): void {
  const { kind, apiVersion, schema: root } = declared
  const mistake = mistakeOf(root, 'data')
  if (mistake !== undefined) throw new TypeError(`the schema of ${kind} (${apiVersion}) is wrong: ${mistake}`)
  const errors = creationErrors(declared).map(String)
  if (errors.length === 1) throw new TypeError(`${kind} (${apiVersion}) is declared wrong: ${errors.join()}`)
  if (errors.length) throw new TypeError(`${kind} (${apiVersion}) is declared wrong:\n- ${errors.join('\n- ')}`)
}

function mistakeOf(source: JsonValue, path: string): string | undefined {
  if (!isObject(source)) return undefined
  for (const [keyword, value] of Object.entries(source)) {
    const expected = keywords.get(keyword)
    if (!expected) return `unknown keyword: ${JSON.stringify(keyword)} (${path})`
    if (!expected.holds(value)) return `schema is invalid: ${path}/${keyword} ${expected.must}`
    const mistake = innerMistake(expected, value, `${path}/${keyword}`)
    if (mistake !== undefined) return mistake
  }
  return undefined
}

/** Of the schemas that a keyword holds. */
function innerMistake(expected: Expectation, value: JsonValue, path: string): string | undefined {
  if (expected === members && isObject(value)) return firstOf(Object.entries(value), path)
  if (expected === schemas || (expected === items && Array.isArray(value)))
    return firstOf(Object.entries(value as JsonValue[]), path)
  return expected === schema || expected === items ? mistakeOf(value, path) : undefined
}

function firstOf(entries: readonly (readonly [string, JsonValue])[], path: string): string | undefined {
  for (const [name, value] of entries) {
    const mistake = mistakeOf(value, `${path}/${name}`)
    if (mistake !== undefined) return mistake
  }
  return undefined
}

function isSchema(value: JsonValue): boolean {
  return isObject(value) || typeof value === 'boolean'
}
