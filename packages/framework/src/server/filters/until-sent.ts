import type { ServerResponse } from 'node:http'
import { constants, Http2ServerResponse, type ServerHttp2Stream } from 'node:http2'
import type { Filter } from '../request-state.ts'

/**
 * Whether the client has all of an answer. HTTP/2 calls one finished, too, that was never ended; and a stream of which both sides have sent their end may
 * be closed before Node calls its answer finished.
 */
export function isSent(response: ServerResponse | Http2ServerResponse): boolean {
  if (!response.writableEnded) return false
  if (response.writableFinished) return true
  if (!(response instanceof Http2ServerResponse)) return false
  return response.stream.closed && response.stream.rstCode === constants.NGHTTP2_NO_ERROR
}

/**
 * The last before the handlers. A request is under way until its answer has left: else those who read slowly would hold as many answers in memory as they
 * like, without a limit and without a deadline. And who is gone is not worked for.
 */
export const untilSent: Filter = async (ctx, next) => {
  const { context, request, response } = ctx.state.exchange
  if (context.isAborted) return
  await next()
  if (context.longRunning || !response.writableEnded) return
  if ('stream' in request && !request.stream.endAfterHeaders && !request.stream.readableEnded) dropBody(request.stream)
  if (!isSent(response)) await context.closed
}

/**
 * Nobody waits for the rest of a body: not even for a client that never ends it. But the answer goes first, to its very end: a reset that overtakes its
 * last frame is an error to Go's clients. A body that is there already needs no reset.
 */
function dropBody(stream: ServerHttp2Stream): void {
  const drop = (): void => {
    stream.resume()
    // The last frame leaves in the phase of the loop between here and there.
    setImmediate(() => {
      if (!stream.readableEnded && !stream.destroyed) stream.close(constants.NGHTTP2_NO_ERROR)
    })
  }
  if (stream.writableFinished) drop()
  else stream.once('finish', drop)
}
