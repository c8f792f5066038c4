import { StatusError } from '../meta/status.ts'
import { decodeUtf8 } from '../util/utf8.ts'
import type { Exchange } from './exchange.ts'

/** The largest body read, in bytes. Source: server/config.go MaxRequestBodyBytes. */
export const maxBodyBytes = 3 * 1024 * 1024

/** Reads a request's body. Throws 413 beyond {@link maxBodyBytes}, and stops reading then. */
export async function readBody(exchange: Exchange): Promise<Buffer> {
  const body = joined(await readChunks(exchange), (bytes) => Buffer.allocUnsafe(bytes))
  exchange.observer?.requestBody(body, exchange.request.headers['content-type'] ?? '')
  return body
}

/** {@link readBody}, as text: its bytes are not kept, and large ones are no work for the garbage collector. */
export async function readText(exchange: Exchange): Promise<string> {
  if (exchange.observer) return decodeUtf8(await readBody(exchange))
  return decodeUtf8(joined(await readChunks(exchange), scratchOf))
}

function joined(chunks: readonly Buffer[], allocate: (bytes: number) => Buffer): Buffer {
  if (chunks.length === 1 && chunks[0]) return chunks[0]
  const body = allocate(chunks.reduce((sum, { length }) => sum + length, 0))
  let place = 0
  for (const chunk of chunks) place += chunk.copy(body, place)
  return body
}

let scratch = Buffer.alloc(0)

/** Bytes that are good until the next call. */
function scratchOf(bytes: number): Buffer {
  if (scratch.length < bytes) scratch = Buffer.allocUnsafeSlow(bytes)
  return scratch.subarray(0, bytes)
}

function readChunks({ request, response, context }: Exchange): Promise<Buffer[]> {
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
      resolve(chunks)
    })
    const breakOff = (): void => {
      reject(StatusError.badRequest('unexpected EOF'))
    }
    request.on('error', reject)
    request.on('aborted', breakOff)
    // Node says nothing more of a body once its request has been answered (that its time is over, say).
    context.onAbort(breakOff)
  })
}

/** What is still to come is thrown away, and over HTTP/1.1 the connection is not used again. */
function refuse(request: Exchange['request'], response: Exchange['response']): StatusError {
  request.resume()
  if (request.httpVersionMajor === 1 && !response.headersSent) response.setHeader('connection', 'close')
  return StatusError.requestEntityTooLarge(`limit is ${String(maxBodyBytes)}`)
}
