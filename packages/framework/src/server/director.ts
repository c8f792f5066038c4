import Router from '@koa/router'
import type { Dispatcher } from '../endpoints/dispatcher.ts'
import type { Exchange } from '../endpoints/exchange.ts'
import type { Filter, RequestState } from './request-state.ts'
import { answerIndex } from './routes/index.ts'
import type { HealthRoutes } from './routes/health.ts'
import { installVersion } from './routes/version.ts'

/** Answers a whole family of paths; false: none of mine. */
export interface PathFamily {
  handle(exchange: Exchange): boolean | Promise<boolean>
  /** For the list of paths at `/`. */
  paths?(): string[]
}

/** The end of the chain: resources first, then discovery and OpenAPI, then the routes that are no resources, then the index. */
export function director(dispatcher: Dispatcher, families: readonly PathFamily[], health: HealthRoutes): Filter {
  const router = new Router<RequestState>({ strict: true, sensitive: true })
  health.install(router)
  installVersion(router)
  const routes = router.routes()
  const paths = (): string[] => [...families.flatMap((family) => family.paths?.() ?? []), ...health.paths, '/version']
  return async (ctx) => {
    const { exchange } = ctx.state
    if (await dispatcher.handle(exchange)) return
    for (const family of families) if (await family.handle(exchange)) return
    await routes(ctx as never, () => {
      answerIndex(ctx.state, paths())
      return Promise.resolve()
    })
  }
}
