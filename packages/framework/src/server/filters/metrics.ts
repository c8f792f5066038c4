import type { KnownRequests } from '../metrics/request-labels.ts'
import { requestLabels } from '../metrics/request-labels.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { Filter } from '../request-state.ts'

const reading: ReadonlySet<string> = new Set(['get', 'list', 'watch'])
/** Answers by which a server defends itself. */
const selfDefence: ReadonlySet<number> = new Set([429, 503, 504])

/** Counts requests and times them. Source: endpoints/metrics/metrics.go. */
export const metricsFilter =
  (metrics: ServerMetrics, known: KnownRequests): Filter =>
  async (ctx, next) => {
    const { exchange } = ctx.state
    const { context, request, response, query } = exchange
    const { info } = context
    const labels = requestLabels(
      info,
      { method: request.method ?? '', contentType: request.headers['content-type'], dryRun: query.get('dryRun') },
      known,
    )
    const series = metrics.request(labels)
    const long = context.longRunning
    const kind = reading.has(info.verb) ? 'readOnly' : 'mutating'
    const begin = performance.now()
    const { watched } = series
    if (watched)
      exchange.events = {
        sent: (bytes) => {
          watched.events.value++
          watched.sizes.observe(bytes)
        },
        initialSent: () => {
          series.watchList().observe((performance.now() - begin) / 1000)
        },
      }
    if (long) series.longRunning.value++
    else metrics.inFlight(kind, 1)
    try {
      await next()
    } finally {
      if (long) series.longRunning.value--
      else metrics.inFlight(kind, -1)
      const code = response.statusCode
      const seconds = (performance.now() - begin) / 1000
      series.total.of(code).value++
      series.duration.observe(seconds)
      series.sliDuration?.observe(seconds)
      const bytes = Number(response.getHeader('content-length') ?? NaN)
      if (!Number.isNaN(bytes)) series.size.observe(bytes)
      // Cut off in the middle, by whomever.
      if (!long && response.headersSent && response.destroyed && !response.writableEnded) series.aborted().value++
      if (selfDefence.has(code)) series.terminated.of(code).value++
    }
  }
