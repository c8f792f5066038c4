import type { StructuralSchema } from '../structural-schema.ts'
import { field } from '../../meta/field-error.ts'
import { formatValidator } from './formats.ts'
import { compilePattern } from './reg-exp.ts'
import { knownFormat } from './type-check.ts'
import { violation, type Violation } from './violation.ts'

/** Judges texts: length in characters, pattern, format. Undefined when any text will do. */
export function stringCheck(schema: StructuralSchema): ((value: string, violations: Violation[]) => void) | undefined {
  const { minLength, maxLength, pattern } = schema
  const format = knownFormat(schema)
  const matches = pattern === undefined || pattern === '' ? undefined : compilePattern(pattern)
  const wellFormed = formatValidator(format)
  if (minLength === undefined && maxLength === undefined && !matches && !wellFormed) return undefined
  return (value, violations) => {
    // Of length and pattern only the first complaint is made.
    if (maxLength !== undefined && longer(value, maxLength))
      violations.push(violation.of((path) => field.tooLong(path, maxLength)))
    else if (minLength !== undefined && minLength > 0 && !longer(value, minLength - 1))
      violations.push(violation.invalid(value, `should be at least ${String(minLength)} chars long`))
    else if (matches && !matches(value)) violations.push(violation.invalid(value, `should match '${pattern ?? ''}'`))
    if (wellFormed && !wellFormed(value)) violations.push(violation.type(format, value))
  }
}

/** More characters (not UTF-16 units) than the limit. */
function longer(text: string, limit: number): boolean {
  if (text.length <= limit) return false
  if (text.length > 2 * limit) return true
  let count = 0
  for (const _ of text) if (++count > limit) return true
  return false
}
