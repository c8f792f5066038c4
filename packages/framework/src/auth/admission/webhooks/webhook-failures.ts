import type { IncomingHttpHeaders } from 'node:http'
import { errorOfResponse } from '../../../client/response-status.ts'

const maxShown = 2048

/** An answer that is none, in client-go's words. Source: client-go rest/request.go, apimachinery api/errors. */
export function answerError(status: number, headers: IncomingHttpHeaders, body: Buffer): Error {
  const error = errorOfResponse(status, headers, body)
  const unexpected = error.status.details?.causes?.[0]?.reason === 'UnexpectedServerResponse' || body.length === 0
  if (!unexpected || known.has(status)) return new Error(error.message, { cause: error })
  if (status < 500)
    return new Error(`the server responded with the status code ${String(status)} but did not return more information`)
  const type = headers['content-type'] ?? ''
  const text = type === '' || type.startsWith('text/') ? body.subarray(0, maxShown).toString().trim() : 'unknown'
  return new Error(`an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`)
}

/** Codes with words of their own. */
const known: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 429, 503, 504])

/** No answer, in the words of Go's net and crypto packages: `Post "https://…": dial tcp …: connect: connection refused`. */
export function connectionProblem(url: URL, error: unknown, timedOut: boolean): Error {
  const cause = error instanceof Error ? error : new Error(String(error))
  const text = timedOut ? 'context deadline exceeded' : wordsOf(cause, url)
  return new Error(`Post ${JSON.stringify(url.href)}: ${text}`, { cause })
}

const unknownAuthority = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
])

function wordsOf(
  error: Error & { code?: unknown; address?: unknown; port?: unknown; reason?: unknown },
  url: URL,
): string {
  const code = typeof error.code === 'string' ? error.code : ''
  if (code === 'ABORT_ERR') return 'context canceled'
  if (code === 'ECONNREFUSED')
    return `dial tcp ${String(error.address)}:${String(error.port)}: connect: connection refused`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${url.hostname}: no such host`
  if (unknownAuthority.has(code))
    return 'tls: failed to verify certificate: x509: certificate signed by unknown authority'
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `tls: failed to verify certificate: x509: ${typeof error.reason === 'string' ? error.reason : error.message}`
  if (code === 'ECONNRESET') return /hang up/.test(error.message) ? 'EOF' : 'read: connection reset by peer'
  return error.message
}
