import { deepEqual, type JsonValue } from '../../util/json.ts'
import type { Check, Violation } from './violation.ts'

/** Judges a value, and overlooks what is wrong with one that did not change. Source: KEP-4008 CRD validation ratcheting. */
export function ratcheted(check: Check, value: JsonValue, old: JsonValue | undefined, violations: Violation[]): number {
  const before = violations.length
  const matches = check(value, old, violations)
  if (old !== undefined && violations.length > before && deepEqual(value, old)) violations.length = before
  return matches
}
