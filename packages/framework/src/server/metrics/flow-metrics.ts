import type { Registry } from 'prom-client'
import { Kept, NumberFamily, type NumberSeries } from './series.ts'

/** A limit on requests under way, as far as it is shown. */
export interface ShownQueue {
  readonly executing: number
  readonly waiting: number
}

/** What is known of the limits on requests under way. Source: util/flowcontrol/metrics. */
export class FlowMetrics {
  readonly #inQueueOfKind: NumberFamily
  readonly #limits: NumberFamily
  readonly #executing: NumberFamily
  readonly #waiting: NumberFamily
  readonly #dispatched: NumberFamily
  readonly #rejections: Kept<string, Kept<string, NumberSeries>>

  constructor(registry: Registry) {
    const family = (type: 'counter' | 'gauge', name: string, help: string): NumberFamily =>
      new NumberFamily(type, { name: `apiserver_${name}`, help, registry })
    this.#inQueueOfKind = family(
      'gauge',
      'current_inqueue_requests',
      'Maximal number of queued requests in this apiserver per request kind in last second.',
    )
    this.#limits = family(
      'gauge',
      'flowcontrol_nominal_limit_seats',
      'Nominal number of execution seats configured for each priority level',
    )
    this.#executing = family(
      'gauge',
      'flowcontrol_current_executing_requests',
      'Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
    )
    this.#waiting = family(
      'gauge',
      'flowcontrol_current_inqueue_requests',
      'Number of requests currently pending in queues of the API Priority and Fairness subsystem',
    )
    this.#dispatched = family(
      'counter',
      'flowcontrol_dispatched_requests_total',
      'Number of requests executed by API Priority and Fairness subsystem',
    )
    const rejected = family(
      'counter',
      'flowcontrol_rejected_requests_total',
      'Number of requests rejected by API Priority and Fairness subsystem',
    )
    this.#rejections = new Kept((level) => new Kept((reason) => rejected.series({ ...labelsOf(level), reason })))
  }

  /** One limit; what is returned counts whom it lets through. */
  limit(level: 'readOnly' | 'mutating', seats: number, queue: ShownQueue): NumberSeries {
    this.#inQueueOfKind.shows({ request_kind: level }, () => queue.waiting)
    this.#limits.shows({ priority_level: level }, () => seats)
    this.#executing.shows(labelsOf(level), () => queue.executing)
    this.#waiting.shows(labelsOf(level), () => queue.waiting)
    return this.#dispatched.series(labelsOf(level))
  }

  rejected(level: string, reason: string): void {
    this.#rejections.of(level).of(reason).value++
  }
}

/** All requests are of one schema: who sends them tells them apart. */
const labelsOf = (level: string): Record<string, string> => ({ priority_level: level, flow_schema: 'global-default' })
