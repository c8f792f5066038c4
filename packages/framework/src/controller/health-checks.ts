import type { Logger } from './logger.ts'

/** Throws, with the reason, when unhealthy. */
export type HealthCheck = () => void | Promise<void>

export interface HealthAnswer {
  readonly code: number
  readonly body: string
}

/** The checks of one endpoint, such as `healthz`, in the text format of all Kubernetes servers. Source: controller-runtime pkg/healthz. */
export class HealthChecks {
  readonly endpoint: string
  readonly #logger: Logger
  readonly #checks = new Map<string, HealthCheck>()
  readonly #own = new Map<string, HealthCheck>()

  constructor(endpoint: string, logger: Logger) {
    this.endpoint = endpoint
    this.#logger = logger
  }

  /** Throws a TypeError when the name is taken or cannot stand in a path. */
  add(name: string, check: HealthCheck): void {
    if (this.#checks.has(name) || this.#own.has(name) || !/^[\w.-]+$/.test(name))
      throw new TypeError(`cannot add a health check with name ${JSON.stringify(name)}`)
    this.#checks.set(name, check)
  }

  /** A check of the runtime's own, beside those of the author's, or `ping` where there are none. */
  addOwn(name: string, check: HealthCheck): void {
    this.#own.set(name, check)
  }

  /** Undefined for a path that is not of this endpoint. */
  async answer({ pathname, searchParams }: URL): Promise<HealthAnswer | undefined> {
    const base = `/${this.endpoint}`
    if (pathname === base || pathname === `${base}/`) return this.#all(searchParams)
    if (!pathname.startsWith(`${base}/`)) return undefined
    const name = pathname.slice(base.length + 1)
    const check = this.#checksOrPing().get(name)
    if (!check) return undefined
    const failure = await this.#run(name, check)
    return failure === undefined
      ? { code: 200, body: 'ok' }
      : { code: 500, body: `internal server error: ${failure}\n` }
  }

  async #all(query: URLSearchParams): Promise<HealthAnswer> {
    const excluded = new Set(query.getAll('exclude'))
    const lines: string[] = []
    let failed = false
    for (const [name, check] of this.#checksOrPing()) {
      if (excluded.delete(name)) {
        lines.push(`[+]${name} excluded: ok`)
        continue
      }
      const failure = await this.#run(name, check)
      failed ||= failure !== undefined
      lines.push(failure === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`)
    }
    const unknown = [...excluded].map((name) => JSON.stringify(name))
    if (unknown.length > 0)
      lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown.join(', ')}`)
    if (!failed && !query.has('verbose')) return { code: 200, body: 'ok' }
    lines.push(`${this.endpoint} check ${failed ? 'failed' : 'passed'}`)
    return { code: failed ? 500 : 200, body: `${lines.join('\n')}\n` }
  }

  #checksOrPing(): ReadonlyMap<string, HealthCheck> {
    const checks = this.#checks.size > 0 ? this.#checks : new Map<string, HealthCheck>([['ping', () => {}]])
    return new Map([...checks, ...this.#own])
  }

  async #run(name: string, check: HealthCheck): Promise<string | undefined> {
    try {
      await check()
      return undefined
    } catch (err) {
      this.#logger.info({ checker: name, err }, 'healthz check failed')
      return err instanceof Error ? err.message : String(err)
    }
  }
}
