import type { KnownRequests } from '../metrics/request-labels.ts'
import { requestLabels } from '../metrics/request-labels.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import { isLongRunning, type Filter } from '../request-state.ts'

const reading: ReadonlySet<string> = new Set(['get', 'list', 'watch'])
/** Answers by which a server defends itself. */
const selfDefence: ReadonlySet<number> = new Set([429, 503, 504])

/** Counts requests and times them. Source: endpoints/metrics/metrics.go. */
export const metricsFilter =
  (metrics: ServerMetrics, known: KnownRequests): Filter =>
  async (ctx, next) => {
    const { context, request, response, query } = ctx.state.exchange
    const { info } = context
    const labels = requestLabels(
      info,
      { contentType: request.headers['content-type'], dryRun: query.get('dryRun') },
      known,
    )
    const long = isLongRunning(info)
    const kind = reading.has(info.verb) ? 'readOnly' : 'mutating'
    const begin = performance.now()
    if (long) metrics.longRunning(labels, 1)
    else metrics.inFlight(kind, 1)
    try {
      await next()
    } finally {
      if (long) metrics.longRunning(labels, -1)
      else metrics.inFlight(kind, -1)
      const code = response.statusCode
      const length = Number(response.getHeader('content-length') ?? NaN)
      const seconds = (performance.now() - begin) / 1000
      metrics.request(labels, code, seconds, Number.isNaN(length) ? undefined : length)
      if (selfDefence.has(code)) metrics.terminated(labels, code)
    }
  }
