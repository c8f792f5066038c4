import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'

/** Answers as Go's http.Error does: a line of text. */
export function plainText(response: ServerResponse | Http2ServerResponse, code: number, text: string): void {
  if (response.headersSent || response.destroyed) return
  const body = Buffer.from(`${text}\n`)
  response.statusCode = code
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('content-length', body.length)
  response.end(body)
}
