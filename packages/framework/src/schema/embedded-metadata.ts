import { field } from '../meta/field-error.ts'
import { ObjectMetaTypeError, readObjectMeta } from '../meta/object-meta-coercion.ts'
import { getOwn, isObject, type JsonObject, type JsonValue } from '../util/json.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** Coerces, in place, what stands below `path`; notes the paths of members that metadata does not have. */
type Coercer = (value: JsonValue, path: string, unknown: string[]) => void

const compiled = new WeakMap<StructuralSchema, { readonly coerce: Coercer | undefined }>()

/**
 * Metadata of the whole objects inside of an object, made what ObjectMeta can hold, in place. Returns the paths of what it
 * cannot. Throws an {@link ObjectMetaTypeError} for a wrong type. Source: apiextensions-apiserver schema/objectmeta Coerce.
 */
export function coerceEmbeddedMetadata(schema: StructuralSchema, value: JsonObject): string[] {
  let known = compiled.get(schema)
  if (!known) compiled.set(schema, (known = { coerce: compile({ ...schema, embeddedResource: false }) }))
  const unknown: string[] = []
  known.coerce?.(value, '', unknown)
  return unknown
}

/** Undefined where nothing is embedded. */
function compile(schema: StructuralSchema): Coercer | undefined {
  const { embeddedResource } = schema
  const members = new Map<string, Coercer>()
  for (const [name, property] of schema.properties) {
    const coerce = compile(property)
    if (coerce) members.set(name, coerce)
  }
  const additional = schema.additionalProperties ? compile(schema.additionalProperties) : undefined
  const item = schema.items && compile(schema.items)
  if (!embeddedResource && !members.size && !additional && !item) return undefined
  return (value, path, unknown) => {
    if (Array.isArray(value)) {
      if (item) for (const [i, entry] of value.entries()) item(entry, `${path}[${String(i)}]`, unknown)
    } else if (isObject(value)) {
      if (embeddedResource) coerceResource(value, path, unknown)
      for (const key of Object.keys(value)) {
        if (embeddedResource && key === 'metadata') continue
        const coerce = schema.properties.has(key) ? members.get(key) : additional
        coerce?.(value[key] ?? null, path === '' ? key : `${path}.${key}`, unknown)
      }
    }
  }
}

function coerceResource(object: JsonObject, path: string, unknown: string[]): void {
  for (const member of ['apiVersion', 'kind']) {
    const value = getOwn(object, member)
    if (value !== undefined && typeof value !== 'string')
      throw new ObjectMetaTypeError(field.invalid(`${path}.${member}`, value, 'must be a string').toString())
  }
  const metadata = getOwn(object, 'metadata')
  if (metadata === undefined) return
  const place = `${path}.metadata`
  try {
    const read = readObjectMeta(metadata, place)
    const meta = read.meta as JsonObject
    // An empty list says something in the metadata of a request's own object only.
    if (Array.isArray(meta.managedFields) && !meta.managedFields.length) delete meta.managedFields
    object.metadata = meta
    unknown.push(...read.unknown)
  } catch (error) {
    if (!(error instanceof ObjectMetaTypeError)) throw error
    throw new ObjectMetaTypeError(field.invalid(place, metadata, error.message).toString(), { cause: error })
  }
}
