import { StatusError } from '../meta/status.ts'
import type { Exchange } from './exchange.ts'

/** The largest body read, in bytes. Source: server/config.go MaxRequestBodyBytes. */
export const maxBodyBytes = 3 * 1024 * 1024

/** Reads a request's body. Throws 413 beyond {@link maxBodyBytes}, and stops reading then. */
export function readBody({ request, response, context, observer }: Exchange): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > maxBodyBytes) return Promise.reject(refuse(request, response))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBodyBytes) {
        request.removeAllListeners('data')
        reject(refuse(request, response))
        return
      }
      chunks.push(chunk)
    })
    request.on('end', () => {
      const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)
      observer?.requestBody(body, request.headers['content-type'] ?? '')
      resolve(body)
    })
    const breakOff = (): void => {
      reject(StatusError.badRequest('unexpected EOF'))
    }
    request.on('error', reject)
    request.on('aborted', breakOff)
    // Node says nothing more of a body once its request has been answered (that its time is over, say).
    context.signal.addEventListener('abort', breakOff, { once: true })
  })
}

/** What is still to come is thrown away, and over HTTP/1.1 the connection is not used again. */
function refuse(request: Exchange['request'], response: Exchange['response']): StatusError {
  request.resume()
  if (request.httpVersionMajor === 1 && !response.headersSent) response.setHeader('connection', 'close')
  return StatusError.requestEntityTooLarge(`limit is ${String(maxBodyBytes)}`)
}
