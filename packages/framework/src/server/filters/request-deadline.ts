import { parseDuration } from '../../meta/duration.ts'
import { StatusError } from '../../meta/status.ts'
import { writeError } from '../../endpoints/write-error.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { Filter } from '../request-state.ts'

const lastWordsMs = 5000

const expired = JSON.stringify({
  metadata: {},
  status: 'Failure',
  message: 'Timeout: request did not complete within the allotted timeout',
  reason: 'Timeout',
  details: {},
  code: 504,
})

/** Every request that is not long-running ends in time. Source: endpoints/filters/request_deadline.go, server/filters/timeout.go. */
export const requestDeadline =
  (defaultMs: number, metrics: ServerMetrics): Filter =>
  async (ctx, next) => {
    const { exchange } = ctx.state
    if (exchange.context.longRunning) {
      await next()
      return
    }
    const asked = exchange.query.get('timeout')
    let ms = defaultMs
    if (asked) {
      try {
        const parsed = parseDuration(asked)
        if (parsed > 0) ms = Math.min(parsed, defaultMs)
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error)
        writeError(exchange, StatusError.badRequest(`invalid timeout specified in the request URL - ${text}`))
        return
      }
    }
    const { response, context } = exchange
    let last: NodeJS.Timeout | undefined
    const time: { isOver: boolean } = { isOver: false }
    const timer = setTimeout(() => {
      time.isOver = true
      context.abort(new Error('request did not complete within the allotted timeout'))
      if (response.headersSent) response.destroy()
      else {
        // Unless the client does not even read that.
        last = setTimeout(() => response.destroy(), lastWordsMs)
        response.statusCode = 504
        response.setHeader('content-type', 'text/plain; charset=utf-8')
        response.end(`${expired}\n`)
      }
    }, ms)
    try {
      await next()
      if (time.isOver) metrics.endedAfterTimeout('ok')
    } catch (error) {
      if (time.isOver) metrics.endedAfterTimeout('error')
      throw error
    } finally {
      clearTimeout(timer)
      clearTimeout(last)
    }
  }
