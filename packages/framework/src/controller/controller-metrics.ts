import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { QueueObserver, WorkQueue } from './work-queue.ts'

export type ReconcileOutcome = 'success' | 'error' | 'requeue' | 'requeue_after'
const outcomes: readonly ReconcileOutcome[] = ['success', 'error', 'requeue', 'requeue_after']

const timeBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
]
const queueLabels = ['name', 'controller'] as const
/** From ten nanoseconds to a thousand seconds. */
const queueBuckets = Array.from({ length: 12 }, (_, i) => 10 ** (i - 8))

/** What a controller counts of its reconciliations. */
export interface ReconcileObserver {
  started(): void
  ended(outcome: ReconcileOutcome, seconds: number): void
  terminalError(): void
  /** It threw something that is no Error. */
  panicked(): void
  timedOut(): void
}

type QueueOfAny = Pick<WorkQueue<unknown>, 'depths' | 'unfinishedWorkSeconds' | 'longestRunningSeconds'>

/** The metrics of one Manager, by the names that controller-runtime gives them. Source: controller-runtime pkg/metrics. */
export class ControllerMetrics {
  readonly registry = new Registry()
  readonly #queues = new Map<string, QueueOfAny>()
  readonly #reconciles = this.#counter(
    'controller_runtime_reconcile_total',
    'Total number of reconciliations per controller',
    ['controller', 'result'],
  )
  readonly #errors = this.#perController(
    'controller_runtime_reconcile_errors_total',
    'Total number of reconciliation errors per controller',
  )
  readonly #terminalErrors = this.#perController(
    'controller_runtime_terminal_reconcile_errors_total',
    'Total number of terminal reconciliation errors per controller',
  )
  readonly #panics = this.#perController(
    'controller_runtime_reconcile_panics_total',
    'Total number of reconciliation panics per controller',
  )
  readonly #timeouts = this.#perController(
    'controller_runtime_reconcile_timeouts_total',
    'Total number of reconciliation timeouts per controller',
  )
  readonly #times = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of time per reconciliation per controller',
    labelNames: ['controller'],
    buckets: timeBuckets,
    registers: [this.registry],
  })
  readonly #maxConcurrent = this.#gauge(
    'controller_runtime_max_concurrent_reconciles',
    'Maximum number of concurrent reconciles per controller',
    ['controller'],
  )
  readonly #active = this.#gauge(
    'controller_runtime_active_workers',
    'Number of currently used workers per controller',
    ['controller'],
  )
  readonly #adds = this.#counter('workqueue_adds_total', 'Total number of adds handled by workqueue', queueLabels)
  readonly #retries = this.#counter(
    'workqueue_retries_total',
    'Total number of retries handled by workqueue',
    queueLabels,
  )
  readonly #waits = this.#queueHistogram(
    'workqueue_queue_duration_seconds',
    'How long in seconds an item stays in workqueue before being requested',
  )
  readonly #work = this.#queueHistogram(
    'workqueue_work_duration_seconds',
    'How long in seconds processing an item from workqueue takes.',
  )
  readonly #requests = this.#counter(
    'rest_client_requests_total',
    'Number of HTTP requests, partitioned by status code, method, and host.',
    ['code', 'method', 'host'],
  )
  readonly #master = this.#gauge(
    'leader_election_master_status',
    "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
    ['name'],
  )
  readonly #slowPath = this.#counter(
    'leader_election_slowpath_total',
    "Total number of slow path exercised in renewing leader leases. 'name' is the string used to identify the lease. Please make sure to group by name.",
    ['name'],
  )

  #collectsProcess = true

  constructor() {
    this.#depths()
    this.#ofQueues(
      'workqueue_unfinished_work_seconds',
      'How many seconds of work has been done that is in progress and hasn’t been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.',
      (queue) => queue.unfinishedWorkSeconds(),
    )
    this.#ofQueues(
      'workqueue_longest_running_processor_seconds',
      'How many seconds has the longest running processor for workqueue been running.',
      (queue) => queue.longestRunningSeconds(),
    )
  }

  /** Everything in Prometheus' text format. The first reader has the process watched: that wakes it a hundred times a second. */
  text(): Promise<string> {
    if (this.#collectsProcess) collectDefaultMetrics({ register: this.registry })
    this.#collectsProcess = false
    return this.registry.metrics()
  }

  /** All counters of the controller are there from now on, with zero: rates need a beginning. */
  controller(controller: string, maxConcurrentReconciles: number): ReconcileObserver {
    const labels = { controller }
    for (const result of outcomes) this.#reconciles.inc({ controller, result }, 0)
    for (const counter of [this.#errors, this.#terminalErrors, this.#panics, this.#timeouts]) counter.inc(labels, 0)
    this.#maxConcurrent.set(labels, maxConcurrentReconciles)
    this.#active.set(labels, 0)
    this.#times.zero(labels)
    return {
      started: () => {
        this.#active.inc(labels)
      },
      ended: (result, seconds) => {
        this.#active.dec(labels)
        this.#times.observe(labels, seconds)
        this.#reconciles.inc({ controller, result })
        if (result === 'error') this.#errors.inc(labels)
      },
      terminalError: () => {
        this.#terminalErrors.inc(labels)
      },
      panicked: () => {
        this.#panics.inc(labels)
      },
      timedOut: () => {
        this.#timeouts.inc(labels)
      },
    }
  }

  queue(controller: string): QueueObserver {
    const labels = { name: controller, controller }
    this.#adds.inc(labels, 0)
    this.#retries.inc(labels, 0)
    this.#waits.zero(labels)
    this.#work.zero(labels)
    return {
      attached: (queue) => void this.#queues.set(controller, queue),
      added: () => {
        this.#adds.inc(labels)
      },
      retried: () => {
        this.#retries.inc(labels)
      },
      taken: (seconds) => {
        this.#waits.observe(labels, seconds)
      },
      done: (seconds) => {
        this.#work.observe(labels, seconds)
      },
    }
  }

  /** Of a request that had no answer, the code is `<error>`. */
  request(code: number | undefined, method: string, host: string): void {
    this.#requests.inc({ code: code === undefined ? '<error>' : String(code), method, host })
  }

  leading(name: string, isLeader: boolean): void {
    this.#master.set({ name }, isLeader ? 1 : 0)
    this.#slowPath.inc({ name }, 0)
  }

  slowPath(name: string): void {
    this.#slowPath.inc({ name })
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] })
  }

  #perController(name: string, help: string): Counter<'controller'> {
    return this.#counter(name, help, ['controller'])
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] })
  }

  #queueHistogram(name: string, help: string): Histogram<'name' | 'controller'> {
    return new Histogram({ name, help, labelNames: queueLabels, buckets: queueBuckets, registers: [this.registry] })
  }

  /** Asked for when it is read. The depth is told by priority. */
  #depths(): void {
    const queues = this.#queues
    new Gauge({
      name: 'workqueue_depth',
      help: 'Current depth of workqueue by workqueue and priority',
      labelNames: [...queueLabels, 'priority'],
      registers: [this.registry],
      collect() {
        for (const [controller, { depths }] of queues)
          for (const [priority, depth] of new Map([[0, 0], ...depths]))
            this.set({ name: controller, controller, priority: String(priority) }, depth)
      },
    })
  }

  /** Asked for when it is read. */
  #ofQueues(name: string, help: string, valueOf: (queue: QueueOfAny) => number): void {
    const queues = this.#queues
    new Gauge({
      name,
      help,
      labelNames: queueLabels,
      registers: [this.registry],
      collect() {
        for (const [controller, queue] of queues) this.set({ name: controller, controller }, valueOf(queue))
      },
    })
  }
}
