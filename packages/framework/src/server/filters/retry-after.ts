import type { Filter } from '../request-state.ts'
import { sendAway } from '../serving/send-away.ts'
import { plainText } from './plain-text.ts'
import { isProbe } from './probes.ts'

/** Sends clients to another server, once this one takes no more. Source: server/filters/with_retry_after.go. */
export const retryAfter =
  (isRefusing: () => boolean): Filter =>
  (ctx, next) => {
    const { response, context } = ctx.state.exchange
    if (!isRefusing() || isProbe(context.info.path)) return next()
    response.setHeader('retry-after', '5')
    sendAway(response)
    plainText(response, 429, 'The apiserver is shutting down, please try again later.')
    return Promise.resolve()
  }
