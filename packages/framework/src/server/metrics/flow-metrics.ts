import type { Families, Stability } from './families.ts'
import { Kept, type HistogramSeries, type NumberFamily, type NumberSeries } from './series.ts'

/** A limit on requests under way, as far as it is shown. */
export interface ShownQueue {
  readonly executing: number
  readonly waiting: number
}

/** What is counted of those who ask one limit to let them through. */
export interface FlowSeries {
  readonly dispatched: NumberSeries
  /** In seconds, of those who were let through. */
  readonly waited: HistogramSeries
  /** Of those who were sent away. */
  readonly waitedInVain: HistogramSeries
  readonly executed: HistogramSeries
}

type LevelName = 'readOnly' | 'mutating'
const durationBounds = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30]

/** What is known of the limits on requests under way. Source: util/flowcontrol/metrics. */
export class FlowMetrics {
  readonly #families: Families
  readonly #inQueueOfKind: NumberFamily
  readonly #limits: readonly NumberFamily[]
  /** What is under way: requests and, as each takes one seat, seats. */
  readonly #executing: readonly NumberFamily[]
  readonly #waiting: readonly NumberFamily[]
  readonly #dispatched: NumberFamily
  readonly #rejections: Kept<string, Kept<string, NumberSeries>>
  readonly #series: (level: LevelName) => Omit<FlowSeries, 'dispatched'>

  constructor(families: Families) {
    this.#families = families
    this.#inQueueOfKind = this.#gauge(
      'current_inqueue_requests',
      'ALPHA',
      'Maximal number of queued requests in this apiserver per request kind in last second.',
    )
    const seats = 'Nominal number of execution seats configured for each priority level'
    this.#limits = [
      this.#gauge('flowcontrol_nominal_limit_seats', 'BETA', seats),
      this.#gauge(
        'flowcontrol_current_limit_seats',
        'ALPHA',
        'current derived number of execution seats available to each priority level',
      ),
    ]
    this.#executing = [
      this.#gauge(
        'flowcontrol_current_executing_requests',
        'BETA',
        'Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
      ),
      this.#gauge(
        'flowcontrol_current_executing_seats',
        'BETA',
        'Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any stage otherwise) requests in the API Priority and Fairness subsystem',
      ),
    ]
    this.#waiting = [
      this.#gauge(
        'flowcontrol_current_inqueue_requests',
        'BETA',
        'Number of requests currently pending in queues of the API Priority and Fairness subsystem',
      ),
      this.#gauge(
        'flowcontrol_current_inqueue_seats',
        'ALPHA',
        'Number of seats currently pending in queues of the API Priority and Fairness subsystem',
      ),
    ]
    this.#dispatched = families.number('counter', {
      name: 'apiserver_flowcontrol_dispatched_requests_total',
      stability: 'BETA',
      help: 'Number of requests executed by API Priority and Fairness subsystem',
    })
    const rejected = families.number('counter', {
      name: 'apiserver_flowcontrol_rejected_requests_total',
      stability: 'BETA',
      help: 'Number of requests rejected by API Priority and Fairness subsystem',
    })
    this.#rejections = new Kept((level) => new Kept((reason) => rejected.series({ ...labelsOf(level), reason })))
    this.#series = this.#durations()
  }

  /** One limit; what is returned counts whom it lets through. */
  limit(level: LevelName, seats: number, queue: ShownQueue): FlowSeries {
    this.#inQueueOfKind.shows({ request_kind: level }, () => queue.waiting)
    for (const limit of this.#limits) limit.shows({ priority_level: level }, () => seats)
    for (const executing of this.#executing) executing.shows(labelsOf(level), () => queue.executing)
    for (const waiting of this.#waiting) waiting.shows(labelsOf(level), () => queue.waiting)
    return { dispatched: this.#dispatched.series(labelsOf(level)), ...this.#series(level) }
  }

  rejected(level: string, reason: string): void {
    this.#rejections.of(level).of(reason).value++
  }

  #gauge(name: string, stability: Stability, help: string): NumberFamily {
    return this.#families.number('gauge', { name: `apiserver_${name}`, stability, help })
  }

  #durations(): (level: LevelName) => Omit<FlowSeries, 'dispatched'> {
    const waits = this.#families.histogram(durationBounds, {
      name: 'apiserver_flowcontrol_request_wait_duration_seconds',
      stability: 'BETA',
      help: 'Length of time a request spent waiting in its queue',
    })
    const executions = this.#families.histogram(durationBounds, {
      name: 'apiserver_flowcontrol_request_execution_seconds',
      stability: 'ALPHA',
      help: 'Duration of initial stage (for a WATCH) or any (for a non-WATCH) stage of request execution in the API Priority and Fairness subsystem',
    })
    return (level) => ({
      waited: waits.series({ ...labelsOf(level), execute: 'true' }),
      waitedInVain: waits.series({ ...labelsOf(level), execute: 'false' }),
      // Watches take no seat.
      executed: executions.series({ ...labelsOf(level), type: 'regular' }),
    })
  }
}

/** All requests are of one schema: who sends them tells them apart. */
const labelsOf = (level: string): Record<string, string> => ({ priority_level: level, flow_schema: 'global-default' })
