import { field } from '../../meta/field-error.ts'
import { canonical, type JsonValue } from '../../util/json.ts'
import { underIndex } from '../member-path.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { oldItemsByKey } from './list-keys.ts'
import { ratcheted } from './ratcheting.ts'
import { violation, type Check, type Violation } from './violation.ts'

type ListCheck = (list: readonly JsonValue[], old: JsonValue | undefined, violations: Violation[]) => number

/** Judges lists: their items, their number, that none stands twice. */
export function listCheck(schema: StructuralSchema, items: Check | undefined): ListCheck {
  const { minItems, maxItems, uniqueItems } = schema
  const correlate = schema.listType === 'map' ? oldItemsByKey(schema.listMapKeys) : undefined
  return (list, old, violations) => {
    let matches = 1
    if (items) {
      const oldItem = correlate && Array.isArray(old) ? correlate(old) : undefined
      for (const [index, item] of list.entries()) {
        const before = violations.length
        matches += ratcheted(items, item, oldItem?.(item), violations)
        for (let i = before; i < violations.length; i++) {
          const found = violations[i]
          if (found) found.path = underIndex(index, found.path)
        }
      }
    }
    const size = list.length
    if (minItems !== undefined && size < minItems)
      violations.push(violation.invalid(size, `should have at least ${String(minItems)} items`))
    if (maxItems !== undefined && size > maxItems)
      violations.push(violation.of((path) => field.tooMany(path, size, maxItems)))
    if (uniqueItems && size > 1 && new Set(list.map(canonical)).size < size)
      violations.push(violation.invalid('', "shouldn't contain duplicates"))
    return matches
  }
}
