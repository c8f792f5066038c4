import type Router from '@koa/router'
import type { Registry } from 'prom-client'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { RequestState } from '../request-state.ts'

const contentType = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'
/** Source: --etcd-count-metric-poll-period. */
const countPeriodMs = 60_000
const startedAt = String(Math.floor(Date.now() / 1000 - process.uptime()))

/** `/metrics`, in Prometheus' text format. Source: server/routes/metrics.go. */
export function installMetrics(router: Router<RequestState>, metrics: ServerMetrics): void {
  router.all('/metrics', async ({ state }) => {
    const { response, request } = state.exchange
    if (request.method === 'DELETE') {
      metrics.registry.resetMetrics()
      answer('metrics reset\n')
      return
    }
    response.setHeader('process-start-time-unix', startedAt)
    await metrics.storage.count(countPeriodMs)
    answer(await textOf(metrics.registry), contentType)

    function answer(text: string, type = 'text/plain; charset=utf-8'): void {
      const body = Buffer.from(text)
      response.statusCode = 200
      response.setHeader('content-type', type)
      response.setHeader('content-length', body.length)
      if (request.method === 'HEAD') response.end()
      else response.end(body)
    }
  })
}

/** Families by name, as Go has them. */
async function textOf(registry: Registry): Promise<string> {
  const names = registry.getMetricsAsArray().map(({ name }) => name)
  const families = await Promise.all(names.sort().map((name) => registry.getSingleMetricAsString(name)))
  return `${families.join('\n')}\n`
}
