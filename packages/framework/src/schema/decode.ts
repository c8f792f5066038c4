import { parseApiVersion, type GroupVersion, type GroupVersionKind } from '../meta/group-version.ts'
import { ObjectMetaTypeError, readObjectMeta } from '../meta/object-meta-coercion.ts'
import type { KubeObject } from '../meta/object.ts'
import { jsonTypeName } from '../meta/go-format.ts'
import { StatusError } from '../meta/status.ts'
import {
  getOwn,
  isObject,
  JsonRangeError,
  JsonSyntaxError,
  readJson,
  canonical,
  type JsonObject,
  type JsonValue,
} from '../util/json.ts'
import { YamlSyntaxError } from '../util/yaml-composer.ts'
import { readYaml } from '../util/yaml.ts'
import { cannotBeHandled, unrecognized } from './decode-error.ts'
import { duplicateFields } from './duplicate-fields.ts'
import { coerceEmbeddedMetadata } from './embedded-metadata.ts'
import type { Kind } from './kind.ts'
import type { CompiledKind } from './structural.ts'
import { completeTyped, isTyped, notRegistered, typeProblem } from './typed-decoding.ts'

/** What decoding needs of a compiled kind. */
export type DecodableKind = Pick<CompiledKind, 'kind' | 'schema' | 'prune' | 'default' | 'validate' | 'typeErrors'>

export interface DecodeOptions {
  /** `Ignore` looks for no duplicate or unknown fields, `Strict` refuses them. */
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict'
  /** What to make of a body in another version of the kind, which is refused: its unknown fields are complained of all the same. */
  readonly otherVersions?: OtherVersions
}

interface OtherVersions {
  /** Undefined for a version that is not declared: of that, no field is known. */
  readonly find: (apiVersion: string) => DecodableKind | undefined
  readonly warn: (warnings: readonly string[]) => void
}

export interface DecodedObject {
  readonly object: KubeObject
  /** Texts of Warnings: `unknown field "spec.x"`. */
  readonly warnings: string[]
}

export interface DecodedValue {
  /** Absent where there is an error. */
  readonly object?: KubeObject
  /** `unknown field "metadata.x"`, in Go's order; none with `Ignore`. */
  readonly unknown: string[]
  /** Why the value is no object of the kind, for whoever words the failure. */
  readonly error?: string
}

/** Complaints of one decode. */
const maxComplaints = 100

/**
 * The object that a request's body stands for: its metadata coerced, unknown fields gone, defaults filled in, not yet
 * validated. Throws 400, and 422 for another kind of the right version. Source: endpoints/handlers/create.go, CRDs'
 * customresource_handler.go.
 */
