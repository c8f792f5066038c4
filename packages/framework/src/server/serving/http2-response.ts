import { constants, Http2ServerResponse, type ServerHttp2Stream } from 'node:http2'

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
    const destroy = stream.destroy.bind(stream)
    stream.destroy = (error) => {
      // Node destroys a stream that is over before its last write was called back, and words an error for that write, with a stack, for
      // nobody: a turn of the loop later there is none.
      const isOver = error === undefined && stream.closed && stream.rstCode === constants.NGHTTP2_NO_ERROR
      if (isOver && !stream.writableFinished && stream.session?.destroyed === false) setImmediate(destroy)
      else destroy(error)
      return stream
    }
  }
}
