import { compressed } from './negotiation/gzip.ts'
import type { Exchange } from './exchange.ts'

/** Writes a whole answer. `content-length` is set; large bodies are compressed where the client takes gzip. */
export function respond(
  { request, response, context, observer }: Exchange,
  code: number,
  contentType: string,
  body: Buffer,
): void {
  if (response.headersSent || response.destroyed) return
  observer?.responseBody(body, contentType)
  const warnings = context.warnings.headers()
  if (warnings.length) response.setHeader('warning', warnings)
  const zipped = compressed(body, request.headers['accept-encoding'])
  response.statusCode = code
  response.setHeader('content-type', contentType)
  if (zipped) {
    response.setHeader('content-encoding', 'gzip')
    response.setHeader('vary', 'Accept-Encoding')
  }
  const bytes = zipped ?? body
  response.setHeader('content-length', bytes.length)
  if (request.method === 'HEAD') response.end()
  else response.end(bytes)
}
