import { EvaluationError } from './cel-error.ts'

/**
 * A value of the expression language. An int is a bigint, a double a number; text is compared and counted by code point.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint
  | Uint8Array
  | Timestamp
  | Duration
  | List
  | MapValue
  | Optional
  | TypeValue
  | Opaque

/** An unsigned integer of 64 bits. */
export class Uint {
  readonly value: bigint

  constructor(value: bigint) {
    this.value = value
  }
}

/** An instant, in nanoseconds since 1970. Its years are 1 to 9999. */
export class Timestamp {
  readonly nanos: bigint

  constructor(nanos: bigint) {
    if (nanos < firstInstant || nanos > lastInstant) throw new EvaluationError('timestamp overflow')
    this.nanos = nanos
  }
}

const firstInstant = -62_135_596_800_000_000_000n
const lastInstant = 253_402_300_799_999_999_999n

/** A span of time, in nanoseconds that fit 64 bits. */
export class Duration {
  readonly nanos: bigint

  constructor(nanos: bigint) {
    if (BigInt.asIntN(64, nanos) !== nanos) throw new EvaluationError('duration overflow')
    this.nanos = nanos
  }
}

export class List {
  readonly items: readonly Value[]

  constructor(items: readonly Value[]) {
    this.items = items
  }

  /** `this + other`. Sets and list maps join in their own ways. */
  concat(other: List): List {
    return new List([...this.items, ...other.items])
  }

  /** Whether both hold the same; `same` compares items. */
  matches(other: List, same: (a: Value, b: Value) => boolean): boolean {
    const { items } = other
    return this.items.length === items.length && this.items.every((item, i) => same(item, items[i] ?? null))
  }
}

/** A key as look-ups compare it: numbers of all types are one. */
export type MapKey = string | boolean | bigint

/** Keys with values; also an object whose fields are known by their schema. */
export abstract class MapValue {
  abstract readonly size: number
  abstract get(key: Value): Value | undefined
  abstract keys(): Iterable<Value>
}

/** A map that an expression made. */
export class EntryMap extends MapValue {
  readonly #entries = new Map<MapKey, readonly [key: Value, value: Value]>()

  get size(): number {
    return this.#entries.size
  }

  get(key: Value): Value | undefined {
    const known = mapKey(key)
    return known === undefined ? undefined : this.#entries.get(known)?.[1]
  }

  *keys(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key
  }

  /** Throws for a key that is there already. */
  insert(key: Value, value: Value): void {
    const known = typeof key === 'number' ? undefined : mapKey(key)
    if (known === undefined) throw new EvaluationError('unsupported key type')
    if (this.#entries.has(known)) throw new EvaluationError(`insert failed: key ${String(known)} already exists`)
    this.#entries.set(known, [key, value])
  }
}

/** Undefined for what is no key: no map holds it. */
export function mapKey(key: Value): MapKey | undefined {
  if (typeof key === 'string' || typeof key === 'boolean' || typeof key === 'bigint') return key
  if (key instanceof Uint) return key.value
  return typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : undefined
}

/** A value that may be absent. */
export class Optional {
  /** Undefined: there is none. */
  readonly value: Value | undefined

  constructor(value?: Value) {
    this.value = value
  }

  static readonly none = new Optional()
}

/** What `type()` answers. */
export class TypeValue {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A value of a library's own type. */
export abstract class Opaque {
  abstract readonly typeName: string
  abstract equals(other: Opaque): boolean
  /** What cost counts it as. */
  readonly size: number = 1
}

/** The name that `type()` gives to a value's type. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'double'
    case 'string':
      return 'string'
    case 'object':
      return value === null ? 'null_type' : objectTypeName(value)
  }
}

function objectTypeName(value: Exclude<Value, null | boolean | bigint | number | string>): string {
  if (value instanceof List) return 'list'
  if (value instanceof MapValue) return 'map'
  if (value instanceof Uint) return 'uint'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp'
  if (value instanceof Duration) return 'google.protobuf.Duration'
  if (value instanceof Optional) return 'optional_type'
  return value instanceof TypeValue ? 'type' : value.typeName
}

/** An integer in the range of 64 bits. */
export function int(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new EvaluationError('integer overflow')
  return value
}

export function uint(value: bigint): Uint {
  if (value < 0n || BigInt.asUintN(64, value) !== value) throw new EvaluationError('unsigned integer overflow')
  return new Uint(value)
}

/** How many code points a text has. */
export function textLength(text: string): number {
  // Mostly a look at how the text is kept.
  if (!highSurrogate.test(text)) return text.length
  let length = text.length
  for (let i = 0; i < text.length - 1; i++) if (isPair(text, i)) length--
  return length
}

const highSurrogate = /[\ud800-\udbff]/

const isPair = (text: string, i: number): boolean =>
  (text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00
