/**
 * Paths as messages write them, built from the leaf up: nothing is spent on values that nobody complains about. On their way they begin with
 * what leads to them, `.key` or `[0]`; '' is the value itself, which a member with an empty name is not.
 */

export const underKey = (key: string, rest: string): string => `.${key}${rest}`

export const underIndex = (index: number, rest: string): string => `[${String(index)}]${rest}`

/** The key of a map, where those stand in brackets. */
export const underMapKey = (key: string, rest: string): string => `[${key}]${rest}`

/** `a.b[0]` of `.a.b[0]`. */
export const fromRoot = (path: string): string => (path.startsWith('.') ? path.slice(1) : path)