export function decodeObject(
  body: Buffer,
  mediaType: string,
  compiled: DecodableKind,
  options: DecodeOptions,
): DecodedObject {
  const { kind } = compiled
  const { fieldValidation } = options
  const source: Source = { body, mediaType, kind, isChecked: fieldValidation !== 'Ignore' }
  const read = readBody(source)
  const { value } = read
  const typed = isTyped(kind)
  if (typed) completeTyped(value, kind)
  const given = kindOf(value, source)
  const apiVersion = text(value, 'apiVersion')
  if (typed && (given !== kind.kind || apiVersion !== kind.apiVersion)) {
    throw cannotBeHandled({ ...kind, version: groupVersionOf(value).version }, given, notRegistered(given, apiVersion))
  }
  if (getOwn(value, 'apiVersion') === null)
    throw cannotBeHandled(
      { ...kind, version: '' },
      given,
      '.apiVersion accessor error: <nil> is of the type <nil>, expected string',
    )
  if (apiVersion !== kind.apiVersion) {
    complainOfOther(read, kind, given, options)
    throw StatusError.badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${kind.apiVersion})`,
    )
  }
  const { object, unknown, error } = decodeUnstructured(value, compiled, { fieldValidation })
  if (object === undefined) throw cannotBeHandled(kind, given, error ?? 'not an object')
  if (fieldValidation === 'Strict' && read.duplicates.length + unknown.length > 0) {
    const all = [...read.strictDuplicates, ...unknown].slice(0, maxComplaints)
    throw cannotBeHandled(kind, given, `strict decoding error: ${all.join(', ')}`)
  }
  return { object, warnings: [...read.duplicates, ...unknown].slice(0, maxComplaints) }
}

/** Go decodes a body by the version that it names before it looks whether that is the endpoint's. */
function complainOfOther(read: ReadBody, kind: Kind, given: string, options: DecodeOptions): void {
  const { fieldValidation, otherVersions } = options
  const { value, duplicates, strictDuplicates } = read
  const { group, version } = groupVersionOf(value)
  const misplaced = unknownMetadata(value, { ...kind, version }, given)
  if (!otherVersions || fieldValidation === 'Ignore') return
  const sameKind = group === kind.group && given === kind.kind
  const unknown = sameKind ? unknownFields(value, misplaced, otherVersions.find(text(value, 'apiVersion'))) : []
  if (fieldValidation === 'Strict' && strictDuplicates.length + unknown.length > 0) {
    const all = [...strictDuplicates, ...unknown].slice(0, maxComplaints)
    throw cannotBeHandled({ ...kind, version }, kind.kind, `strict decoding error: ${all.join(', ')}`)
  }
  otherVersions.warn([...duplicates, ...unknown].slice(0, maxComplaints))
}

function unknownMetadata(value: JsonObject, kind: GroupVersionKind, given: string): readonly string[] {
  try {
    return readObjectMeta(getOwn(value, 'metadata')).unknown
  } catch (error) {
    if (error instanceof ObjectMetaTypeError) throw cannotBeHandled(kind, given, error.message)
    throw error
  }
}

function unknownFields(value: JsonObject, misplaced: readonly string[], compiled: DecodableKind | undefined): string[] {
  const others = compiled
    ? compiled.prune(value as unknown as KubeObject)
    : Object.keys(value).filter((member) => !['apiVersion', 'kind', 'metadata'].includes(member))
  return [...misplaced, ...others.sort()].map((path) => `unknown field "${path}"`)
}

/**
 * Makes an object of the kind out of a value, in place: metadata coerced, unknown fields gone, defaults filled in. Throws
 * 422 for another kind.
 */
export function decodeUnstructured(
  value: JsonValue,
  compiled: DecodableKind,
  { fieldValidation }: DecodeOptions,
): DecodedValue {
  const { kind } = compiled
  if (!isObject(value))
    return {
      unknown: [],
      error: `json: cannot unmarshal ${jsonTypeName(value)} into Go value of type map[string]interface {}`,
    }
  const typed = isTyped(kind)
  if (typed) completeTyped(value, kind)
  const misnamed = typeMetaProblem(value)
  if (misnamed !== undefined) return { unknown: [], error: misnamed }
  const given = text(value, 'kind')
  if (given === '') return { unknown: [], error: missingKind(canonical(value)) }
  const apiVersion = text(value, 'apiVersion')
  if (typed && (given !== kind.kind || apiVersion !== kind.apiVersion))
    return { unknown: [], error: notRegistered(given, apiVersion) }
  if (apiVersion === '')
    return {
      unknown: [],
      error: `the API version in the data () does not match the expected API version (${kind.apiVersion})`,
    }
  const complaints: string[] = []
  let embedded: string[] = []
  try {
    const { meta, unknown } = readObjectMeta(getOwn(value, 'metadata'))
    value.metadata = meta as JsonObject
    complaints.push(...unknown)
    const problem = typed ? typeProblem(value, compiled.schema, kind) : undefined
    if (problem !== undefined) return { unknown: [], error: problem }
    if (given === kind.kind) embedded = coerceEmbeddedMetadata(compiled.schema, value)
  } catch (error) {
    if (!(error instanceof ObjectMetaTypeError)) throw error
    return { unknown: [], error: error.message }
  }
  const object = value as unknown as KubeObject
  if (given !== kind.kind || apiVersion !== kind.apiVersion) throw ofAnotherType(object, compiled)
  complaints.push(...compiled.prune(object), ...embedded)
  compiled.default(object)
  if (fieldValidation === 'Ignore') return { object, unknown: [] }
  return { object, unknown: complaints.slice(0, maxComplaints).map((path) => `unknown field "${path}"`) }
}

/** Lists, embedded objects and rules are judged all the same, if the version is that of the schema. */
function ofAnotherType(object: KubeObject, compiled: DecodableKind): StatusError {
  const { apiVersion, kind } = object
  const isOfVersion = apiVersion === compiled.kind.apiVersion
  if (isOfVersion) compiled.default(object)
  const errors = isOfVersion ? compiled.validate(object).errors : compiled.typeErrors(object)
  const group = parseApiVersion(apiVersion)?.group ?? ''
  return StatusError.invalid({ group, kind }, object.metadata.name ?? '', errors)
}

interface ReadBody {
  readonly value: JsonObject
  /** As Warnings say them, one each. */
  readonly duplicates: readonly string[]
  /** As an error says them: those of YAML all in one. */
  readonly strictDuplicates: readonly string[]
}

/** What a request sends, and what for. */
interface Source {
  readonly body: Buffer
  readonly mediaType: string
  readonly kind: Kind
  /** Duplicate and unknown fields count. */
  readonly isChecked: boolean
}

function readBody(source: Source): ReadBody {
  const { body, mediaType, kind, isChecked } = source
  try {
    if (mediaType === 'application/yaml') {
      const { value, duplicates } = readYaml(body.toString('utf8'))
      const strict = duplicates.length ? [`yaml: unmarshal errors:\n  ${duplicates.join('\n  ')}`] : []
      return { value: objectOf(value, source), duplicates: isChecked ? duplicates : [], strictDuplicates: strict }
    }
    if (mediaType !== 'application/json') throw unrecognized(kind.kind, protobufProblem(body), body)
    const json = readJson(body)
    const value = objectOf(json.value, source)
    const duplicates = isChecked ? duplicateFields(json) : []
    return { value, duplicates, strictDuplicates: duplicates }
  } catch (error) {
    if (error instanceof JsonRangeError && isObject(error.value)) {
      const given = kindOf(error.value, source)
      throw cannotBeHandled({ ...kind, version: groupVersionOf(error.value).version }, given, error.message)
    }
    if (error instanceof JsonSyntaxError) {
      const problem = `couldn't get version/kind; json parse error: ${error.message}`
      throw unrecognized(kind.kind, problem, body, { cause: error })
    }
    if (error instanceof YamlSyntaxError) throw unrecognized(kind.kind, error.message, body, { cause: error })
    throw error
  }
}

