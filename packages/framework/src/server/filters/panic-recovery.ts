import type { Logger } from 'pino'
import type { Filter } from '../request-state.ts'
import { plainText } from './plain-text.ts'

/** A mistake of ours ends one request, never the process. Source: server/filters/wrap.go. */
export const panicRecovery =
  (log: Logger): Filter =>
  async (ctx, next) => {
    // Everything below writes to the response by itself.
    ctx.respond = false
    try {
      await next()
    } catch (error) {
      log.error({ err: error, method: ctx.method, url: ctx.url }, 'request handler failed')
      if (ctx.res.headersSent) ctx.res.destroy()
      else plainText(ctx.res, 500, 'This request caused apiserver to panic. Look in the logs for details.')
    }
  }
