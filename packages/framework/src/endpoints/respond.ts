import type { ServerResponse } from 'node:http'
import { compress, isWorthCompressing } from './negotiation/gzip.ts'
import type { Exchange } from './exchange.ts'

/** Writes a whole answer, which may come in pieces. `content-length` is set; large bodies are compressed where the client takes gzip. */
export function respond(
  { request, response, context, observer }: Exchange,
  code: number,
  contentType: string,
  body: Buffer | readonly Buffer[],
): void {
  if (response.headersSent || response.destroyed) return
  const pieces = Array.isArray(body) ? (body as readonly Buffer[]) : [body as Buffer]
  observer?.responseBody(whole(pieces), contentType)
  const warnings = context.warnings.headers()
  if (warnings.length) response.setHeader('warning', warnings)
  const length = lengthOf(pieces)
  const zipped = isWorthCompressing(length, request.headers['accept-encoding']) ? compress(whole(pieces)) : undefined
  response.statusCode = code
  response.setHeader('content-type', contentType)
  if (zipped) {
    response.setHeader('content-encoding', 'gzip')
    response.setHeader('vary', 'Accept-Encoding')
  }
  response.setHeader('content-length', zipped?.length ?? length)
  if (request.method === 'HEAD') response.end()
  else if (zipped) response.end(zipped)
  else send(response, pieces)
}

function send(response: Exchange['response'], pieces: readonly Buffer[]): void {
  const last = pieces.length - 1
  if (last > 0) response.cork()
  pieces.forEach((piece, i) => {
    if (i === last) response.end(piece)
    // One of the two kinds of responses for both: their signatures differ in name only.
    else (response as ServerResponse).write(piece)
  })
  if (last > 0) response.uncork()
}

const whole = (pieces: readonly Buffer[]): Buffer =>
  pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)

function lengthOf(pieces: readonly Buffer[]): number {
  let length = 0
  for (const piece of pieces) length += piece.length
  return length
}
