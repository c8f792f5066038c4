import { canonical, type JsonObject } from '../util/json.ts'
import type { KubeObject, ManagedFieldsEntry } from './object.ts'

/** The members of an object in canonical JSON, without braces: `"a":1,"b":2`. */
export interface ObjectText {
  /** Of metadata, without the resourceVersion. */
  readonly metadata: string
  /** managedFields, and where in `metadata` their list stands; undefined where there are none. */
  readonly managedFields: KnownFields | undefined
  /** Beside apiVersion, kind and metadata. */
  readonly rest: string
}

export interface KnownFields {
  readonly entries: readonly ManagedFieldsEntry[]
  readonly start: number
  readonly end: number
}

const managedFieldsKey = '"managedFields":'

/** An object's canonical text. The fieldsV1 of its managers, often the larger part, are written once for all texts that they are part of. */
export function objectText(object: KubeObject): ObjectText {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object as KubeObject & JsonObject
  const members = membersOf(rest)
  const { resourceVersion: _resourceVersion, managedFields, ...kept } = metadata
  if (!managedFields?.length) return { metadata: membersOf(kept), managedFields: undefined, rest: members }
  const [before, after] = split(kept, 'managedFields')
  const start = before.length + (before ? 1 : 0) + managedFieldsKey.length
  const list = `[${managedFields.map(entryText).join(',')}]`
  const text = joined(before, managedFieldsKey + list, after)
  return { metadata: text, managedFields: { entries: managedFields, start, end: start + list.length }, rest: members }
}

function entryText({ fieldsV1, ...entry }: ManagedFieldsEntry): string {
  const [before, after] = split(entry, 'fieldsV1')
  return `{${joined(before, fieldsV1 === undefined ? '' : `"fieldsV1":${fieldsText(fieldsV1)}`, after)}}`
}

/** Texts of this length and more are kept as long as the fields are. */
const worthKeeping = 1024
const written = new WeakMap<JsonObject, string>()

function fieldsText(fields: JsonObject): string {
  const known = written.get(fields)
  if (known !== undefined) return known
  const text = canonical(fields)
  if (text.length >= worthKeeping) written.set(fields, text)
  return text
}

/** The members that sort before a name, and those after it. */
function split(object: object, name: string): [string, string] {
  const before: JsonObject = {}
  const after: JsonObject = {}
  for (const [key, value] of Object.entries(object as JsonObject)) (key < name ? before : after)[key] = value
  return [membersOf(before), membersOf(after)]
}

const membersOf = (object: object): string => canonical(object as JsonObject).slice(1, -1)

/** Put together as they are: the text is copied once, when it becomes bytes. */
const joined = (...members: readonly string[]): string => {
  let text = ''
  for (const member of members) if (member) text += text ? `,${member}` : member
  return text
}
