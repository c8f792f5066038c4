import { StatusError } from '../../../meta/status.ts'
import {
  getOwn,
  isObject,
  JsonSyntaxError,
  parseJson,
  setOwn,
  stringify,
  type JsonObject,
  type JsonValue,
} from '../../../util/json.ts'
import type { Field, FieldType, Message } from './message.ts'
import { WireReader, WireWriter, wireType, wrongWireType } from './wire.ts'

/** Writes the members of an object that the message knows, in the order of their numbers, as Go does. */
export function encodeMessage({ fields }: Message, object: JsonObject): Buffer {
  const writer = new WireWriter()
  for (const field of fields) encodeField(writer, field, getOwn(object, field.name) ?? null)
  return writer.finish()
}

function encodeField(writer: WireWriter, field: Field, value: JsonValue): void {
  const { number, type } = field
  switch (field.rule) {
    case 'always':
      encodeValue(writer, number, type, value)
      return
    case 'optional':
      if (value !== null) encodeValue(writer, number, type, value)
      return
    case 'repeated':
      if (Array.isArray(value)) for (const item of value) encodeValue(writer, number, type, item)
      return
    case 'map':
      if (!isObject(value)) return
      for (const key of Object.keys(value).sort())
        encodeValue(writer, number, mapEntry, { key, value: getOwn(value, key) ?? null })
      return
    case 'wrapped':
      if (Array.isArray(value)) encodeValue(writer, number, wrapper, { items: value })
  }
}

const mapEntry: Message = {
  name: 'Entry',
  fields: [
    { number: 1, name: 'key', type: 'string', rule: 'always' },
    { number: 2, name: 'value', type: 'string', rule: 'always' },
  ],
}
const wrapper: Message = { name: 'Verbs', fields: [{ number: 1, name: 'items', type: 'string', rule: 'repeated' }] }
const rawJson: Message = { name: 'FieldsV1', fields: [{ number: 1, name: 'Raw', type: 'string', rule: 'optional' }] }
const timestamp: Message = {
  name: 'Timestamp',
  fields: [
    { number: 1, name: 'seconds', type: 'int64', rule: 'always' },
    { number: 2, name: 'nanos', type: 'int32', rule: 'always' },
  ],
}

const empty = Buffer.alloc(0)

/** null is the zero value. What is of another type than the message wants is too: objects have been validated before. */
function encodeValue(writer: WireWriter, number: number, type: FieldType, value: JsonValue): void {
  if (type === 'bool' || type === 'int32' || type === 'int64') {
    writer.tag(number, wireType.varint)
    writer.varint(
      typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? integral(value) : 0,
    )
    return
  }
  writer.tag(number, wireType.bytes)
  switch (type) {
    case 'string':
      writer.string(typeof value === 'string' ? value : '')
      return
    case 'time':
      writer.bytes(encodeTime(value, 0))
      return
    case 'microTime':
      writer.bytes(encodeTime(value, 1_000_000))
      return
    case 'json':
      writer.bytes(encodeMessage(rawJson, { Raw: stringify(value) }))
      return
    default:
      writer.bytes(encodeMessage(type, isObject(value) ? value : {}))
  }
}

const integral = (value: number | bigint | boolean): number | bigint | boolean =>
  typeof value === 'number' ? Math.trunc(value) || 0 : value

/** The zero time is no bytes at all; metav1.Time never writes fractions of seconds, for it `nanosPerMs` is 0. */
function encodeTime(value: JsonValue, nanosPerMs: number): Buffer {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(milliseconds)) return empty
  const seconds = Math.floor(milliseconds / 1000)
  return encodeMessage(timestamp, { seconds, nanos: (milliseconds - seconds * 1000) * nanosPerMs })
}

/** Reads a message into JSON: what is not there, or holds the zero value without being a pointer in Go, is left out. */
export function decodeMessage(message: Message, bytes: Buffer): JsonObject {
  const object: JsonObject = {}
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const { field: number, type } = reader.tag(message.name)
    const field = message.fields.find((f) => f.number === number)
    if (field) decodeField(reader, field, type, object)
    else reader.skip(type)
  }
  return object
}

function decodeField(reader: WireReader, field: Field, wire: number, object: JsonObject): void {
  const { name, type } = field
  const scalar = type === 'bool' || type === 'int32' || type === 'int64'
  if (wire !== (scalar ? wireType.varint : wireType.bytes)) throw wrongWireType(wire, goName(name))
  switch (field.rule) {
    case 'always': {
      const value = decodeValue(reader, type)
      if (isZero(value)) Reflect.deleteProperty(object, name)
      else setOwn(object, name, merged(getOwn(object, name), value))
      return
    }
    case 'optional': {
      const value = decodeValue(reader, type)
      setOwn(object, name, merged(getOwn(object, name), value))
      return
    }
    case 'repeated':
      listOf(object, name).push(decodeValue(reader, type))
      return
    case 'map': {
      const { key, value } = decodeMessage(mapEntry, reader.bytes())
      let entries = getOwn(object, name)
      if (!isObject(entries)) setOwn(object, name, (entries = {}))
      setOwn(entries, typeof key === 'string' ? key : '', value ?? '')
      return
    }
    case 'wrapped': {
      const items = decodeMessage(wrapper, reader.bytes())['items']
      listOf(object, name).push(...(Array.isArray(items) ? items : []))
    }
  }
}

/** A message given twice is one message whose parts come twice. */
const merged = (known: JsonValue | undefined, value: JsonValue): JsonValue =>
  isObject(known) && isObject(value) ? { ...known, ...value } : value

function listOf(object: JsonObject, name: string): JsonValue[] {
  const known = getOwn(object, name)
  if (Array.isArray(known)) return known
  const list: JsonValue[] = []
  setOwn(object, name, list)
  return list
}

const isZero = (value: JsonValue): boolean => value === '' || value === 0 || value === false || value === null

/** Go's name of a member: `resourceVersion` is ResourceVersion, `uid` is UID. */
const goName = (name: string): string => (name === 'uid' ? 'UID' : name.charAt(0).toUpperCase() + name.slice(1))

function decodeValue(reader: WireReader, type: FieldType): JsonValue {
  switch (type) {
    case 'bool':
      return reader.bool()
    case 'int32':
      return reader.int32()
    case 'int64':
      return reader.int64()
    case 'string':
      return reader.bytes().toString('utf8')
    case 'time':
      return decodeTime(reader.bytes(), false)
    case 'microTime':
      return decodeTime(reader.bytes(), true)
    case 'json':
      return decodeJson(reader.bytes())
    default:
      return decodeMessage(type, reader.bytes())
  }
}

const maxDateSeconds = 8_640_000_000_000

function decodeTime(bytes: Buffer, micro: boolean): JsonValue {
  if (bytes.length === 0) return null
  const { seconds = 0, nanos = 0 } = decodeMessage(timestamp, bytes)
  if (typeof seconds !== 'number' || Math.abs(seconds) > maxDateSeconds) return null
  const whole = new Date(seconds * 1000).toISOString().slice(0, -5)
  if (!micro) return `${whole}Z`
  return `${whole}.${String(Math.trunc(Number(nanos) / 1000)).padStart(6, '0')}Z`
}

function decodeJson(bytes: Buffer): JsonValue {
  const raw = decodeMessage(rawJson, bytes)['Raw']
  if (typeof raw !== 'string' || raw === '') return null
  try {
    return parseJson(raw)
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw StatusError.badRequest(error.message, { cause: error })
    throw error
  }
}
