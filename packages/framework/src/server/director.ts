import type { Logger } from 'pino'
import Router from '@koa/router'
import type { Dispatcher } from '../endpoints/dispatcher.ts'
import type { Exchange } from '../endpoints/exchange.ts'
import type { Filter, RequestState } from './request-state.ts'
import { answerIndex } from './routes/index.ts'
import type { HealthRoutes } from './routes/health.ts'
import type { ServerMetrics } from './metrics/server-metrics.ts'
import { installMetrics } from './routes/metrics.ts'
import { installDebug } from './routes/debug.ts'
import { installStatusz } from './routes/statusz.ts'
import { installVersion } from './routes/version.ts'

/** Answers a whole family of paths; false: none of mine. */
export interface PathFamily {
  handle(exchange: Exchange): boolean | Promise<boolean>
  /** For the list of paths at `/`. */
  paths?(): string[]
}

interface DirectorOptions {
  readonly health: HealthRoutes
  readonly metrics: ServerMetrics
  readonly log: Logger
  /** Whether there are paths for who looks for what takes time or memory. */
  readonly profiling: boolean
  /** Objects are counted no more often; 0: not at all. */
  readonly countPeriodMs: number
}

/** The end of the chain: resources first, then discovery and OpenAPI, then the routes that are no resources, then the index. */
export function director(
  dispatcher: Dispatcher,
  families: readonly PathFamily[],
  { health, metrics, log, profiling, countPeriodMs }: DirectorOptions,
): Director {
  const router = new Router<RequestState>({ strict: true, sensitive: true })
  health.install(router)
  installVersion(router)
  installMetrics(router, metrics, health.metrics, { resettable: profiling, countPeriodMs })
  installStatusz(router, () => paths())
  if (profiling) installDebug(router, log)
  const routes = router.routes()
  const own = [...health.paths, '/metrics', '/metrics/slis', '/statusz', '/version']
  const paths = (): string[] => [...families.flatMap((family) => family.paths?.() ?? []), ...own]
  const filter: Filter = async (ctx) => {
    const { exchange } = ctx.state
    if (await dispatcher.handle(exchange)) return
    for (const family of families) if (await family.handle(exchange)) return
    await routes(ctx as never, () => {
      answerIndex(ctx.state, paths())
      return Promise.resolve()
    })
  }
  let known: ReadonlySet<string> | undefined
  return {
    filter,
    // Asked first when the server serves, and the set of resources is complete.
    hasPath: (path) => (known ??= new Set(paths())).has(path),
  }
}

export interface Director {
  readonly filter: Filter
  /** Whether a path that is no resource is answered. */
  hasPath(path: string): boolean
}
