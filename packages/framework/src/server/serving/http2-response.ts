import { Http2ServerResponse, type OutgoingHttpHeaders } from 'node:http2'

/**
 * Node's own holds the end of every body back for trailers: a frame, a turn of the loop and a packet of their own for each answer. Nothing here has
 * trailers, so that the last frame of a body is its end, as Go's servers send it.
 */
export class Http2Response extends Http2ServerResponse {
  override writeHead(statusCode: number, headers?: OutgoingHttpHeaders): this
  override writeHead(statusCode: number, statusMessage: string, headers?: OutgoingHttpHeaders): this
  override writeHead(statusCode: number, message?: string | OutgoingHttpHeaders, last?: OutgoingHttpHeaders): this {
    const { stream } = this
    if (stream.destroyed || stream.closed) return this
    const given = typeof message === 'object' ? message : last
    for (const [name, value] of Object.entries(given ?? {})) if (value !== undefined) this.setHeader(name, value)
    this.statusCode = statusCode
    const headers = this.getHeaders()
    headers[':status'] = statusCode
    stream.respond(headers, { endStream: this.writableEnded })
    return this
  }
}
