import { field, type FieldError } from '../../meta/field-error.ts'
import { isObject, type JsonObject, type JsonValue } from '../../util/json.ts'

const listType = 'x-kubernetes-list-type'
const mapType = 'x-kubernetes-map-type'
const mapKeys = 'x-kubernetes-list-map-keys'

/** What is wrong with the kinds of lists and maps that a schema names. Source: apiextensions-apiserver validation.go. */
export function listErrors(schema: JsonObject, path: string): FieldError[] {
  return [
    ...typeErrors(schema, mapType, 'object', path),
    ...supported(schema[mapType], ['atomic', 'granular'], `${path}.${mapType}`),
    ...typeErrors(schema, listType, 'array', path),
    ...(schema.type === 'array' && schema[listType] === 'set' ? setErrors(schema, path) : []),
    ...supported(schema[listType], ['atomic', 'set', 'map'], `${path}.${listType}`),
    ...keysErrors(schema, path),
    ...(schema[listType] === 'map' ? mapErrors(schema, path) : []),
    ...nullErrors(schema, path),
  ]
}

function typeErrors(schema: JsonObject, keyword: string, type: string, path: string): FieldError[] {
  if (schema[keyword] === undefined || schema.type === type) return []
  const must = `must be ${type} if ${keyword} is specified`
  return schema.type === undefined
    ? [field.required(`${path}.type`, must)]
    : [field.invalid(`${path}.type`, schema.type, must)]
}

const supported = (value: JsonValue | undefined, values: readonly string[], path: string): FieldError[] =>
  value === undefined || (typeof value === 'string' && values.includes(value))
    ? []
    : [field.notSupported(path, value, values)]

/** What stands in a set is compared as a whole. */
function setErrors({ items }: JsonObject, path: string): FieldError[] {
  if (!isObject(items)) return []
  const must = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const inner = items[listType]
  if (items.type === 'array' && inner !== undefined && inner !== 'atomic')
    return [field.invalid(`${path}.items.${listType}`, inner, must)]
  if (items.type === 'object' && items[mapType] !== 'atomic')
    return [field.invalid(`${path}.items.${mapType}`, inner ?? null, must)]
  return []
}

const keysOf = (schema: JsonObject): string[] => {
  const keys = schema[mapKeys]
  return Array.isArray(keys) ? keys.map(String) : []
}

function keysErrors(schema: JsonObject, path: string): FieldError[] {
  const type = schema[listType]
  if (!keysOf(schema).length || type === 'map') return []
  const must = 'must be map if x-kubernetes-list-map-keys is non-empty'
  return type === undefined
    ? [field.required(`${path}.${listType}`, must)]
    : [field.invalid(`${path}.${listType}`, type, must)]
}

function mapErrors(schema: JsonObject, path: string): FieldError[] {
  const keys = keysOf(schema)
  const { items } = schema
  const errors: FieldError[] = []
  if (!keys.length)
    errors.push(field.required(`${path}.${mapKeys}`, 'must not be empty if x-kubernetes-list-type is map'))
  if (!isObject(items))
    return [...errors, field.required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')]
  const ofMap = "if parent array's x-kubernetes-list-type is map"
  if (items.type !== 'object')
    return [...errors, field.invalid(`${path}.items.type`, items.type ?? '', `must be object ${ofMap}`)]
  const properties = isObject(items.properties) ? items.properties : {}
  for (const [index, key] of keys.entries()) {
    const member = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (!isObject(member))
      errors.push(field.invalid(`${path}.${mapKeys}`, keys, 'entries must all be names of item properties'))
    else if (member.type === 'array' || member.type === 'object')
      errors.push(field.invalid(`${path}.items.properties[${key}].type`, items.type, `must be a scalar type ${ofMap}`))
    if (keys.indexOf(key) !== index)
      errors.push(field.invalid(`${path}.${mapKeys}`, keys, 'must not contain duplicate entries'))
  }
  return errors
}

/** Items that are told apart cannot be null, nor can what tells them apart be missing. */
function nullErrors(schema: JsonObject, path: string): FieldError[] {
  const type = schema[listType]
  const { items } = schema
  if ((type !== 'set' && type !== 'map') || !isObject(items)) return []
  const errors: FieldError[] = []
  if (items.nullable === true)
    errors.push(field.forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${type}`))
  if (type === 'set' || !isObject(items.properties)) return errors
  const required = Array.isArray(items.required) ? items.required : []
  for (const key of keysOf(schema)) {
    const member = items.properties[key]
    if (!isObject(member)) continue
    const at = `${path}.items.properties[${key}]`
    const isKey = 'this property is in x-kubernetes-list-map-keys, so it'
    if (!required.includes(key) && member.default === undefined)
      errors.push(field.required(`${at}.default`, `${isKey} must have a default or be a required property`))
    if (member.nullable === true) errors.push(field.forbidden(`${at}.nullable`, `${isKey} cannot be nullable`))
  }
  return errors
}
