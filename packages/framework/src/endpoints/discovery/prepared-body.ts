import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Exchange } from '../exchange.ts'

/** Bytes that are answered again and again: compressed and hashed once, when that is first asked for. */
export class PreparedBody {
  readonly bytes: Buffer
  #zipped: Buffer | undefined
  #hash: string | undefined

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get zipped(): Buffer {
    return (this.#zipped ??= gzipSync(this.bytes))
  }

  /** SHA-512 in upper-case hexadecimal. */
  get hash(): string {
    return (this.#hash ??= createHash('sha512').update(this.bytes).digest('hex').toUpperCase())
  }
}

/** Answers 200 with a prepared body; `zip` says that the client takes gzip. Headers set before stay. */
export function sendPrepared(
  { request, response, context }: Exchange,
  contentType: string,
  body: PreparedBody,
  zip: boolean,
): void {
  const warnings = context.warnings.headers()
  if (warnings.length) response.setHeader('warning', warnings)
  response.statusCode = 200
  response.setHeader('content-type', contentType)
  if (zip) {
    response.setHeader('content-encoding', 'gzip')
    const vary = response.getHeader('vary')
    response.setHeader('vary', typeof vary === 'string' ? withAcceptEncoding(vary) : 'Accept-Encoding')
  }
  const bytes = zip ? body.zipped : body.bytes
  response.setHeader('content-length', bytes.length)
  if (request.method === 'HEAD') response.end()
  else response.end(bytes)
}

/** Answers 304: the client has it already. */
export function sendNotModified({ response }: Exchange): void {
  response.statusCode = 304
  response.end()
}

const withAcceptEncoding = (vary: string): string =>
  vary.includes('Accept-Encoding') ? vary : `Accept-Encoding, ${vary}`
