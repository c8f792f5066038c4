import { jsonOfValue } from '../../../schema/cel/json-value.ts'
import { StructValue } from '../../../schema/cel/struct-value.ts'
import { List, MapValue, type Value } from '../../../schema/cel/value.ts'
import type { JsonValue } from '../../../util/json.ts'

/**
 * The JSON of a value that an expression has made. Throws for an `Object…` in a place that its type does not name, as in
 * `Object.spec{selector: Object.spec.wrong{}}`. Source: apiserver cel/mutation/dynamic/objects.go.
 */
export function jsonOfStruct(value: Value): JsonValue {
  const errors: string[] = []
  if (value instanceof StructValue) check(value, value.structName, errors)
  if (errors.length) throw new Error(`type mismatch: ${errors.join('\n')}`)
  return jsonOfValue(value)
}

function check(value: Value, path: string, errors: string[]): void {
  if (value instanceof StructValue) {
    const { structName } = value
    if (structName !== path)
      errors.push(
        `unexpected type name ${JSON.stringify(structName)}, expected ${JSON.stringify(path)}, which matches field name path from root Object type`,
      )
    for (const name of value.keys()) check(value.get(name) ?? null, `${path}.${name}`, errors)
  } else if (value instanceof List) for (const item of value.items) check(item, path, errors)
  else if (value instanceof MapValue) for (const key of value.keys()) check(value.get(key) ?? null, path, errors)
}
