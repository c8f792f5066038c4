import { collectDefaultMetrics, Registry } from 'prom-client'
import { AdmissionMetrics } from './admission-metrics.ts'
import { Families } from './families.ts'
import { FlowMetrics } from './flow-metrics.ts'
import { IdentityMetrics, type AuthenticationResult, type AuthorizationResult } from './identity-metrics.ts'
import { RequestFamilies, type RequestSeries } from './request-series.ts'
import { Kept, type HistogramSeries, type NumberSeries } from './series.ts'
import { StorageMetrics } from './storage-metrics.ts'
import type { GatheredMetrics } from '../workers/processes.ts'

/** The labels of one request: every value comes from a set that clients cannot enlarge. */
export type RequestLabels = Readonly<
  Record<'verb' | 'dry_run' | 'group' | 'version' | 'resource' | 'subresource' | 'scope' | 'component', string>
>

const filterBounds = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 5, 10, 15, 30]

/** The metrics of one server, by the names that Kubernetes' API servers have. Source: endpoints/metrics/metrics.go and its siblings. */
export class ServerMetrics {
  readonly registry = new Registry()
  /** Where several processes serve: the metrics of all. */
  gathered: GatheredMetrics | undefined
  readonly #families = new Families(this.registry)
  #collectsProcess = false
  readonly #requests = new RequestFamilies(this.#families)
  readonly #inFlight = this.#families.by('request_kind', 'gauge', {
    name: 'apiserver_current_inflight_requests',
    stability: 'STABLE',
    help: 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
  })
  readonly flowControl = new FlowMetrics(this.#families)
  readonly identity = new IdentityMetrics(this.#families)
  readonly admission = new AdmissionMetrics(this.#families)
  readonly storage = new StorageMetrics(this.#families)
  readonly #handshakeErrors = this.#families.single({
    name: 'apiserver_tls_handshake_errors_total',
    stability: 'ALPHA',
    help: "Number of requests dropped with 'TLS handshake error from' error",
  })
  readonly #filters: Kept<string, HistogramSeries> = this.#families.histogramBy('filter', filterBounds, {
    name: 'apiserver_request_filter_duration_seconds',
    stability: 'ALPHA',
    help: 'Request filter latency distribution in seconds, for each filter type',
  })
  readonly #afterTimeout: Kept<string, NumberSeries>
  readonly #clientRequests: Kept<string, NumberSeries>
  readonly #auditEvents = this.#families.single({
    name: 'apiserver_audit_event_total',
    stability: 'ALPHA',
    help: 'Counter of audit events generated and sent to the audit backend.',
  })
  readonly #auditLevels = this.#families.by('level', 'counter', {
    name: 'apiserver_audit_level_total',
    stability: 'ALPHA',
    help: 'Counter of policy levels for audit events (1 per request).',
  })
  readonly #auditErrors = this.#families.by('plugin', 'counter', {
    name: 'apiserver_audit_error_total',
    stability: 'ALPHA',
    help: 'Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.',
  })
  readonly #auditRejected = this.#families.single({
    name: 'apiserver_audit_requests_rejected_total',
    stability: 'ALPHA',
    help: 'Counter of apiserver requests rejected due to an error in audit logging backend.',
  })
  readonly #authenticationFilter = this.#filters.of('authentication')
  readonly #authorizationFilter = this.#filters.of('authorization')

  constructor() {
    for (const kind of ['readOnly', 'mutating']) this.#inFlight.of(kind)
    const afterTimeout = this.#families.number('counter', {
      name: 'apiserver_request_post_timeout_total',
      stability: 'ALPHA',
      help: 'Tracks the activity of the request handlers after the associated requests have been timed out by the apiserver',
    })
    this.#afterTimeout = new Kept((status) => afterTimeout.series({ source: 'timeout-handler', status }))
    const asked = this.#families.number('counter', {
      name: 'rest_client_requests_total',
      stability: 'ALPHA',
      help: 'Number of HTTP requests, partitioned by status code, method, and host.',
    })
    this.#clientRequests = new Kept((key) => {
      const [code = '', method = '', host = ''] = key.split(' ')
      return asked.series({ code, method, host })
    })
  }

  /**
   * Those of the process, too: once in a process, whatever the number of servers. From the first reader on, as what watches the event loop wakes
   * the process a hundred times a second.
   */
  collectProcess(): void {
    this.#collectsProcess = true
  }

  /** To be asked for by who reads it. */
  read(): Registry {
    if (this.#collectsProcess) collectDefaultMetrics({ register: this.registry })
    this.#collectsProcess = false
    return this.registry
  }

  /** Something that does not change while the server runs: its value is 1, or 0 for what is off. */
  constant(name: string, help: string, rows: readonly (readonly [Record<string, string>, number])[]): void {
    const family = this.#families.number('gauge', { name, stability: 'BETA', help })
    for (const [labels, value] of rows) family.series(labels).value = value
  }

  request(labels: RequestLabels): RequestSeries {
    return this.#requests.of(labels)
  }

  inFlight(kind: 'readOnly' | 'mutating', by: 1 | -1): void {
    this.#inFlight.of(kind).value += by
  }

  handshakeFailed(): void {
    this.#handshakeErrors.value++
  }

  /** How long a filter took before the request went on: ask once for each, and keep what comes. */
  filter(name: string): HistogramSeries {
    return this.#filters.of(name)
  }

  /** What went on after its time was over has come to its end. */
  endedAfterTimeout(status: 'ok' | 'error'): void {
    this.#afterTimeout.of(status).value++
  }

  /** This server asked another one; no code: there was no answer. */
  asked(code: number | undefined, method: string, host: string): void {
    this.#clientRequests.of(`${code === undefined ? '<error>' : String(code)} ${method} ${host}`).value++
  }

  authenticated(result: AuthenticationResult, seconds: number, username: string): void {
    this.identity.authentication(result, seconds)
    this.#authenticationFilter.observe(seconds)
    if (result === 'success') this.identity.user(username)
  }

  authorized(result: AuthorizationResult, seconds: number): void {
    this.identity.authorization(result, seconds)
    this.#authorizationFilter.observe(seconds)
  }

  audited(level: string): void {
    this.#auditLevels.of(level).value++
  }

  auditEvent(): void {
    this.#auditEvents.value++
  }

  auditFailed(plugin: string, count: number): void {
    this.#auditErrors.of(plugin).value += count
  }

  auditRejected(): void {
    this.#auditRejected.value++
  }
}
