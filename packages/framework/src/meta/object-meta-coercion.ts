import { isObject, setOwn, type JsonObject, type JsonValue } from '../util/json.ts'
import { keysOf } from '../util/listed-keys.ts'
import { byUtf16, sorted } from '../util/sorted.ts'
import { jsonTypeName } from './go-format.ts'
import { normalizeTime } from './go-time.ts'
import type { ObjectMeta } from './object.ts'
import { StatusError } from './status.ts'

/** What a message calls the object that was sent. */
export interface KindNames {
  /** The kind that is expected. */
  readonly kind: string
  readonly version: string
  /** The kind that the data names, where it is another one. */
  readonly given?: string
}

export interface CoercedObjectMeta {
  readonly meta: ObjectMeta
  /** Paths of the members that ObjectMeta does not have, as `metadata.nickname`. */
  readonly unknown: string[]
}

/**
 * Metadata as Go's ObjectMeta holds it: unknown members, the selfLink and everything empty
 * but managedFields are gone, times are in UTC.
 * Throws 400 with encoding/json's text where a member has another type. Source: apiextensions schema/objectmeta.
 */
export function coerceObjectMeta(value: JsonValue | undefined, names: KindNames): CoercedObjectMeta {
  try {
    return readObjectMeta(value)
  } catch (error) {
    if (!(error instanceof ObjectMetaTypeError)) throw error
    const { kind, version, given = kind } = names
    throw StatusError.badRequest(
      `${given} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${error.message}`,
      { cause: error },
    )
  }
}

/** A member of metadata has the wrong type; the message is encoding/json's. */
export class ObjectMetaTypeError extends TypeError {
  override readonly name = 'ObjectMetaTypeError'
}

/** {@link coerceObjectMeta} for whoever words the failure: throws {@link ObjectMetaTypeError}. */
export function readObjectMeta(value: JsonValue | undefined, path = 'metadata'): CoercedObjectMeta {
  const unknown: string[] = []
  const place: Place = { struct: objectMeta, path, key: '', above: undefined }
  const meta = value === undefined || value === null ? {} : readStruct(value, place, unknown)
  return { meta: meta, unknown }
}

/** The member that is being read: where it is, is put in words only when something is wrong with it. */
interface Place {
  readonly struct: Struct
  /** Of the structure. */
  readonly path: string
  /** Of the member; empty before the first. */
  key: string
  readonly above: Place | undefined
}

type Reader = (value: JsonValue, place: Place, unknown: string[]) => JsonValue | undefined

interface Struct {
  /** Go's name of it in `Struct.field`, and its type's. */
  readonly name: string
  readonly members: ReadonlyMap<string, Reader>
  /** Strings that are written even when they are empty. */
  readonly always: readonly string[]
}

function mismatch(value: JsonValue, place: Place | undefined, type: string, detail = ''): never {
  const target = place ? `Go struct field ${fieldOf(place)} of type ${type}` : `Go value of type ${type}`
  throw new ObjectMetaTypeError(`json: cannot unmarshal ${jsonTypeName(value)}${detail} into ${target}`)
}

/** As Go names it: `Struct.field.path`. */
function fieldOf(place: Place): string {
  const keys: string[] = []
  for (let at: Place | undefined = place; at; at = at.above) keys.unshift(at.key)
  return `${place.struct.name}.${keys.join('.')}`
}

const pathOf = ({ path, key }: Place): string => (path === '' ? key : `${path}.${key}`)

/** Members are visited sorted, as Go marshals them before it reads them: so the first complaint is Go's. */
function readStruct(value: JsonValue, place: Place, unknown: string[]): JsonObject {
  const { struct, above } = place
  if (!isObject(value)) mismatch(value, above, `v1.${struct.name}`)
  const result: JsonObject = {}
  for (const key of sorted(Object.keys(value), byUtf16)) {
    place.key = key
    const reader = struct.members.get(key)
    const member = value[key]
    if (reader === undefined) unknown.push(pathOf(place))
    else if (member !== null && member !== undefined) {
      const read = reader(member, place, unknown)
      if (read !== undefined) result[key] = read
    }
  }
  for (const key of struct.always) if (!Object.hasOwn(result, key)) result[key] = ''
  return result
}

