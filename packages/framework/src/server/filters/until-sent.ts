import { constants } from 'node:http2'
import type { Filter } from '../request-state.ts'

/**
 * The last before the handlers. A request is under way until its answer has left: else those who read slowly would hold as many answers in memory as they
 * like, without a limit and without a deadline. And who is gone is not worked for.
 */
export const untilSent: Filter = async (ctx, next) => {
  const { context, request, response } = ctx.state.exchange
  if (context.isAborted) return
  await next()
  if (context.longRunning || !response.writableEnded) return
  if ('stream' in request && !request.stream.endAfterHeaders && !request.stream.readableEnded)
    // Nobody waits for the rest of the body: not even a client that never ends it.
    request.stream.close(constants.NGHTTP2_NO_ERROR)
  if (!response.writableFinished) await context.closed
}
