import { goText } from '../meta/go-format.ts'
import { field, type FieldError } from '../meta/field-error.ts'
import type { KubeObject } from '../meta/object.ts'
import { StatusError } from '../meta/status.ts'
import type { Kind } from '../schema/kind.ts'
import { getOwn, isObject, setOwn, type JsonObject, type JsonValue } from '../util/json.ts'

const maxInt32 = 2 ** 31 - 1

/** A member of an object, by a path of names like `.spec.replicas`: the only JSONPath that a Scale may use. */
export class MemberPath {
  readonly text: string
  readonly #names: readonly string[]

  /** Throws a TypeError when the path does not begin with one of `roots`, or asks for more than members. */
  constructor(option: string, text: string, roots: readonly string[]) {
    const [first, ...names] = text.split('.')
    const [root] = names
    if (first !== '' || names.length < 2 || names.some((n) => !/^[A-Za-z_$][\w$-]*$/.test(n)))
      throw new TypeError(`${option}: ${JSON.stringify(text)} is not a path of members like .spec.replicas`)
    if (root === undefined || !roots.includes(root))
      throw new TypeError(`${option}: ${JSON.stringify(text)} must begin with .${roots.join(' or .')}`)
    this.text = text
    this.#names = names
  }

  /** The way to the member as managed fields name it. */
  get fieldPath(): readonly string[] {
    return this.#names.map((name) => `f:${name}`)
  }

  /** Whether a kind's schema declares the member. */
  isDeclaredBy(kind: Kind): boolean {
    let schema: JsonValue | undefined = kind.schema
    for (const name of this.#names) {
      const properties: JsonValue | undefined = isObject(schema) ? getOwn(schema, 'properties') : undefined
      schema = isObject(properties) ? getOwn(properties, name) : undefined
    }
    return schema !== undefined
  }

  /** A whole number; undefined where there is none. Throws an Error for what is something else. */
  number(object: KubeObject): number | undefined {
    const value = this.#find(object)
    if (value === undefined) return undefined
    if (typeof value === 'bigint' || Number.isSafeInteger(value)) return Number(value)
    throw this.#wrongType(value, 'int64')
  }

  /** A text; '' where there is none. Throws an Error for what is something else. */
  string(object: KubeObject): string {
    const value = this.#find(object) ?? ''
    if (typeof value === 'string') return value
    throw this.#wrongType(value, 'string')
  }

  /** Sets the member; throws an Error where something else than an object is in the way. */
  set(object: KubeObject, value: JsonValue): void {
    let parent = object as unknown as JsonObject
    for (const name of this.#names.slice(0, -1)) {
      const found = getOwn(parent, name) ?? undefined
      if (found !== undefined && !isObject(found))
        throw StatusError.unknown(`value cannot be set because ${this.text} is not a map[string]interface{}`)
      const inner: JsonObject = found ?? {}
      if (!found) setOwn(parent, name, inner)
      parent = inner
    }
    setOwn(parent, this.#names.at(-1) ?? '', value)
  }

  /** What is wrong with a number of replicas. Source: apiextensions customresource/validator.go ValidateScaleSpec. */
  replicasErrors(object: KubeObject): FieldError[] {
    let replicas: number
    try {
      replicas = this.number(object) ?? 0
    } catch (error) {
      return [field.invalid(this.text, 0, (error as Error).message)]
    }
    if (replicas < 0) return [field.invalid(this.text, replicas, 'should be a non-negative integer')]
    if (replicas <= maxInt32) return []
    return [field.invalid(this.text, this.#find(object), `should be less than or equal to ${String(maxInt32)}`)]
  }

  selectorErrors(object: KubeObject): FieldError[] {
    try {
      this.string(object)
      return []
    } catch (error) {
      return [field.invalid(this.text, '', (error as Error).message)]
    }
  }

  #find(object: KubeObject): JsonValue | undefined {
    let value: JsonValue | undefined = object as unknown as JsonObject
    for (const name of this.#names) {
      if (value === undefined || value === null) return undefined
      if (!isObject(value)) throw this.#wrongType(value, 'map[string]interface{}')
      value = getOwn(value, name)
    }
    return value
  }

  #wrongType(value: JsonValue, wanted: string): StatusError {
    return StatusError.unknown(
      `${this.text} accessor error: ${goText(value)} is of the type ${goType(value)}, expected ${wanted}`,
    )
  }
}

function goType(value: JsonValue): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int64'
    case 'number':
      return Number.isSafeInteger(value) ? 'int64' : 'float64'
    default:
      return 'map[string]interface {}'
  }
}
