import { isObject, type JsonObject, type JsonValue } from '../util/json.ts'
import type { Filler } from './defaulting.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * Drops optional members that hold a zero value, as Go does for members marked `omitempty`: `""`, 0, false, null, empty
 * lists and empty maps. An empty object with declared members stays: in Go it is a struct. Undefined when the schema has
 * no optional members.
 */
export function compileOmission(schema: StructuralSchema): Filler | undefined {
  const object = objectOmission(schema)
  const item = schema.items && compileOmission(schema.items)
  if (!object && !item) return undefined
  return (value) => {
    if (Array.isArray(value)) {
      if (item) for (const one of value) item(one)
    } else if (isObject(value)) object?.(value)
  }
}

function objectOmission(schema: StructuralSchema): ((object: JsonObject) => void) | undefined {
  const optional = new Map<string, StructuralSchema>()
  const inner = new Map<string, Filler>()
  for (const [name, property] of schema.properties) {
    const omit = compileOmission(property)
    if (omit) inner.set(name, omit)
    if (!schema.required.includes(name)) optional.set(name, property)
  }
  const additional = schema.additionalProperties ? compileOmission(schema.additionalProperties) : undefined
  if (!optional.size && !inner.size && !additional) return undefined
  return (object) => {
    for (const key of Object.keys(object)) {
      const value = object[key] ?? null
      if (typeof value === 'object' && value !== null) (inner.get(key) ?? additional)?.(value)
      const known = optional.get(key)
      if (known && isZero(value, known)) Reflect.deleteProperty(object, key)
    }
  }
}

function isZero(value: JsonValue, schema: StructuralSchema): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isObject(value)) return Boolean(schema.additionalProperties) && Object.keys(value).length === 0
  if (value === null) return !schema.nullable
  return value === '' || value === false || value === 0 || value === 0n
}
