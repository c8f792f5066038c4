import { isObject, type JsonValue } from '../../util/json.ts'
import type { ListType } from './atoms.ts'
import { goJson, valueElement, type PathElement } from './path-element.ts'

/** Why an item of an associative list cannot be told from the others. */
export class ItemError extends Error {
  override readonly name = 'ItemError'
}

/** The path element of an item of an associative list. Throws {@link ItemError}. */
export function itemElement(list: ListType, item: JsonValue): PathElement {
  return list.keys.length ? keyedElement(list, item) : setElement(item)
}

function keyedElement(list: ListType, item: JsonValue): PathElement {
  if (item === null) throw new ItemError('associative list with keys may not have a null element')
  if (!isObject(item)) throw new ItemError('associative list with keys may not have non-map elements')
  let keys = ''
  for (const { name, prefix, defaultValue } of list.keys) {
    const value = Object.hasOwn(item, name) ? item[name] : defaultValue
    if (value !== undefined) keys += `${keys && ','}${prefix}${goJson(value)}`
  }
  if (!keys) {
    const names = list.keyNames.map((name) => JSON.stringify(name)).join(' ')
    throw new ItemError(
      `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    )
  }
  return `k:{${keys}}`
}

function setElement(item: JsonValue): PathElement {
  if (item === null) throw new ItemError("associative list without keys has an element that's an explicit null")
  if (Array.isArray(item)) throw new ItemError('not supported: associative list with lists as elements')
  if (typeof item === 'object') throw new ItemError("associative list without keys has an element that's a map type")
  return valueElement(item)
}

/** The items of each key in the order of first appearance; more than one where a list holds duplicates. */
export function indexItems(list: ListType, items: readonly JsonValue[]): Map<PathElement, JsonValue[]> {
  const index = new Map<PathElement, JsonValue[]>()
  for (const item of items) {
    const element = itemElement(list, item)
    const same = index.get(element)
    if (same) same.push(item)
    else index.set(element, [item])
  }
  return index
}
