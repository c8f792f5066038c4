import { isObject, stringify, type JsonObject, type JsonValue } from '../../util/json.ts'
import { WireWriter, wireType } from '../negotiation/protobuf/wire.ts'

/**
 * How members of an OpenAPI document become fields of gnostic's protobuf messages. Maps are lists of named values; what
 * has no shape of its own is YAML, which JSON is.
 */

/** Writes one field; nothing where the value is not what the field holds. */
export type Put = (field: number, value: JsonValue) => Buffer
/** The bytes of one message. */
export type Encode = (value: JsonObject) => Buffer

const nothing = Buffer.alloc(0)

function field(number: number, type: number, write: (writer: WireWriter) => void): Buffer {
  const writer = new WireWriter()
  writer.tag(number, type)
  write(writer)
  return writer.finish()
}

const bytes = (number: number, value: Buffer): Buffer =>
  field(number, wireType.bytes, (writer) => {
    writer.bytes(value)
  })

export const string: Put = (number, value) =>
  typeof value === 'string'
    ? field(number, wireType.bytes, (writer) => {
        writer.string(value)
      })
    : nothing

export const bool: Put = (number, value) =>
  value === true
    ? field(number, wireType.varint, (writer) => {
        writer.varint(1)
      })
    : nothing

/** In a oneof, where false has to be said. */
export const boolEitherWay: Put = (number, value) =>
  field(number, wireType.varint, (writer) => {
    writer.varint(value === true)
  })

export const int64: Put = (number, value) =>
  typeof value === 'bigint' || Number.isInteger(value)
    ? field(number, wireType.varint, (writer) => {
        writer.varint(value as number | bigint)
      })
    : nothing

export const double: Put = (number, value) => {
  if (typeof value !== 'number' && typeof value !== 'bigint') return nothing
  const eight = Buffer.alloc(8)
  eight.writeDoubleLE(Number(value))
  return Buffer.concat([field(number, wireType.fixed64, () => undefined), eight])
}

/** gnostic's Any. */
export const any: Put = (number, value) => bytes(number, string(2, `${stringify(value)}\n`))

export const each =
  (put: Put): Put =>
  (number, value) =>
    Array.isArray(value) ? Buffer.concat(value.map((item) => put(number, item))) : nothing

/** A message in a field. Named lazily: schemas hold schemas. */
export function message(encoder: () => Encode): Put {
  let encode: Encode | undefined
  return (number, value) => (isObject(value) ? bytes(number, (encode ??= encoder())(value)) : nothing)
}

/** A message around one field. */
export const within =
  (inner: number, put: Put): Put =>
  (number, value) =>
    bytes(number, put(inner, value))

/** A map: named values, in fields of this number. */
export const named =
  (put: Put): Put =>
  (number, value) =>
    isObject(value)
      ? Buffer.concat(
          Object.entries(value).map(([name, item]) => bytes(number, Buffer.concat([string(1, name), put(2, item)]))),
        )
      : nothing

/** The members of an object that a message has; `extensions` is the field of those that begin with `x-`. */
export function struct(fields: Readonly<Record<string, readonly [number, Put]>>, extensions?: number): Encode {
  const known = Object.entries(fields).sort(([, [a]], [, [b]]) => a - b)
  const putExtensions = named(any)
  return (value) =>
    Buffer.concat([
      ...known.map(([name, [number, put]]) =>
        Object.hasOwn(value, name) ? put(number, value[name] ?? null) : nothing,
      ),
      extensions === undefined ? nothing : putExtensions(extensions, extensionsOf(value)),
    ])
}

const extensionsOf = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key.startsWith('x-')))
