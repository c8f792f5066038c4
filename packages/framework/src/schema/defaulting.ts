import { clone, isObject, setOwn, type JsonObject, type JsonValue } from '../util/json.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** Fills in a value in place. With `keepsNulls`, null where nothing is the default stays for validation to refuse. */
export type Filler = (value: JsonValue, keepsNulls?: boolean) => void

/** What becomes of one member. */
interface Member {
  readonly nullable: boolean
  readonly default: JsonValue | undefined
  readonly fill: Filler | undefined
}

/**
 * The defaults of a schema: a missing member gets its default; a null that is no value of its own becomes the default,
 * or goes where there is none. In place, from the outside in, so that a default object gets the defaults of its members.
 * Undefined where there is nothing to do. Source: apiextensions-apiserver schema/defaulting.
 */
export function compileDefaults(schema: StructuralSchema): Filler | undefined {
  const object = objectFiller(schema)
  const list = schema.items && listFiller(member(schema.items))
  if (!object && !list) return undefined
  return (value, keepsNulls = false) => {
    if (Array.isArray(value)) list?.(value, keepsNulls)
    else if (isObject(value)) object?.(value, keepsNulls)
  }
}

const member = (schema: StructuralSchema): Member => ({
  nullable: schema.nullable,
  default: schema.default,
  fill: compileDefaults(schema),
})

function objectFiller(schema: StructuralSchema): ((object: JsonObject, keepsNulls: boolean) => void) | undefined {
  const members = new Map([...schema.properties].map(([name, property]) => [name, member(property)]))
  const additional = schema.additionalProperties ? member(schema.additionalProperties) : undefined
  if (!members.size && !additional) return undefined
  const missing = [...members].flatMap(([name, { default: value }]) => (value === undefined ? [] : [{ name, value }]))
  return (object, keepsNulls) => {
    for (const { name, value } of missing) if (!Object.hasOwn(object, name)) setOwn(object, name, clone(value))
    for (const key of Object.keys(object)) {
      const known = members.get(key) ?? additional
      if (!known) continue
      const value = object[key]
      if (value === null) settleNull(object, key, known, keepsNulls)
      else if (typeof value === 'object') known.fill?.(value, keepsNulls)
    }
  }
}

function settleNull(
  object: JsonObject,
  key: string,
  { nullable, default: value, fill }: Member,
  keepsNulls: boolean,
): void {
  if (nullable) return
  if (value === undefined) {
    if (!keepsNulls) Reflect.deleteProperty(object, key)
    return
  }
  const filled = clone(value)
  setOwn(object, key, filled)
  fill?.(filled, keepsNulls)
}

/** Nulls of a list stand at a place: they are never dropped. */
function listFiller({
  nullable,
  default: value,
  fill,
}: Member): ((list: JsonValue[], keepsNulls: boolean) => void) | undefined {
  const replaces = !nullable && value !== undefined
  if (!replaces && !fill) return undefined
  return (list, keepsNulls) => {
    for (let i = 0; i < list.length; i++) {
      if (replaces && list[i] === null) list[i] = clone(value)
      const item = list[i]
      if (typeof item === 'object' && item !== null) fill?.(item, keepsNulls)
    }
  }
}
