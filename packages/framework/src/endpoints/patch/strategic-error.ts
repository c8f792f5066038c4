import { StatusError } from '../../meta/status.ts'
import { getOwn, isObject, type JsonObject, type JsonValue } from '../../util/json.ts'

/**
 * What can be wrong with a strategic merge patch, and the Status that it answers: what it says wrongly 400, a
 * list of lists 422. Go answers 500 to most of it, an accident. Source: endpoints/handlers/patch.go
 * interpretStrategicMergePatchError, apimachinery util/mergepatch/errors.go.
 */
export const strategicError = {
  primitiveListFormat: (): StatusError => StatusError.badRequest('invalid patch format of primitive list'),
  retainKeysFormat: (): StatusError => StatusError.badRequest('invalid patch format of retainKeys'),
  setElementOrderFormat: (): StatusError => StatusError.badRequest('invalid patch format of setElementOrder list'),
  /** Lists of lists are not supported. */
  listOfLists: (): StatusError => StatusError.genericInvalid(),
  noMergeKey: (item: JsonObject, key: string): StatusError =>
    StatusError.badRequest(`map: ${printGo(item)} does not contain declared merge key: ${key}`),
  patchType: (type: JsonValue, map: JsonObject): StatusError =>
    StatusError.badRequest(`unknown patch type: ${printGo(type)} in map: ${printGo(map)}`),
  mergeDirectiveInList: (): StatusError => StatusError.badRequest('merging lists cannot yet be specified in the patch'),
  listWithoutMergeKey: (name: string): StatusError =>
    StatusError.badRequest(`cannot merge lists without merge key for ${name}`),
  elementTypes: (lists: readonly (readonly JsonValue[])[]): StatusError =>
    StatusError.badRequest(`list element types are not identical: ${printGo(lists as JsonValue)}`),
  order: (patch: readonly JsonValue[], order: readonly JsonValue[]): StatusError =>
    StatusError.badRequest(
      `The order in patch list:\n${printGo(patch as JsonValue)}\n doesn't match $setElementOrder list:\n${printGo(order as JsonValue)}\n`,
    ),
  argumentType: (expected: 'list' | 'map', actual: JsonValue): StatusError =>
    StatusError.badRequest(
      `expected a ${expected === 'list' ? goTypes.list : goTypes.map}, but received a ${goTypeOf(actual)}`,
    ),
} as const

const goTypes = { list: '[]interface {}', map: 'map[string]interface {}' } as const

/** The Go type that a JSON value decodes to. */
export function goTypeOf(value: JsonValue): string {
  if (value === null) return '%!s(<nil>)'
  if (Array.isArray(value)) return goTypes.list
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int64'
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64'
    case 'string':
      return 'string'
    default:
      return goTypes.map
  }
}

/** Error messages stay short, whatever the patch holds. */
const longestPrint = 4096

/** A value as Go's `%v` prints it: `map[a:1 b:[x y]]`, cut when very long. */
export function printGo(value: JsonValue): string {
  const text = print(value)
  return text.length > longestPrint ? `${text.slice(0, longestPrint)}...` : text
}

function print(value: JsonValue): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(print).join(' ')}]`
  if (!isObject(value)) return String(value)
  const members = Object.keys(value).sort()
  return `map[${members.map((key) => `${key}:${print(getOwn(value, key) ?? null)}`).join(' ')}]`
}
