import { Http2ServerResponse, type ServerHttp2Stream } from 'node:http2'

/**
 * Node's own holds the end of every body back for trailers: a frame, a turn of the loop and a packet of their own for each answer. Nothing here has
 * trailers, so that the last frame of a body is its end, as Go's servers send it.
 */
export class Http2Response extends Http2ServerResponse {
  constructor(stream: ServerHttp2Stream) {
    super(stream)
    const respond = stream.respond.bind(stream)
    stream.respond = (headers, options) => {
      respond(headers, { ...options, waitForTrailers: false })
    }
  }
}
