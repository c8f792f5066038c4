import { field, type FieldError } from '../../meta/field-error.ts'
import { isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { compilePattern } from '../validation/reg-exp.ts'

const intOrString = 'x-kubernetes-int-or-string'
const preserve = 'x-kubernetes-preserve-unknown-fields'
const embedded = 'x-kubernetes-embedded-resource'

type Level = 'root' | 'field' | 'item'

/** Where a schema's structure is not one that objects can be pruned and defaulted by. Source: apiextensions-apiserver schema/validation.go. */
export function structureErrors(root: JsonObject): FieldError[] {
  const errors = [...visit(root, 'root', 'schema'), ...topLevelDefaults(root)]
  if (root.nullable === true) errors.push(field.forbidden('schema.nullable', 'nullable cannot be true at the root'))
  return errors.sort((a, b) => (String(a) < String(b) ? -1 : 1))
}

function visit(schema: JsonObject, level: Level, path: string): FieldError[] {
  const { type, items, properties, additionalProperties } = schema
  const errors = [
    ...itemsErrors(schema, path),
    ...extensionErrors(schema, path),
    ...typeErrors(schema, level, path),
    ...metadataErrors(schema, level, path),
    ...patternErrors(schema, path),
  ]
  if (additionalProperties !== undefined && additionalProperties !== false && level === 'root')
    errors.push(field.forbidden(`${path}.additionalProperties`, 'must not be used at the root'))
  if (schema[embedded] === true && isObject(additionalProperties))
    errors.push(
      field.forbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'),
    )
  if (level === 'root' && typeof type === 'string' && type !== 'object')
    errors.push(field.invalid(`${path}.type`, type, 'must be object at the root'))
  if (isObject(items)) errors.push(...visit(items, 'item', `${path}.items`))
  if (isObject(additionalProperties))
    errors.push(...visit(additionalProperties, 'field', `${path}.additionalProperties`))
  for (const [name, member] of members(properties))
    errors.push(...visit(member, 'field', `${path}.properties[${name}]`))
  return errors
}

const members = (properties: JsonValue | undefined): [string, JsonObject][] =>
  isObject(properties)
    ? Object.entries(properties).filter((entry): entry is [string, JsonObject] => isObject(entry[1]))
    : []

const itemsErrors = ({ type, items }: JsonObject, path: string): FieldError[] =>
  type === 'array' && items === undefined ? [field.required(`${path}.items`, 'must be specified')] : []

function extensionErrors(schema: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema[preserve] === false) errors.push(field.invalid(`${path}.${preserve}`, false, 'must be true or undefined'))
  if (schema[intOrString] !== true) return errors
  for (const other of [preserve, embedded])
    if (schema[other] === true)
      errors.push(field.invalid(`${path}.${other}`, true, 'must be false if x-kubernetes-int-or-string is true'))
  return errors
}

function typeErrors(schema: JsonObject, level: Level, path: string): FieldError[] {
  const { type } = schema
  if (schema[embedded] !== true) return missingType(schema, level, path)
  const must = 'must be object if x-kubernetes-embedded-resource is true'
  const errors: FieldError[] = []
  if (type === undefined) errors.push(field.required(`${path}.type`, must))
  else if (type !== 'object') errors.push(field.invalid(`${path}.type`, type, must))
  if (schema[preserve] !== true && members(schema.properties).length === 0)
    errors.push(
      field.required(
        `${path}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    )
  return errors
}

const missing: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

/** Keywords that say what a value is as well as a type does, and those that only describe it: a schema with no others takes anything. */
const telling = ['const', 'enum', 'anyOf', 'oneOf', 'allOf', intOrString, preserve]
const describing = new Set(['title', 'description', 'default', 'example', 'examples', '$id', '$schema'])

function missingType(schema: JsonObject, level: Level, path: string): FieldError[] {
  if (schema.type !== undefined || telling.some((keyword) => schema[keyword] !== undefined)) return []
  if (level !== 'root' && Object.keys(schema).every((keyword) => describing.has(keyword))) return []
  return [field.required(`${path}.type`, missing[level])]
}

/** Of metadata a schema may restrict the names only; what an object is, it may repeat. */
function metadataErrors(schema: JsonObject, level: Level, path: string): FieldError[] {
  if (level !== 'root' && schema[embedded] !== true) return []
  const errors: FieldError[] = []
  for (const [name, member] of members(schema.properties)) {
    const at = `${path}.properties[${name}]`
    if ((name === 'kind' || name === 'apiVersion') && member.type !== 'string')
      errors.push(field.invalid(`${at}.type`, member.type ?? '', 'must be string'))
    if (name !== 'metadata') continue
    if (member.type !== 'object') errors.push(field.invalid(`${at}.type`, member.type ?? '', 'must be object'))
    if (level === 'root' && !restrictsNamesOnly(member))
      errors.push(
        field.forbidden(
          at,
          'must not specify anything other than name and generateName, but metadata is implicitly specified',
        ),
      )
  }
  return errors
}

/** Keywords that judge, rather than declare. */
const judging = new Set(['type', 'properties', 'required', 'minProperties', 'maxProperties', 'default'])

const restrictsNamesOnly = (metadata: JsonObject): boolean =>
  members(metadata.properties).every(([name]) => name === 'name' || name === 'generateName') &&
  Object.keys(metadata).every((keyword) => judging.has(keyword))

function topLevelDefaults({ properties }: JsonObject): FieldError[] {
  const find = (schema: JsonObject, path: string, top: string): FieldError[] => [
    ...(schema.default === undefined
      ? []
      : [field.forbidden(`${path}.default`, `must not be set in top-level ${top}`)]),
    ...members(schema.properties).flatMap(([name, member]) => find(member, `${path}.properties[${name}]`, top)),
  ]
  return members(properties)
    .filter(([name]) => ['apiVersion', 'kind', 'metadata'].includes(name))
    .flatMap(([name, member]) => find(member, `schema.properties[${name}]`, name))
}

function patternErrors({ pattern }: JsonObject, path: string): FieldError[] {
  if (typeof pattern !== 'string') return []
  try {
    compilePattern(pattern)
    return []
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const why = cause instanceof Error ? cause.message : String(cause)
    return [field.invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${why}`)]
  }
}
