import { deepEqual, type JsonValue } from '../../util/json.ts'

/** A value with the one that it replaces; undefined: it is new. */
export class Correlation {
  readonly #value: JsonValue
  readonly #old: JsonValue | undefined
  #unchanged: boolean | undefined

  constructor(value: JsonValue, old: JsonValue | undefined) {
    this.#value = value
    this.#old = old
  }

  get unchanged(): boolean {
    return (this.#unchanged ??= this.#old !== undefined && deepEqual(this.#value, this.#old))
  }
}

/**
 * What tells whether a value's complaints are only repeated ones: its own correlation, or that of the nearest value around
 * it which has one. Source: apiextensions-apiserver schema/cel/validation.go ratchetingOptions.
 */
export interface Ratcheting {
  readonly current: Correlation | undefined
  readonly nearest: Correlation | undefined
}

export const unratcheted: Ratcheting = { current: undefined, nearest: undefined }

export const isUnchanged = ({ current, nearest }: Ratcheting): boolean =>
  current ? current.unchanged : nearest?.unchanged === true

/** That of a value inside. */
export function inner(
  outer: Ratcheting,
  correlatable: boolean,
  value: JsonValue,
  old: JsonValue | undefined,
): Ratcheting {
  const { current } = outer
  if (!current) return outer
  return { current: correlatable ? new Correlation(value, old) : undefined, nearest: current }
}
