import { canonical, canonicalText, type CanonicalText, type JsonObject } from '../util/json.ts'
import type { KubeObject, ManagedFieldsEntry } from './object.ts'

/** The members of an object in canonical JSON, without braces: `"a":1,"b":2`. */
export interface ObjectText {
  /** Of metadata, without the resourceVersion: texts to be written one after the other, as putting large ones together copies them. */
  readonly metadata: readonly string[]
  /** managedFields, and where in `metadata` their list stands; undefined where there are none. */
  readonly managedFields: KnownFields | undefined
  /** Beside apiVersion, kind and metadata. */
  readonly rest: string
  /** Reading the text gives the same members again, strings and managedFields left aside. */
  readonly same: boolean
}

export interface KnownFields {
  readonly entries: readonly ManagedFieldsEntry[]
  readonly start: number
  readonly end: number
}

const managedFieldsKey = '"managedFields":'

/** An object's canonical text. The fieldsV1 of its managers, often the larger part, are written once for all texts that they are part of. */
export function objectText(object: KubeObject): ObjectText {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...others } = object as KubeObject & JsonObject
  const { resourceVersion: _resourceVersion, managedFields, ...kept } = metadata
  const rest = membersOf(others)
  if (!managedFields?.length) {
    const { text, same } = membersOf(kept)
    return { metadata: text ? [text] : [], managedFields: undefined, rest: rest.text, same: same && rest.same }
  }
  const [before, after] = split(kept, 'managedFields')
  const parts = before.text ? [before.text, ','] : []
  parts.push(managedFieldsKey)
  const start = lengthOf(parts)
  managedFields.forEach((entry, i) => {
    parts.push(i ? ',{' : '[{', ...entryTexts(entry), '}')
  })
  parts.push(']')
  const end = lengthOf(parts)
  if (after.text) parts.push(',', after.text)
  const same = before.same && after.same && rest.same
  return { metadata: parts, managedFields: { entries: managedFields, start, end }, rest: rest.text, same }
}

const lengthOf = (parts: readonly string[]): number => parts.reduce((sum, { length }) => sum + length, 0)

function entryTexts({ fieldsV1, ...entry }: ManagedFieldsEntry): string[] {
  if (fieldsV1 === undefined) return [membersOf(entry).text]
  const [before, after] = split(entry, 'fieldsV1')
  return [`${before.text}${before.text && ','}"fieldsV1":`, fieldsText(fieldsV1), `${after.text && ','}${after.text}`]
}

/** Texts of this length and more are kept as long as the fields are. */
const worthKeeping = 64
const written = new WeakMap<JsonObject, string>()

function fieldsText(fields: JsonObject): string {
  const known = written.get(fields)
  if (known !== undefined) return known
  const text = canonical(fields)
  if (text.length >= worthKeeping) written.set(fields, text)
  return text
}

function split(object: object, name: string): [CanonicalText, CanonicalText] {
  const [before, after] = around(object, name)
  return [membersOf(before), membersOf(after)]
}

/** The members that sort before a name, and those after it. */
function around(object: object, name: string): [JsonObject, JsonObject] {
  const before: JsonObject = {}
  const after: JsonObject = {}
  for (const [key, value] of Object.entries(object as JsonObject)) (key < name ? before : after)[key] = value
  return [before, after]
}

function membersOf(object: object): CanonicalText {
  const { text, same } = canonicalText(object as JsonObject)
  return { text: text.slice(1, -1), same }
}
