import { posix } from 'node:path'
import { StatusError } from '../meta/status.ts'
import { goJsonEscape, jsonTypeName } from '../meta/go-format.ts'
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

/** A token of a list below `segment`, as the list of all would have given it. */
export function continueBelow(token: string, segment: string): string {
  if (token === '' || segment === '') return token
  const { revision, start } = decodeContinue(token, '')
  return encodeContinue(`${segment}/${start}`, '', revision)
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
  if (value === null) return { v: '', rv: 0, start: '' }
  if (!isObject(value))
    throw invalid(`: json: cannot unmarshal ${jsonTypeName(value)} into Go value of type storage.continueToken`)
  const { v, rv, start } = value
  for (const [name, member, type] of [
    ['v', v, 'string'],
    ['start', start, 'string'],
  ] as const)
    if (member !== undefined && member !== null && typeof member !== 'string')
      throw mismatch(jsonTypeName(member), name, type)
  return { v: textOf(v), rv: revisionOf(rv, token), start: textOf(start) }
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')

/** An int64 without fraction or exponent. */
function revisionOf(rv: JsonValue | undefined, token: string): number {
  if (rv === undefined || rv === null) return 0
  if (typeof rv !== 'number' && typeof rv !== 'bigint') throw mismatch(jsonTypeName(rv), 'rv', 'int64')
  const [, asGiven = String(rv)] = /"rv"\s*:\s*([-+.\deE]+)/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  if (!/^-?\d+$/.test(asGiven) || BigInt(asGiven) !== BigInt.asIntN(64, BigInt(asGiven)))
    throw mismatch(`number ${asGiven}`, 'rv', 'int64')
  return Number(asGiven)
}

const mismatch = (found: string, field: string, type: string): StatusError =>
  invalid(`: json: cannot unmarshal ${found} into Go struct field continueToken.${field} of type ${type}`)

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
