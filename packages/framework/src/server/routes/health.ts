import type { Logger } from 'pino'
import type Router from '@koa/router'
import { HealthMetrics } from '../metrics/health-metrics.ts'
import type { RequestState } from '../request-state.ts'

export type HealthEndpoint = 'healthz' | 'livez' | 'readyz'
const endpoints: readonly HealthEndpoint[] = ['healthz', 'livez', 'readyz']

export interface HealthCheck {
  readonly name: string
  /** Default: all three. */
  readonly on?: readonly HealthEndpoint[]
  /** Throws, with the reason, when unhealthy. */
  check(): void | Promise<void>
}

/** `/healthz`, `/livez` and `/readyz`, and one path below them for each check. Source: server/healthz/healthz.go. */
export class HealthRoutes {
  readonly #checks: HealthCheck[] = []
  readonly #log: Logger
  readonly metrics = new HealthMetrics()

  constructor(log: Logger) {
    this.#log = log
  }

  add(check: HealthCheck): void {
    this.#checks.push(check)
  }

  get paths(): string[] {
    return endpoints.flatMap((endpoint) => [`/${endpoint}`, ...this.#of(endpoint).map((c) => `/${endpoint}/${c.name}`)])
  }

  install(router: Router<RequestState>): void {
    for (const endpoint of endpoints) {
      router.all(`/${endpoint}`, async ({ state }) => {
        const { code, body } = await this.#report(endpoint, state.exchange.query)
        text(state.exchange.response, code, body)
      })
      for (const check of this.#of(endpoint))
        router.all(`/${endpoint}/${check.name}`, async ({ state }) => {
          const failure = await this.#run(check)
          if (failure === undefined) text(state.exchange.response, 200, 'ok', { sniffed: true })
          else text(state.exchange.response, 500, `internal server error: ${failure}\n`)
        })
    }
  }

  #of(endpoint: HealthEndpoint): HealthCheck[] {
    return this.#checks.filter((check) => (check.on ?? endpoints).includes(endpoint))
  }

  async #run(health: HealthCheck): Promise<string | undefined> {
    try {
      await health.check()
      return undefined
    } catch (error) {
      this.#log.warn({ err: error, check: health.name }, 'health check failed')
      return error instanceof Error ? error.message : String(error)
    }
  }

  async #report(endpoint: HealthEndpoint, query: URLSearchParams): Promise<{ code: number; body: string }> {
    const excluded = new Set(query.getAll('exclude'))
    const lines: string[] = []
    let failed = false
    for (const check of this.#of(endpoint)) {
      if (excluded.delete(check.name)) {
        lines.push(`[+]${check.name} excluded: ok`)
        continue
      }
      const failure = await this.#run(check)
      this.metrics.observed(endpoint, check.name, failure === undefined)
      if (failure !== undefined) failed = true
      lines.push(failure === undefined ? `[+]${check.name} ok` : `[-]${check.name} failed: reason withheld`)
    }
    if (excluded.size) {
      const names = [...excluded].map((name) => JSON.stringify(name)).join(', ')
      lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`)
    }
    if (!failed && !query.has('verbose')) return { code: 200, body: 'ok' }
    lines.push(`${endpoint} check ${failed ? 'failed' : 'passed'}`)
    return { code: failed ? 500 : 200, body: `${lines.join('\n')}\n` }
  }
}

/** Go writes the success of a single check without a thought for browsers. */
function text(
  response: RequestState['exchange']['response'],
  code: number,
  body: string,
  { sniffed = false }: { readonly sniffed?: boolean } = {},
): void {
  response.statusCode = code
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  if (!sniffed) response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('content-length', Buffer.byteLength(body))
  response.end(body)
}
