import { field } from '../../meta/field-error.ts'
import { getOwn, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { underKey } from '../member-path.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { ratcheted } from './ratcheting.ts'
import { violation, type Check, type Violation } from './violation.ts'

type ObjectCheck = (object: JsonObject, old: JsonValue | undefined, violations: Violation[]) => number

const typeMeta = new Set(['apiVersion', 'kind', 'metadata'])

/** Judges objects: their members, those that are missing, their number. */
export function objectCheck(
  schema: StructuralSchema,
  compile: (member: StructuralSchema) => Check,
  root: boolean,
): ObjectCheck {
  const { required, minProperties, maxProperties } = schema
  const members = new Map([...schema.properties].map(([name, property]) => [name, compile(property)]))
  const closed = schema.additionalProperties === false
  const additional = schema.additionalProperties ? compile(schema.additionalProperties) : undefined
  const counted = minProperties !== undefined || maxProperties !== undefined
  return (object, old, violations) => {
    let matches = 0
    const oldObject = isObject(old) ? old : undefined
    const keys = Object.keys(object)
    if (counted) countCheck(keys.length, schema, violations)
    for (const key of keys) {
      const member = members.get(key) ?? additional
      if (!member) {
        if (closed && !(root && typeMeta.has(key))) violations.push(violation.forbidden(key))
        continue
      }
      const before = violations.length
      const oldMember = oldObject && !(root && typeMeta.has(key)) ? getOwn(oldObject, key) : undefined
      matches += ratcheted(member, object[key] ?? null, oldMember, violations)
      for (let i = before; i < violations.length; i++) {
        const found = violations[i]
        if (found) found.path = underKey(key, found.path)
      }
    }
    for (const key of required)
      if (!Object.hasOwn(object, key)) violations.push(violation.of((path) => field.required(path), underKey(key, '')))
    return matches
  }
}

function countCheck(size: number, { minProperties, maxProperties }: StructuralSchema, violations: Violation[]): void {
  if (minProperties !== undefined && size < minProperties)
    violations.push(violation.invalid(size, `should have at least ${String(minProperties)} properties`))
  if (maxProperties !== undefined && size > maxProperties)
    violations.push(violation.of((path) => field.tooMany(path, size, maxProperties)))
}
