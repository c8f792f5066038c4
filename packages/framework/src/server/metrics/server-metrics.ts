import { collectDefaultMetrics, Registry } from 'prom-client'
import { FlowMetrics } from './flow-metrics.ts'
import { RequestFamilies, type RequestSeries } from './request-series.ts'
import { HistogramFamily, Kept, NumberFamily } from './series.ts'

/** The labels of one request: every value comes from a set that clients cannot enlarge. */
export type RequestLabels = Readonly<
  Record<'verb' | 'dry_run' | 'group' | 'version' | 'resource' | 'subresource' | 'scope' | 'component', string>
>

const reviewBounds = [0.25, 0.5, 0.7, 1, 1.5, 3, 5, 10]
const attemptBounds = [0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 10]

export type AuthenticationResult = 'success' | 'failure' | 'error'
export type AuthorizationResult = 'allowed' | 'denied' | 'no-opinion' | 'error'

/** Counts one event of a kind, and how long it took. */
type Timed = (kind: string, seconds: number) => void

/** The metrics of one server, by the names that Kubernetes' API servers have. Source: endpoints/metrics/metrics.go and its siblings. */
export class ServerMetrics {
  readonly registry = new Registry()
  readonly #requests = new RequestFamilies(this.registry)
  readonly #inFlight = this.#kept(
    'gauge',
    'request_kind',
    'apiserver_current_inflight_requests',
    'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
  )
  readonly flowControl = new FlowMetrics(this.registry)
  readonly #handshakeErrors = this.#single(
    'apiserver_tls_handshake_errors_total',
    'Number of requests dropped with TLS handshake errors',
  )
  /** One authentication was tried. */
  readonly #authentications = this.#timed('result', attemptBounds, {
    total: 'authentication_attempts',
    duration: 'authentication_duration_seconds',
    help: 'authenticated attempts',
  })
  readonly #authorizations = this.#timed('result', attemptBounds, {
    total: 'authorization_attempts_total',
    duration: 'authorization_duration_seconds',
    help: 'authorization attempts',
  })
  readonly #users = this.#kept(
    'counter',
    'username',
    'authenticated_user_requests',
    'Counter of authenticated requests broken out by username.',
  )
  /** One TokenReview was asked. */
  readonly delegatedAuthn: Timed = this.#timed('code', reviewBounds, {
    total: 'apiserver_delegated_authn_request_total',
    duration: 'apiserver_delegated_authn_request_duration_seconds',
    help: 'TokenReviews asked',
  })
  /** One SubjectAccessReview was asked. */
  readonly delegatedAuthz: Timed = this.#timed('code', reviewBounds, {
    total: 'apiserver_delegated_authz_request_total',
    duration: 'apiserver_delegated_authz_request_duration_seconds',
    help: 'SubjectAccessReviews asked',
  })
  readonly #auditEvents = this.#single(
    'apiserver_audit_event_total',
    'Counter of audit events generated and sent to the audit backend.',
  )
  readonly #auditLevels = this.#kept(
    'counter',
    'level',
    'apiserver_audit_level_total',
    'Counter of policy levels for audit events (1 per request).',
  )
  readonly #auditErrors = this.#kept(
    'counter',
    'plugin',
    'apiserver_audit_error_total',
    'Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.',
  )
  readonly #auditRejected = this.#single(
    'apiserver_audit_requests_rejected_total',
    'Counter of apiserver requests rejected due to an error in audit logging backend.',
  )

  constructor() {
    for (const kind of ['readOnly', 'mutating']) this.#inFlight.of(kind)
  }

  /** Of the process: once in a process, whatever the number of servers. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry })
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

  authenticated(result: AuthenticationResult, seconds: number, username: string): void {
    this.#authentications(result, seconds)
    if (result === 'success') this.#users.of(compressed(username)).value++
  }

  authorized(result: AuthorizationResult, seconds: number): void {
    this.#authorizations(result, seconds)
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

  #single(name: string, help: string): { value: number } {
    return new NumberFamily('counter', { name, help, registry: this.registry }).series()
  }

  #kept(type: 'counter' | 'gauge', label: string, name: string, help: string): Kept<string, { value: number }> {
    const family = new NumberFamily(type, { name, help, registry: this.registry })
    return new Kept((value) => family.series({ [label]: value }))
  }

  #timed(
    label: string,
    bounds: readonly number[],
    { total, duration, help }: { readonly total: string; readonly duration: string; readonly help: string },
  ): Timed {
    const counts = this.#kept('counter', label, total, `Counter of ${help} broken down by ${label}.`)
    const family = new HistogramFamily({
      name: duration,
      help: `Duration in seconds of ${help} broken down by ${label}.`,
      bounds,
      registry: this.registry,
    })
    const durations = new Kept((value: string) => family.series({ [label]: value }))
    return (value, seconds) => {
      counts.of(value).value++
      durations.of(value).observe(seconds)
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
