import { isObject, type JsonValue } from '../../util/json.ts'
import { underIndex, underKey, underMapKey } from '../member-path.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import type { Violation } from './violation.ts'

export type NestedCheck = (value: JsonValue, violations: Violation[]) => void

/**
 * Runs a check at those places of a value whose schemas ask for it; undefined when none does. Keys of maps stand in
 * brackets in its paths: `labels[app]`.
 */
export function compileNested(
  schema: StructuralSchema,
  own: (schema: StructuralSchema) => NestedCheck | undefined,
): NestedCheck | undefined {
  const here = own(schema)
  const members = new Map<string, NestedCheck>()
  for (const [name, property] of schema.properties) {
    const member = compileNested(property, own)
    if (member) members.set(name, member)
  }
  const additional = schema.additionalProperties ? compileNested(schema.additionalProperties, own) : undefined
  const item = schema.items && compileNested(schema.items, own)
  if (!here && !members.size && !additional && !item) return undefined
  return (value, violations) => {
    here?.(value, violations)
    if (Array.isArray(value)) {
      if (item)
        for (const [index, one] of value.entries()) below(item, one, violations, (path) => underIndex(index, path))
    } else if (isObject(value))
      for (const key of Object.keys(value)) {
        const known = schema.properties.has(key)
        const member = known ? members.get(key) : additional
        if (member) below(member, value[key] ?? null, violations, (path) => (known ? underKey : underMapKey)(key, path))
      }
  }
}

function below(check: NestedCheck, value: JsonValue, violations: Violation[], place: (path: string) => string): void {
  const before = violations.length
  check(value, violations)
  for (let i = before; i < violations.length; i++) {
    const found = violations[i]
    if (found) found.path = place(found.path)
  }
}
