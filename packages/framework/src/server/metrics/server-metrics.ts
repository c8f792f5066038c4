import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

const requestLabels = ['verb', 'dry_run', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const
const placeLabels = ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const
type RequestLabel = (typeof requestLabels)[number]

/** The labels of one request: every value comes from a set that clients cannot enlarge. */
export type RequestLabels = Readonly<Record<RequestLabel, string>>

const durationBuckets = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
]
const sliBuckets = [0.05, ...durationBuckets.filter((seconds) => seconds > 0.05)]
const reviewBuckets = [0.25, 0.5, 0.7, 1, 1.5, 3, 5, 10]
const attemptBuckets = [0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 10]

export type AuthenticationResult = 'success' | 'failure' | 'error'
export type AuthorizationResult = 'allowed' | 'denied' | 'no-opinion' | 'error'

/** The metrics of one server, by the names that Kubernetes' API servers have. Source: endpoints/metrics/metrics.go and its siblings. */
export class ServerMetrics {
  readonly registry = new Registry()
  readonly #registers = [this.registry]
  readonly #requests = new Counter({
    name: 'apiserver_request_total',
    help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
    labelNames: [...requestLabels, 'code'],
    registers: this.#registers,
  })
  readonly #durations = new Histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
    labelNames: requestLabels,
    buckets: durationBuckets,
    registers: this.#registers,
  })
  readonly #sliDurations = new Histogram({
    name: 'apiserver_request_sli_duration_seconds',
    help: 'Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.',
    labelNames: placeLabels,
    buckets: sliBuckets,
    registers: this.#registers,
  })
  readonly #longRunning = new Gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component.',
    labelNames: placeLabels,
    registers: this.#registers,
  })
  readonly #sizes = new Histogram({
    name: 'apiserver_response_sizes',
    help: 'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
    labelNames: placeLabels,
    buckets: [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9],
    registers: this.#registers,
  })
  readonly #inFlight = new Gauge({
    name: 'apiserver_current_inflight_requests',
    help: 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
    labelNames: ['request_kind'],
    registers: this.#registers,
  })
  readonly #terminations = new Counter({
    name: 'apiserver_request_terminations_total',
    help: 'Number of requests which apiserver terminated in self-defense.',
    labelNames: [...placeLabels, 'code'],
    registers: this.#registers,
  })
  readonly #handshakeErrors = new Counter({
    name: 'apiserver_tls_handshake_errors_total',
    help: 'Number of requests dropped with TLS handshake errors',
    registers: this.#registers,
  })
  readonly #authentications = this.#attempts(
    'authentication_attempts',
    'authentication_duration_seconds',
    'Counter of authenticated attempts.',
  )
  readonly #authorizations = this.#attempts(
    'authorization_attempts_total',
    'authorization_duration_seconds',
    'Counter of authorization attempts broken down by result.',
  )
  readonly #users = new Counter({
    name: 'authenticated_user_requests',
    help: 'Counter of authenticated requests broken out by username.',
    labelNames: ['username'],
    registers: this.#registers,
  })
  readonly #auditEvents = new Counter({
    name: 'apiserver_audit_event_total',
    help: 'Counter of audit events generated and sent to the audit backend.',
    registers: this.#registers,
  })
  readonly #auditLevels = new Counter({
    name: 'apiserver_audit_level_total',
    help: 'Counter of policy levels for audit events (1 per request).',
    labelNames: ['level'],
    registers: this.#registers,
  })
  readonly #auditErrors = new Counter({
    name: 'apiserver_audit_error_total',
    help: 'Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.',
    labelNames: ['plugin'],
    registers: this.#registers,
  })
  readonly #auditRejected = new Counter({
    name: 'apiserver_audit_requests_rejected_total',
    help: 'Counter of apiserver requests rejected due to an error in audit logging backend.',
    registers: this.#registers,
  })
  readonly #authn = this.#reviews('authn')
  readonly #authz = this.#reviews('authz')

  constructor() {
    this.#inFlight.set({ request_kind: 'readOnly' }, 0)
    this.#inFlight.set({ request_kind: 'mutating' }, 0)
  }

  /** Of the process: once in a process, whatever the number of servers. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry })
  }

  /** A request is over. `bytes` undefined: unknown. */
  request(labels: RequestLabels, code: number, seconds: number, bytes: number | undefined): void {
    this.#requests.inc({ ...labels, code: String(code) })
    this.#durations.observe(labels, seconds)
    const { dry_run: _, ...place } = labels
    if (place.verb !== 'WATCH') this.#sliDurations.observe(place, seconds)
    if (bytes !== undefined) this.#sizes.observe(place, bytes)
  }

  longRunning({ dry_run: _, ...place }: RequestLabels, by: 1 | -1): void {
    this.#longRunning.inc(place, by)
  }

  inFlight(kind: 'readOnly' | 'mutating', by: 1 | -1): void {
    this.#inFlight.inc({ request_kind: kind }, by)
  }

  terminated({ dry_run: _, ...place }: RequestLabels, code: number): void {
    this.#terminations.inc({ ...place, code: String(code) })
  }

  handshakeFailed(): void {
    this.#handshakeErrors.inc()
  }

  authenticated(result: AuthenticationResult, seconds: number, username: string): void {
    this.#authentications(result, seconds)
    if (result === 'success') this.#users.inc({ username: compressed(username) })
  }

  authorized(result: AuthorizationResult, seconds: number): void {
    this.#authorizations(result, seconds)
  }

  /** One TokenReview was asked. */
  delegatedAuthn(code: string, seconds: number): void {
    this.#authn(code, seconds)
  }

  /** One SubjectAccessReview was asked. */
  delegatedAuthz(code: string, seconds: number): void {
    this.#authz(code, seconds)
  }

  audited(level: string): void {
    this.#auditLevels.inc({ level })
  }

  auditEvent(): void {
    this.#auditEvents.inc()
  }

  auditFailed(plugin: string, count: number): void {
    this.#auditErrors.inc({ plugin }, count)
  }

  auditRejected(): void {
    this.#auditRejected.inc()
  }

  #attempts(total: string, duration: string, help: string): (result: string, seconds: number) => void {
    const attempts = new Counter({ name: total, help, labelNames: ['result'], registers: this.#registers })
    const durations = new Histogram({
      name: duration,
      help: `Duration in seconds, broken down by result.`,
      labelNames: ['result'],
      buckets: attemptBuckets,
      registers: this.#registers,
    })
    return (result, seconds) => {
      attempts.inc({ result })
      durations.observe({ result }, seconds)
    }
  }

  #reviews(what: 'authn' | 'authz'): (code: string, seconds: number) => void {
    const requests = new Counter({
      name: `apiserver_delegated_${what}_request_total`,
      help: 'Number of HTTP requests partitioned by status code.',
      labelNames: ['code'],
      registers: this.#registers,
    })
    const durations = new Histogram({
      name: `apiserver_delegated_${what}_request_duration_seconds`,
      help: 'Request latency in seconds. Broken down by status code.',
      labelNames: ['code'],
      buckets: reviewBuckets,
      registers: this.#registers,
    })
    return (code, seconds) => {
      requests.inc({ code })
      durations.observe({ code }, seconds)
    }
  }
}

const namedUsers: ReadonlySet<string> = new Set([
  'admin',
  'client',
  'kube_proxy',
  'kubelet',
  'system:serviceaccount:kube-system:default',
])

/** Names of users would be a set without end. Source: endpoints/filters/metrics.go compressUsername. */
function compressed(username: string): string {
  if (namedUsers.has(username)) return username
  return username.includes('@') ? 'email_id' : 'other'
}
