/** Paths as messages write them, built from the leaf up: nothing is spent on values that nobody complains about. */

/** `key`, or `key.rest`, or `key[0]…`. */
export function underKey(key: string, rest: string): string {
  if (rest === '') return key
  return rest.startsWith('[') ? key + rest : `${key}.${rest}`
}

/** `[0]`, or `[0].rest`. */
export function underIndex(index: number, rest: string): string {
  return underKey(`[${String(index)}]`, rest)
}
