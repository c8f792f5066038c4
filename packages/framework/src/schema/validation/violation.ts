import { field, FieldError } from '../../meta/field-error.ts'
import { quote } from '../../meta/go-format.ts'
import type { JsonValue } from '../../util/json.ts'
import { fromRoot } from '../member-path.ts'

/**
 * A complaint on its way up: `path` grows at the front as it passes the members around it. `error` makes the final one of
 * its place.
 */
export interface Violation {
  path: string
  readonly error: (place: Place) => FieldError
}

/** Where a complaint belongs. */
interface Place {
  /** What the whole value stands under (`status` for a status judged alone). */
  readonly base: string
  /** As messages say it: without the base. */
  readonly path: string
  /** With the base. */
  readonly field: string
}

/**
 * Judges a value. `old` is the value it replaces, where one can be told. Returns how many of its checks held: unions
 * explain the branch that came nearest.
 */
export type Check = (value: JsonValue, old: JsonValue | undefined, violations: Violation[]) => number

const worded = (value: unknown, message: (path: string) => string): Violation => ({
  path: '',
  error: ({ path, field: at }) => field.invalid(at, value, message(path)),
})

export const violation = {
  /** `detail` follows the path inside the message: `P in body <detail>`. */
  invalid: (value: unknown, detail: string): Violation => worded(value, (path) => `${path} in body ${detail}`),
  /** One whose message has the path elsewhere. */
  worded,
  type: (types: string, actual: string): Violation => ({
    path: '',
    error: ({ path, field: at }) =>
      field.typeInvalid(at, actual, `${path} in body must be of type ${types}: ${quote(actual)}`),
  }),
  forbidden: (key: string): Violation => ({
    path: '',
    error: ({ path, field: at }) =>
      field.invalid(at, key, `${path === '' ? key : `${path}.${key}`} in body is a forbidden property`),
  }),
  /** A complaint that keeps its path in the message only. */
  composite: (message: (path: string) => string): Violation => ({
    path: '',
    error: ({ path, base }) => field.invalid(base, '', message(path)),
  }),
  /** One that is worded without the path. */
  of: (make: (path: string) => FieldError, path = ''): Violation => ({
    path,
    error: ({ field: at }) => make(at),
  }),
} as const

/** The field errors of some violations, each said once. */
export function fieldErrors(violations: readonly Violation[], base: string): FieldError[] {
  const errors = new Map<string, FieldError>()
  for (const { path, error } of violations) {
    const made = error({ base, path: fromRoot(path), field: base === '' ? fromRoot(path) : base + path })
    const text = String(made)
    if (!errors.has(text)) errors.set(text, made)
  }
  return [...errors.values()]
}
