import type Router from '@koa/router'
import type { Registry } from 'prom-client'
import type { HealthMetrics } from '../metrics/health-metrics.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { RequestState } from '../request-state.ts'

const contentType = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'
const startedAt = String(Math.floor(Date.now() / 1000 - process.uptime()))

export interface MetricsOptions {
  /** DELETE begins anew. */
  readonly resettable: boolean
  /** Objects are counted no more often; 0: not at all. */
  readonly countPeriodMs: number
}

/** `/metrics` and `/metrics/slis`, in Prometheus' text format. Source: server/routes/metrics.go. */
export function installMetrics(
  router: Router<RequestState>,
  metrics: ServerMetrics,
  health: HealthMetrics,
  { resettable, countPeriodMs }: MetricsOptions,
): void {
  router.all(['/metrics', '/metrics/slis'], async ({ state }) => {
    const { response, request, context } = state.exchange
    const isAll = context.info.path === '/metrics'
    const registry = isAll ? metrics.read() : health.registry
    if (request.method === 'DELETE' && isAll && resettable) {
      if (metrics.gathered) metrics.gathered.reset()
      else registry.resetMetrics()
      answer('metrics reset\n')
      return
    }
    response.setHeader('process-start-time-unix', startedAt)
    if (isAll && countPeriodMs > 0) await metrics.storage.count(countPeriodMs)
    answer(await textOf((isAll && (await metrics.gathered?.gather())) || registry), contentType)

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
