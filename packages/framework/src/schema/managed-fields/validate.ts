import { isObject, type JsonObject, type JsonValue } from '../../util/json.ts'
import { keysOf } from '../../util/listed-keys.ts'
import { atomKind, walkedKind } from './atom-kind.ts'
import type { ListType, MapType, ScalarType, Type } from './atoms.ts'
import { itemElement, ItemError } from './list-items.ts'
import { fieldElement, formatElement, formatPath, type PathElement } from './path-element.ts'

/**
 * What keeps a configuration from being of a type, worded as Kubernetes words it: `.spec.size: expected numeric (int or
 * float), got string`. Source: structured-merge-diff typed/validate.go.
 */
export function typeErrors(type: Type, value: JsonValue): string[] {
  const walk = new Validating()
  walk.value(type, value)
  return walk.errors
}

class Validating {
  readonly errors: string[] = []
  readonly #path: PathElement[] = []

  value(type: Type, value: JsonValue): void {
    const kind = walkedKind(type, atomKind(type, value))
    if (value === null) return
    if (kind === 'map' && type.map) {
      if (isObject(value)) this.#map(type.map, value)
      else this.#error(`expected map, got ${goValue(value)}`)
    } else if (kind === 'list' && type.list) {
      if (Array.isArray(value)) this.#list(type.list, value)
      else this.#error(`expected list, got ${goValue(value)}`)
    } else if (type.scalar) {
      const error = scalarError(type.scalar, value)
      if (error !== undefined) this.#error(error)
    }
  }

  #error(message: string): void {
    const path = formatPath(this.#path)
    this.errors.push(path ? `${path}: ${message}` : message)
  }

  #below(element: PathElement, type: Type, value: JsonValue): void {
    this.#path.push(element)
    this.value(type, value)
    this.#path.pop()
  }

  #map(map: MapType, object: JsonObject): void {
    for (const key of keysOf(object)) {
      const type = map.fields.get(key)?.type ?? map.elementType
      const member = object[key] ?? null
      if (type?.scalar && typeof member !== 'object' && scalarError(type.scalar, member) === undefined) continue
      const element = fieldElement(key)
      if (type) this.#below(element, type, member)
      else {
        this.#path.push(element)
        this.#error('field not declared in schema')
        this.#path.pop()
        // One unknown member is reported, as Kubernetes does; the rest of the map is not looked at.
        return
      }
    }
  }

  #list(list: ListType, items: readonly JsonValue[]): void {
    const seen = new Set<PathElement>()
    for (const [index, item] of items.entries()) {
      let element = `i:${String(index)}`
      if (!list.atomic) {
        try {
          element = itemElement(list, item)
        } catch (error) {
          if (!(error instanceof ItemError)) throw error
          this.#error(`element ${String(index)}: ${error.message}`)
          return
        }
        if (seen.has(element)) this.#error(`duplicate entries for key ${formatElement(element)}`)
        seen.add(element)
      }
      this.#below(element, list.elementType, item)
    }
  }
}

function scalarError(scalar: ScalarType, value: JsonValue): string | undefined {
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  switch (scalar) {
    case 'numeric':
      return isNumber ? undefined : `expected numeric (int or float), got ${goType(value)}`
    case 'string':
      return typeof value === 'string'
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got ${goValue(value)}`
    case 'untyped':
      return typeof value === 'object' ? `expected any scalar, got ${goValue(value)}` : undefined
  }
}

function goType(value: JsonValue): string {
  if (Array.isArray(value)) return '[]interface {}'
  return typeof value === 'object' ? 'map[string]interface {}' : typeof value === 'boolean' ? 'bool' : typeof value
}

/** `%v` of a structure that holds the value. */
const goValue = (value: JsonValue): string => `&{${goPlain(value)}}`

function goPlain(value: JsonValue): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  return `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${goPlain(value[key] ?? null)}`)
    .join(' ')}]`
}

/** `%#v` of a decoded JSON value. */
function goSyntax(value: JsonValue): string {
  if (value === null) return 'interface {}(nil)'
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (typeof value !== 'object') return String(value)
  return `map[string]interface {}{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key] ?? null)}`)
    .join(', ')}}`
}