const text = (value: JsonValue, place: Place, type: string): string =>
  typeof value === 'string' ? value : value === null ? '' : mismatch(value, place, type)

/** A string, absent when it is empty. */
const stringOf =
  (type = 'string'): Reader =>
  (value, place) =>
    text(value, place, type) || undefined

const boolean: Reader = (value, place) => (typeof value === 'boolean' ? value : mismatch(value, place, 'bool'))

const maxInt64 = 2 ** 63
const integer: Reader = (value, place) => {
  if (typeof value === 'bigint') return value
  if (typeof value !== 'number') return mismatch(value, place, 'int64')
  const fits = Number.isInteger(value) && value >= -maxInt64 && value < maxInt64
  return fits ? value : mismatch(value, place, 'int64', ` ${String(value)}`)
}
const positive: Reader = (value, place, unknown) => integer(value, place, unknown) || undefined

const time: Reader = (value, place) => {
  if (typeof value !== 'string') return mismatch(value, place, 'string')
  try {
    return normalizeTime(value)
  } catch (error) {
    if (error instanceof RangeError) throw new ObjectMetaTypeError(error.message, { cause: error })
    throw error
  }
}

const stringMap: Reader = (value, place) => {
  if (!isObject(value)) return mismatch(value, place, 'map[string]string')
  const keys = keysOf(value)
  if (keys.length === 0) return undefined
  if (isSortedAndOfStrings(value, keys)) return value
  const result: JsonObject = {}
  for (const key of [...keys].sort()) setOwn(result, key, text(value[key] ?? null, place, 'string'))
  return result
}

function isSortedAndOfStrings(value: JsonObject, keys: readonly string[]): boolean {
  let last = ''
  for (const key of keys) {
    if (key < last || typeof value[key] !== 'string') return false
    last = key
  }
  return true
}

const strings: Reader = (value, place) => {
  if (!Array.isArray(value)) return mismatch(value, place, '[]string')
  return value.length === 0 ? undefined : value.map((item) => text(item, place, 'string'))
}

const structs =
  (struct: Struct, keepsEmpty = false): Reader =>
  (value, place, unknown) => {
    if (!Array.isArray(value)) return mismatch(value, place, `[]v1.${struct.name}`)
    if (value.length === 0 && !keepsEmpty) return undefined
    return value.map((item, i) => {
      const path = `${pathOf(place)}[${String(i)}]`
      return readStruct(item ?? {}, { struct, path, key: '', above: place }, unknown)
    })
  }

const ownerReference: Struct = {
  name: 'OwnerReference',
  always: ['apiVersion', 'kind', 'name', 'uid'],
  members: new Map([
    ['apiVersion', stringOf()],
    ['kind', stringOf()],
    ['name', stringOf()],
    ['uid', stringOf('types.UID')],
    ['controller', boolean],
    ['blockOwnerDeletion', boolean],
  ]),
}

const managedFieldsEntry: Struct = {
  name: 'ManagedFieldsEntry',
  always: [],
  members: new Map([
    ['manager', stringOf()],
    ['operation', stringOf('v1.ManagedFieldsOperationType')],
    ['apiVersion', stringOf()],
    ['time', time],
    ['fieldsType', stringOf()],
    // Kept as it is: whoever decodes the set refuses what is none.
    ['fieldsV1', (value): JsonValue => value],
    ['subresource', stringOf()],
  ]),
}

const objectMeta: Struct = {
  name: 'ObjectMeta',
  always: [],
  members: new Map<string, Reader>([
    ['name', stringOf()],
    ['generateName', stringOf()],
    ['namespace', stringOf()],
    ['selfLink', (value, place): undefined => void text(value, place, 'string')],
    ['uid', stringOf('types.UID')],
    ['resourceVersion', stringOf()],
    ['generation', positive],
    ['creationTimestamp', time],
    ['deletionTimestamp', time],
    ['deletionGracePeriodSeconds', integer],
    ['labels', stringMap],
    ['annotations', stringMap],
    ['ownerReferences', structs(ownerReference)],
    ['finalizers', strings],
    // Of an empty list the field manager makes something.
    ['managedFields', structs(managedFieldsEntry, true)],
  ]),
}
