import { Registry } from 'prom-client'
import { Families } from './families.ts'
import { Kept } from './series.ts'

/** What `/metrics/slis` shows: how each check of health went, time after time. Source: component-base/metrics/prometheus/slis. */
export class HealthMetrics {
  readonly registry = new Registry()
  readonly #checks: Kept<string, (isHealthy: boolean) => void>

  constructor() {
    const families = new Families(this.registry)
    const stability = 'STABLE'
    const now = families.number('gauge', {
      name: 'kubernetes_healthcheck',
      stability,
      help: 'This metric records the result of a single healthcheck.',
    })
    const all = families.number('counter', {
      name: 'kubernetes_healthchecks_total',
      stability,
      help: 'This metric records the results of all healthcheck.',
    })
    this.#checks = new Kept((key) => {
      const [type = '', name = ''] = key.split(' ')
      const last = now.series({ name, type })
      const counts = new Kept((status: string) => all.series({ name, type, status }))
      return (isHealthy) => {
        last.value = Number(isHealthy)
        counts.of(isHealthy ? 'success' : 'error').value++
      }
    })
  }

  observed(endpoint: string, check: string, isHealthy: boolean): void {
    this.#checks.of(`${endpoint} ${check}`)(isHealthy)
  }
}
