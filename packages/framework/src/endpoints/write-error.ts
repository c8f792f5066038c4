import { StatusError, type Status } from '../meta/status.ts'
import { StorageError } from '../storage/storage-error.ts'
import { encodeStatus } from './negotiation/encode.ts'
import type { Exchange } from './exchange.ts'
import { respond } from './respond.ts'

/** What any thrown thing says to the client. What is not a StatusError is a bug, and a 500. */
export function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status
  const text = error instanceof Error ? error.message : String(error)
  if (error instanceof StorageError) return StatusError.unknown(text).status
  return StatusError.internal(error).status
}

/** Answers a failure as a Status in a form that the client takes. Source: responsewriters/errors.go. */
export function writeError(exchange: Exchange, error: unknown): void {
  const status = statusOf(error)
  const { response, request, query } = exchange
  const retryAfter = status.details?.retryAfterSeconds
  if (retryAfter && !response.headersSent) response.setHeader('retry-after', String(retryAfter))
  const { body, contentType } = encodeStatus(status, request.headers.accept, {
    pretty: query.get('pretty'),
    userAgent: request.headers['user-agent'],
    cbor: exchange.cbor,
  })
  respond(exchange, status.code ?? 500, contentType, body)
}
