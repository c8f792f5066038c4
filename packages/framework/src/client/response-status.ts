import type { IncomingHttpHeaders } from 'node:http'
import { StatusError, type Status, type StatusDetails } from '../meta/status.ts'
import { isObject, parseJson, type JsonValue } from '../util/json.ts'

/** Reason and message for answers that carry no Status. Source: apimachinery errors.NewGenericServerResponse. */
const generic: ReadonlyMap<number, readonly [reason: string, message: string]> = new Map([
  [400, ['BadRequest', 'the server rejected our request for an unknown reason']],
  [401, ['Unauthorized', 'the server has asked for the client to provide credentials']],
  [403, ['Forbidden', 'the server does not allow access to the requested resource']],
  [404, ['NotFound', 'the server could not find the requested resource']],
  [405, ['MethodNotAllowed', 'the server does not allow this method on the requested resource']],
  [406, ['NotAcceptable', 'the server was unable to respond with a content type that the client supports']],
  [409, ['Conflict', 'the server reported a conflict']],
  [410, ['Gone', 'the server reports that the requested resource is no longer there']],
  [413, ['RequestEntityTooLarge', 'the request body is too large']],
  [415, ['UnsupportedMediaType', 'the body of the request was in an unknown format']],
  [422, ['Invalid', 'the server rejected our request due to an error in our request']],
  [429, ['TooManyRequests', 'the server has received too many requests and has asked us to try again later']],
  [500, ['InternalError', 'an error on the server has prevented the request from succeeding']],
  [503, ['ServiceUnavailable', 'the server is currently unable to handle the request']],
  [504, ['Timeout', 'the server was unable to return a response in the time allotted']],
])

export const isStatus = (value: unknown): value is Status =>
  isObject(value) && value['kind'] === 'Status' && value['apiVersion'] === 'v1'

/** The error that an answer tells, whether or not its body is a Status. `Retry-After` is kept in its details. */
export function errorOfResponse(code: number, headers: IncomingHttpHeaders, body: string | Buffer): StatusError {
  const retryAfterSeconds = retryAfter(headers)
  const parsed = parse(body)
  if (isStatus(parsed) && parsed.status !== 'Success') return errorOfStatus(parsed, code, retryAfterSeconds)
  const [reason, message] = generic.get(code) ?? ['', `the server responded with the status code ${code}`]
  const text = body.toString().slice(0, 1024).trim()
  const details = withRetryAfter(
    text ? { causes: [{ reason: 'UnexpectedServerResponse', message: text }] } : {},
    retryAfterSeconds,
  )
  return new StatusError({ code, ...(reason ? { reason } : {}), message, details })
}

/** A Status as an error. `code` stands in where the Status has none. */
export function errorOfStatus(status: Status, code = 500, retryAfterSeconds?: number): StatusError {
  const details =
    status.details || retryAfterSeconds !== undefined
      ? withRetryAfter(status.details ?? {}, retryAfterSeconds)
      : undefined
  return new StatusError({
    code: status.code ?? code,
    ...(status.reason ? { reason: status.reason } : {}),
    message: status.message ?? 'unknown',
    ...(details ? { details } : {}),
    ...(isObject(status.metadata) && status.metadata.continue ? { continue: status.metadata.continue } : {}),
  })
}

function withRetryAfter(details: StatusDetails, seconds: number | undefined): StatusDetails {
  return seconds === undefined || details.retryAfterSeconds !== undefined
    ? details
    : { ...details, retryAfterSeconds: seconds }
}

/** Whole seconds only, as the API servers send them. */
function retryAfter(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['retry-after']
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined
}

function parse(body: string | Buffer): JsonValue | undefined {
  try {
    return parseJson(body)
  } catch {
    return undefined
  }
}