/** No kind of ours has a protobuf form, so a message of the right form says no more than any other. */
function protobufProblem(body: Buffer): string {
  if (body.length === 0) return 'empty data'
  return body.subarray(0, 4).toString('latin1') === 'k8s\0'
    ? 'the kind has no protobuf form'
    : 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]'
}

function objectOf(value: JsonValue, source: Source): JsonObject {
  if (isObject(value)) return value
  if (value === null) throw withoutKind(value, source)
  const target =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
  const problem = versionKindProblem(jsonTypeName(value), `Go value of type ${target}`)
  throw unrecognized(source.kind.kind, problem, source.body)
}

/** The kind that the data names. Throws 400 where kind or apiVersion say nothing. */
function kindOf(value: JsonObject, source: Source): string {
  const problem = typeMetaProblem(value)
  if (problem !== undefined) throw unrecognized(source.kind.kind, problem, source.body)
  const given = text(value, 'kind')
  if (given === '') throw withoutKind(value, source)
  return given
}

/** What makes apiVersion and kind no names of a type. Source: runtime/serializer/json/meta.go. */
function typeMetaProblem(value: JsonObject): string | undefined {
  for (const member of ['apiVersion', 'kind'] as const) {
    const found = getOwn(value, member) ?? null
    if (found !== null && typeof found !== 'string')
      return versionKindProblem(jsonTypeName(found), `Go struct field .${member} of type string`)
  }
  const apiVersion = text(value, 'apiVersion')
  return parseApiVersion(apiVersion) ? undefined : `unexpected GroupVersion string: ${apiVersion}`
}

/** Go's strict decoder complains of the body; the other one of its JSON, as what the endpoint expects. */
function withoutKind(value: JsonValue, { body, mediaType, kind, isChecked }: Source): StatusError {
  if (isChecked) return unrecognized(kind.kind, missingKind(body.toString()), body)
  const json = mediaType === 'application/yaml' ? canonical(value) : body.toString().trim()
  return cannotBeHandled(kind, kind.kind, missingKind(json))
}

const versionKindProblem = (found: string, target: string): string =>
  `couldn't get version/kind; json parse error: json: cannot unmarshal ${found} into ${target}`

const missingKind = (json: string): string => `Object 'Kind' is missing in '${json}'`

const groupVersionOf = (value: JsonObject): GroupVersion =>
  parseApiVersion(text(value, 'apiVersion')) ?? { group: '', version: '' }

function text(value: JsonObject, member: string): string {
  const found = getOwn(value, member)
  return typeof found === 'string' ? found : ''
}
