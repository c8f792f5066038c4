import type { Json } from './http-client.ts'

/** A member of a member …, undefined where there is none. */
export function at(object: unknown, ...path: readonly (string | number)[]): unknown {
  let value = object
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string | number, unknown>)[name]
  }
  return value
}

/** That member as a text; '' where it is none. */
export const textAt = (object: unknown, ...path: readonly (string | number)[]): string => {
  const value = at(object, ...path)
  return typeof value === 'string' ? value : ''
}

/** That member as a list of objects; empty where it is none. */
export const listAt = (object: unknown, ...path: readonly (string | number)[]): readonly Json[] => {
  const value = at(object, ...path)
  return Array.isArray(value) ? value.filter((item): item is Json => typeof item === 'object' && item !== null) : []
}
