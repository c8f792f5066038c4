import { field, type FieldError } from '../../meta/field-error.ts'
import { StatusError } from '../../meta/status.ts'
import type { DeleteOptions } from '../../registry/rest.ts'
import { getOwn, isObject, JsonSyntaxError, parseJson, type JsonObject, type JsonValue } from '../../util/json.ts'
import { parseYaml } from '../../util/yaml.ts'
import { decodeCbor } from '../negotiation/cbor.ts'
import { decodeProtobuf } from '../negotiation/protobuf/index.ts'
import { dryRunErrors } from './write-options.ts'
import { queryBoolean, queryInteger } from './query-values.ts'

const policies = ['Orphan', 'Background', 'Foreground']

/** metav1.DeleteOptions: the body where there is one, else the query. Source: endpoints/handlers/delete.go. */
export function decodeDeleteOptions(query: URLSearchParams, body: Buffer, mediaType: string): DeleteOptions {
  return validated(body.length ? fromBody(body, mediaType) : fromQuery(query))
}

interface RawDeleteOptions {
  gracePeriodSeconds?: number
  uid?: string
  resourceVersion?: string
  orphanDependents?: boolean
  propagationPolicy?: string
  dryRun: string[]
}

function fromQuery(query: URLSearchParams): RawDeleteOptions {
  return {
    gracePeriodSeconds: queryInteger(query, 'gracePeriodSeconds'),
    orphanDependents: queryBoolean(query, 'orphanDependents'),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    uid: query.get('uid') ?? undefined,
    resourceVersion: query.get('resourceVersion') ?? undefined,
    dryRun: query.getAll('dryRun'),
  }
}

function parseBody(body: Buffer, mediaType: string): JsonValue {
  if (mediaType === 'application/vnd.kubernetes.protobuf')
    return decodeProtobuf(body, { apiVersion: 'v1', kind: 'DeleteOptions' })
  if (mediaType === 'application/cbor') return decodeCbor(body)
  try {
    return mediaType === 'application/yaml' ? parseYaml(body.toString('utf8')) : parseJson(body)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    if (error instanceof JsonSyntaxError)
      throw StatusError.badRequest(`couldn't get version/kind; json parse error: ${text}`, { cause: error })
    throw StatusError.badRequest(text, { cause: error })
  }
}

const goTypeName = (value: JsonValue): string =>
  Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'bigint'
        ? 'number'
        : typeof value === 'boolean'
          ? 'bool'
          : typeof value

function fromBody(body: Buffer, mediaType: string): RawDeleteOptions {
  // Go takes null for options without members.
  const value = parseBody(body, mediaType) ?? {}
  if (!isObject(value))
    throw StatusError.badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${goTypeName(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    )
  const kind = text(value, 'kind', '.kind') || 'DeleteOptions'
  const apiVersion = text(value, 'apiVersion', '.apiVersion') || 'meta.k8s.io/v1'
  if (apiVersion.split('/').length > 2) throw StatusError.badRequest(`unexpected GroupVersion string: ${apiVersion}`)
  // Whatever the version: clients send that of their own group, and where CustomResourceDefinitions are served any is taken.
  if (kind !== 'DeleteOptions')
    throw StatusError.badRequest(
      `no kind "${kind}" is registered for version "${apiVersion}" in scheme "apiserver-kit"`,
    )
  const preconditions = getOwn(value, 'preconditions') ?? null
  if (preconditions !== null && !isObject(preconditions))
    throw mismatch(preconditions, 'DeleteOptions.preconditions', 'v1.Preconditions')
  return {
    gracePeriodSeconds: integer(value, 'gracePeriodSeconds'),
    orphanDependents: boolean(value, 'orphanDependents'),
    propagationPolicy: text(value, 'propagationPolicy', 'DeleteOptions.propagationPolicy', 'v1.DeletionPropagation'),
    uid: preconditions ? text(preconditions, 'uid', 'Preconditions.preconditions.uid', 'types.UID') : undefined,
    resourceVersion: preconditions
      ? text(preconditions, 'resourceVersion', 'Preconditions.preconditions.resourceVersion')
      : undefined,
    dryRun: strings(value, 'dryRun'),
  }
}

/** `path` begins with the name of the Go struct. */
const mismatch = (value: JsonValue, path: string, type: string): StatusError => {
  const found = `${goTypeName(value)}${type === 'int64' && typeof value === 'number' ? ` ${String(value)}` : ''}`
  return StatusError.badRequest(`json: cannot unmarshal ${found} into Go struct field ${path} of type ${type}`)
}

function text(value: JsonObject, key: string, path: string, type = 'string'): string | undefined {
  const v = getOwn(value, key) ?? null
  if (v === null) return undefined
  if (typeof v !== 'string') throw mismatch(v, path, type)
  return v
}
function integer(value: JsonObject, key: string): number | undefined {
  const v = getOwn(value, key) ?? null
  if (v === null) return undefined
  if (typeof v === 'bigint') return Number(v)
  if (typeof v !== 'number' || !Number.isInteger(v) || Math.abs(v) >= 2 ** 63)
    throw mismatch(v, `DeleteOptions.${key}`, 'int64')
  return v
}
function boolean(value: JsonObject, key: string): boolean | undefined {
  const v = getOwn(value, key) ?? null
  if (v === null) return undefined
  if (typeof v !== 'boolean') throw mismatch(v, `DeleteOptions.${key}`, 'bool')
  return v
}
function strings(value: JsonObject, key: string): string[] {
  const v = getOwn(value, key) ?? null
  if (v === null) return []
  if (!Array.isArray(v)) throw mismatch(v, `DeleteOptions.${key}`, '[]string')
  return v.map((item) => {
    if (typeof item !== 'string') throw mismatch(item, `DeleteOptions.${key}`, 'string')
    return item
  })
}

function validated(raw: RawDeleteOptions): DeleteOptions {
  const errors: FieldError[] = []
  const policy = raw.propagationPolicy
  if (policy !== undefined && raw.orphanDependents !== undefined)
    errors.push(
      field.invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
    )
  if (policy !== undefined && !policies.includes(policy))
    errors.push(field.notSupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']))
  errors.push(...dryRunErrors(raw.dryRun))
  if (errors.length) throw StatusError.invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors)
  const given = raw.uid !== undefined || raw.resourceVersion !== undefined
  return {
    gracePeriodSeconds: raw.gracePeriodSeconds,
    orphanDependents: raw.orphanDependents,
    propagationPolicy: policy as DeleteOptions['propagationPolicy'],
    preconditions: given ? { uid: raw.uid, resourceVersion: raw.resourceVersion } : undefined,
    dryRun: raw.dryRun.length > 0,
  }
}
