import { posix } from 'node:path'
import { StatusError } from '../meta/status.ts'
import { goJsonEscape } from '../meta/go-format.ts'
import { isObject, parseJson, type JsonValue } from '../util/json.ts'

/** The place where a paged list goes on. Source: storage/continue.go. */
export interface Continuation {
  /** The revision of the first page; -1: whatever is the latest. */
  readonly revision: number
  /** The first key of the next page, below the list's own prefix. */
  readonly start: string
}

const version = 'meta.k8s.io/v1'

/** `start` and `prefix` (with its slash at the end) are keys of one and the same space. */
export function encodeContinue(start: string, prefix: string, revision: number): string {
  const json = `{"v":"${version}","rv":${String(revision)},"start":${goJsonEscape(JSON.stringify(start.slice(prefix.length)))}}`
  return Buffer.from(json).toString('base64url')
}

/** Throws 400. `start` of the outcome is below `prefix`. */
export function decodeContinue(token: string, prefix: string): Continuation {
  const { v, rv, start } = parsed(token)
  if (v !== version) throw invalid(`: server does not recognize this encoded version ${v}`)
  if (rv === 0) throw invalid(`: incorrect encoded start resourceVersion (version ${version})`)
  if (start === '') throw invalid(`: encoded start key empty (version ${version})`)
  const rooted = start.startsWith('/') ? start : `/${start}`
  const cleaned = posix.normalize(rooted)
  if (cleaned !== rooted || (cleaned.length > 1 && cleaned.endsWith('/'))) throw invalid(`: ${start}`)
  return { revision: rv, start: prefix + cleaned.slice(1) }
}

function parsed(token: string): { v: string; rv: number; start: string } {
  if (!/^[A-Za-z0-9_-]*$/.test(token)) {
    const at = token.search(/[^A-Za-z0-9_-]/)
    throw invalid(`: illegal base64 data at input byte ${String(at)}`)
  }
  if (token.length % 4 === 1) throw invalid(`: illegal base64 data at input byte ${String(token.length - 1)}`)
  let value: JsonValue
  try {
    value = parseJson(Buffer.from(token, 'base64url'))
  } catch (error) {
    throw invalid(`: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isObject(value)) throw invalid(': json: cannot unmarshal into Go value of type storage.continueToken')
  const { v = '', rv = 0, start = '' } = value
  if (typeof v !== 'string' || typeof start !== 'string' || (typeof rv !== 'number' && typeof rv !== 'bigint'))
    throw invalid(': json: cannot unmarshal into Go value of type storage.continueToken')
  return { v, rv: Number(rv), start }
}

const invalid = (suffix: string): StatusError =>
  StatusError.badRequest(`invalid continue token: continue key is not valid${suffix}`)

const tooOld =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter'

/** 410 with a token that goes on with the latest state, from the same place. Source: storage/etcd3/errors.go. */
export const expiredContinue = (start: string, prefix: string): StatusError =>
  StatusError.expired(
    `${tooOld}, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.`,
    encodeContinue(start, prefix, -1),
  )
