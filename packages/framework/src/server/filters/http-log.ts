import type { Logger } from 'pino'
import type { Filter } from '../request-state.ts'

/** One line for each request. Bodies and headers that may hold secrets are in none. Source: server/httplog. */
export const httpLog =
  (log: Logger): Filter =>
  async (ctx, next) => {
    const { request, response, context } = ctx.state.exchange
    const begin = performance.now()
    const { remoteAddress = '', remotePort = 0 } = request.socket
    try {
      await next()
    } finally {
      log.info(
        {
          verb: request.method ?? '',
          URI: request.url ?? '',
          latency: `${(performance.now() - begin).toFixed(3)}ms`,
          userAgent: request.headers['user-agent'] ?? '',
          'audit-ID': context.auditId,
          srcIP: `${remoteAddress}:${String(remotePort)}`,
          resp: response.statusCode,
        },
        'HTTP',
      )
    }
  }
