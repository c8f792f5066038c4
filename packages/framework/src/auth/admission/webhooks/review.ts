import { randomUUID } from 'node:crypto'
import { isObject, parseJson, stringify, type JsonObject, type JsonValue } from '../../../util/json.ts'
import type { VersionedWrite } from '../matching/versions.ts'
import { admissionRequest } from '../request.ts'

const group = 'admission.k8s.io'

/** The question to a webhook. */
export interface Review {
  readonly uid: string
  readonly version: string
  readonly body: string
}

/** What a webhook has answered. */
export interface ReviewAnswer {
  readonly allowed: boolean
  readonly status: JsonObject | undefined
  readonly warnings: readonly string[]
  readonly auditAnnotations: Readonly<Record<string, string>>
  /** JSON, as it stands in the answer; undefined: none. */
  readonly patch: string | undefined
  readonly patchType: string
}

/** Source: admission/plugin/webhook/request/admissionreview.go CreateAdmissionObjects. Throws for versions that there are not. */
export function reviewOf(write: VersionedWrite, versions: readonly string[] = []): Review {
  const version = versions.find((known) => known === 'v1' || known === 'v1beta1')
  if (version === undefined) throw new Error('webhook does not accept known AdmissionReview versions (v1, v1beta1)')
  const uid = randomUUID()
  const objects = { object: json(write.object), oldObject: json(write.oldObject) }
  const request = { uid, ...admissionRequest(write, objects) }
  return { uid, version, body: stringify({ kind: 'AdmissionReview', apiVersion: `${group}/${version}`, request }) }
}

const json = (object: VersionedWrite['object']): JsonValue => (object ?? null) as unknown as JsonValue

/** Source: the same file, VerifyAdmissionResponse. Throws what is wrong with the answer. */
export function answerOf(document: JsonValue, { uid, version }: Review, mutating: boolean): ReviewAnswer {
  const review = isObject(document) ? document : {}
  const response = review['response']
  if (!isObject(response)) throw new Error('webhook response was absent')
  if (version === 'v1') verifyIdentity(review, response, uid)
  const patch = patchOf(response['patch'])
  const patchType = response['patchType']
  if (mutating && version === 'v1') verifyPatch(patch, patchType)
  if (!mutating && version === 'v1') {
    if (patch !== undefined) throw new Error('validating webhook may not return response.patch')
    if (typeof patchType === 'string') throw new Error('validating webhook may not return response.patchType')
  }
  return {
    allowed: response['allowed'] === true,
    status: isObject(response['status']) ? response['status'] : undefined,
    warnings: texts(response['warnings']),
    auditAnnotations: annotations(response['auditAnnotations']),
    patch: mutating ? patch : undefined,
    patchType: version === 'v1' ? text(patchType) : 'JSONPatch',
  }
}

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')

function verifyIdentity(review: JsonObject, response: JsonObject, uid: string): void {
  if (response['uid'] !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(text(response['uid']))}`)
  const [apiVersion, kind] = [text(review['apiVersion']), text(review['kind'])]
  if (apiVersion === `${group}/v1` && kind === 'AdmissionReview') return
  const given = `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`
  throw new Error(`expected webhook response of ${group}/v1, Kind=AdmissionReview, got ${given}`)
}

function verifyPatch(patch: string | undefined, patchType: JsonValue | undefined): void {
  const typed = typeof patchType === 'string'
  if (patch !== undefined && !typed) throw new Error('webhook returned response.patch but not response.patchType')
  if (patch === undefined && typed) throw new Error('webhook returned response.patchType but not response.patch')
  if (patchType === '') throw new Error('webhook returned invalid response.patchType of ""')
}

function patchOf(value: JsonValue | undefined): string | undefined {
  const encoded = text(value)
  if (encoded === '') return undefined
  const wrong = /^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.exec(encoded) ? -1 : encoded.search(/[^A-Za-z0-9+/\r\n]/)
  if (wrong >= 0) throw new Error(`illegal base64 data at input byte ${String(wrong)}`)
  return Buffer.from(encoded, 'base64').toString('utf8')
}

/** Throws for what is no patch. */
export function operationsOf(patch: string): JsonValue[] {
  const operations = parseJson(patch)
  if (!Array.isArray(operations))
    throw new Error('json: cannot unmarshal the patch into Go value of type jsonpatch.Patch')
  return operations
}

const texts = (value: JsonValue | undefined): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []

const annotations = (value: JsonValue | undefined): Record<string, string> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    : {}
