import { formatGoValue, goJsonEscape } from '../../meta/go-format.ts'
import { isObject, parseJson, type JsonObject, type JsonValue } from '../../util/json.ts'
import { compareUtf8 } from '../../util/utf8.ts'

/**
 * One step of a path, in the one text that fieldsV1 has for it: `f:name` a field, `k:{"name":"a"}` an item of a keyed
 * list, `v:"a"` an item of a set, `i:0` an item by its place. The text is the identity, so that sets of paths are
 * plain maps. Source: structured-merge-diff fieldpath/serialize-pe.go.
 */
export type PathElement = string

/** A path from the root of an object; the root itself is the empty path. */
export type Path = readonly PathElement[]

/** Names come again and again: one text for each need be put together, and hashed, but once. */
const fieldElements = new Map<string, PathElement>()
const maxFieldElements = 10_000

export function fieldElement(name: string): PathElement {
  const known = fieldElements.get(name)
  if (known !== undefined) return known
  if (fieldElements.size >= maxFieldElements) fieldElements.clear()
  const element = `f:${name}`
  fieldElements.set(name, element)
  return element
}

export const valueElement = (value: JsonValue): PathElement => `v:${goJson(value)}`

/** `keys` in the order of their names. */
export function keyElement(keys: JsonObject): PathElement {
  const members = Object.keys(keys)
    .sort(compareUtf8)
    .map((name) => `${goJson(name)}:${goJson(keys[name] ?? null)}`)
  return `k:{${members.join(',')}}`
}

/** Values, and single keys, that cannot be written otherwise: most need no parsing. */
const plainScalar = String.raw`(?:"[\w .:/@+=*-]*"|0|[1-9]\d{0,14})`
const plainElement = new RegExp(String.raw`^(?:v:${plainScalar}|k:\{"\w+":${plainScalar}\})$`)

/** Reads a key of fieldsV1: undefined for a kind of step that is not known; throws an Error for what is none at all. */
export function parsePathElement(key: string): PathElement | undefined {
  if (key.length < 2) throw new Error('key must be 2 characters long:')
  if (key[1] !== ':') throw new Error(`missing colon: ${key}`)
  const kind = key[0]
  if (kind === 'f' || plainElement.test(key)) return key
  switch (kind) {
    case 'v':
      return valueElement(parseJson(key.slice(2)))
    case 'k': {
      const keys = parseJson(key.slice(2))
      if (!isObject(keys)) throw new Error(`expected an object of keys: ${key}`)
      return keyElement(keys)
    }
    case 'i':
      if (!/^[+-]?\d+$/.test(key.slice(2)))
        throw new Error(`strconv.Atoi: parsing ${goJson(key.slice(2))}: invalid syntax`)
      return `i:${String(Number(key.slice(2)))}`
    default:
      return undefined
  }
}

/** As messages show a path: `.spec.ports[port=80,protocol="TCP"].name`. */
export const formatPath = (path: Path): string => path.map(formatElement).join('')

export function formatElement(element: PathElement): string {
  const content = element.slice(2)
  switch (element[0]) {
    case 'f':
      return `.${content}`
    case 'k': {
      const keys = parseJson(content) as JsonObject
      return `[${Object.entries(keys)
        .map(([name, value]) => `${name}=${formatGoValue(value)}`)
        .join(',')}]`
    }
    case 'v':
      return `[=${formatGoValue(parseJson(content))}]`
    default:
      return `[${content}]`
  }
}

const ranks: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 }

/** The order of steps in fieldsV1 and in messages: fields, keys, values, places. */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0
  const kind = a.charAt(0)
  const rank = (ranks[kind] ?? 0) - (ranks[b.charAt(0)] ?? 0)
  if (rank !== 0) return rank
  if (kind === 'f') return compareUtf8(a, b)
  if (kind === 'i') return Number(a.slice(2)) - Number(b.slice(2))
  const left = parseJson(a.slice(2))
  const right = parseJson(b.slice(2))
  return isObject(left) && isObject(right) ? compareKeys(left, right) : compareValues(left, right)
}

function compareKeys(a: JsonObject, b: JsonObject): number {
  const left = Object.entries(a)
  const right = Object.entries(b)
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [leftName, leftValue] = left[i] ?? ['', null]
    const [rightName, rightValue] = right[i] ?? ['', null]
    const order = compareUtf8(leftName, rightName) || compareValues(leftValue, rightValue)
    if (order !== 0) return order
  }
  return left.length - right.length
}

/** Numbers before strings, booleans, lists, maps and null. */
function compareValues(a: JsonValue, b: JsonValue): number {
  const rank = valueRank(a) - valueRank(b)
  if (rank !== 0) return rank
  if (typeof a === 'string' && typeof b === 'string') return compareUtf8(a, b)
  if (typeof a === 'object' || typeof b === 'object') return compareUtf8(goJson(a), goJson(b))
  return a < b ? -1 : a > b ? 1 : 0
}

function valueRank(value: JsonValue): number {
  if (typeof value === 'number' || typeof value === 'bigint') return 0
  if (typeof value === 'string') return 1
  if (typeof value === 'boolean') return 2
  return value === null ? 5 : Array.isArray(value) ? 3 : 4
}

const plainText = /^[\w .:/@+=*-]*$/

/** A value's JSON as Go writes it. */
export function goJson(value: JsonValue): string {
  if (typeof value === 'string') {
    if (plainText.test(value)) return `"${value}"`
    return goJsonEscape(JSON.stringify(value)).replace(/\\[bf]|\\\\/g, (c) =>
      c === '\\b' ? '\\u0008' : c === '\\f' ? '\\u000c' : c,
    )
  }
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.keys(value)
      .sort(compareUtf8)
      .map((key) => `${goJson(key)}:${goJson(value[key] ?? null)}`)
      .join(',')}}`
  return String(value)
}
