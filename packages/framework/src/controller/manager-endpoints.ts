import type { ControllerMetrics } from './controller-metrics.ts'
import { EndpointServer } from './endpoint-server.ts'
import { HealthChecks } from './health-checks.ts'
import type { Logger } from './logger.ts'

/** Where health and metrics are answered, as `:8081`; `0`, the default, is nowhere. */
export interface ManagerEndpointOptions {
  /** Where `/metrics` is served, without TLS: `:8080`, `127.0.0.1:8080`. Default, and `0`: nowhere. */
  readonly metricsBindAddress?: string
  /** Where `/healthz` and `/readyz` are served: `:8081`. Default, and `0`: nowhere. */
  readonly healthProbeBindAddress?: string
}

/** What probes and scrapers ask a Manager. */
export class ManagerEndpoints {
  readonly healthz: HealthChecks
  readonly readyz: HealthChecks
  readonly #metrics: EndpointServer | undefined
  readonly #probes: EndpointServer | undefined

  constructor(options: ManagerEndpointOptions, metrics: ControllerMetrics, logger: Logger) {
    this.healthz = new HealthChecks('healthz', logger)
    this.readyz = new HealthChecks('readyz', logger)
    const { metricsBindAddress = '0', healthProbeBindAddress = '0' } = options
    if (metricsBindAddress !== '0')
      this.#metrics = new EndpointServer(metricsBindAddress, async ({ pathname }) =>
        pathname === '/metrics'
          ? { code: 200, body: await metrics.text(), contentType: metrics.registry.contentType }
          : undefined,
      )
    if (healthProbeBindAddress !== '0')
      this.#probes = new EndpointServer(
        healthProbeBindAddress,
        async (url) => (await this.healthz.answer(url)) ?? this.readyz.answer(url),
      )
  }

  get metricsPort(): number | undefined {
    return this.#metrics?.port
  }

  get healthProbePort(): number | undefined {
    return this.#probes?.port
  }

  /** Rejects, with nothing open, when an address is taken. */
  async listen(): Promise<void> {
    try {
      await this.#metrics?.listen()
      await this.#probes?.listen()
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#metrics?.close(), this.#probes?.close()])
  }
}
