import { field } from '../../meta/field-error.ts'
import { canonical, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { underIndex } from '../member-path.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { listKey } from './list-keys.ts'
import { compileNested, type NestedCheck } from './nested-check.ts'
import { violation, type Violation } from './violation.ts'

/** Values of sets and keys of list maps stand once. Source: apiextensions-apiserver schema/listtype. */
export function compileListTypes(schema: StructuralSchema): NestedCheck | undefined {
  return compileNested(schema, ({ listType, listMapKeys }) => {
    if (listType === 'set') return setCheck
    return listType === 'map' ? mapCheck(listMapKeys) : undefined
  })
}

const setCheck: NestedCheck = (value, violations) => {
  if (Array.isArray(value)) duplicates(value, violations)
}

function mapCheck(keys: readonly string[]): NestedCheck {
  return (value, violations) => {
    if (!Array.isArray(value)) return
    const index = value.findIndex((item) => item !== null && !isObject(item))
    if (index >= 0) {
      const wrong = value[index]
      const text = 'must be an object for an array of list-type map'
      violations.push(violation.of((path) => field.invalid(path, wrong, text), underIndex(index, '')))
      return
    }
    duplicates(
      value.map((item): JsonObject => (isObject(item) ? listKey(item, keys) : {})),
      violations,
    )
  }
}

/** Of a value that stands many times only the second one is complained of. */
function duplicates(values: readonly JsonValue[], violations: Violation[]): void {
  if (values.length < 2) return
  const seen = new Map<string, number>()
  for (const [index, value] of values.entries()) {
    const text = canonical(value)
    const times = seen.get(text) ?? 0
    seen.set(text, times + 1)
    if (times === 1) violations.push(violation.of((path) => field.duplicate(path, value), underIndex(index, '')))
  }
}
