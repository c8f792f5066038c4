import { escapeHtml } from '../../auth/authorization/forbidden.ts'
import { quote } from '../../meta/go-format.ts'
import type { IncomingMessage } from 'node:http'
import { parseRequestInfo, RequestInfoError } from '../../request/request-info.ts'
import { parseRequestTarget, RequestTargetError } from '../../request/request-target.ts'
import { ServedContext, type Filter } from '../request-state.ts'
import type { ChainOptions } from './chain.ts'
import { plainText } from './plain-text.ts'
import { isSent } from './until-sent.ts'

/** For a client to read its answer before the connection ends on which it still sends. */
const lastReadMs = 500

/** Whoever sends a body that nobody waits for any more could go on for ever. */
function cutSoon(request: IncomingMessage): void {
  const { socket } = request
  setTimeout(() => {
    if (!request.complete) socket.destroy()
  }, lastReadMs).unref()
}

/** Works out, once, what a request is about. Source: endpoints/filters/requestinfo.go. */
export const requestInfo =
  (isLongRunning: ChainOptions['isLongRunning']): Filter =>
  (ctx, next) => {
    const { req, res } = ctx
    const url = req.url ?? '/'
    try {
      const target = parseRequestTarget(url)
      const info = parseRequestInfo(ctx.method, url, target)
      const auditId = String(res.getHeader('audit-id') ?? '')
      const context = new ServedContext(info, auditId, isLongRunning?.(info, ctx.method))
      ctx.state.exchange = { request: req, response: res, query: target.query, context }
      res.once('close', () => {
        if (!isSent(res)) context.abort(new Error('the client is gone'))
        context.close()
        if (!('stream' in req) && !req.complete) cutSoon(req)
      })
    } catch (error) {
      if (error instanceof RequestTargetError) {
        plainText(res, 400, '400 Bad Request')
        return Promise.resolve()
      }
      if (!(error instanceof RequestInfoError)) throw error
      const text = `Internal Server Error: ${quote(url)}: failed to create RequestInfo: ${error.message}`
      plainText(res, 500, escapeHtml(text))
      return Promise.resolve()
    }
    return next()
  }
