/**
 * JSON as Kubernetes needs it: integers beyond 2^53 stay exact (as bigint), `__proto__` is an ordinary key,
 * nesting has a limit, and the canonical form of a value is always the same bytes.
 */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject
export interface JsonObject {
  [key: string]: JsonValue
}

/** Deepest nesting accepted at the door; what is deeper could be parsed but never written again. */
export const maxDepth = 512

/** What went wrong while reading JSON; `message` is worded as Go's encoding/json words it. */
export class JsonSyntaxError extends SyntaxError {
  override readonly name = 'JsonSyntaxError'
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Sets an own property, also when the key is `__proto__`. Use wherever a key comes from a request. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  else (target as Record<string, unknown>)[key] = value
}

/** Reads an own property only: never something inherited from Object.prototype. */
export function getOwn(target: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(target, key) ? target[key] : undefined
}
