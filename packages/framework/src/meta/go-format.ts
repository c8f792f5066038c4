import type { JsonValue } from '../util/json.ts'

/** A Go-quoted string (`%q`). */
export function quote(text: string): string {
  return JSON.stringify(text)
}

/** A value as field errors print it: `%v` for numbers and booleans, quoted strings, compact JSON for the rest. */
export function formatGoValue(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'object' && value !== null) return JSON.stringify(value as JsonValue)
  return String(value)
}
