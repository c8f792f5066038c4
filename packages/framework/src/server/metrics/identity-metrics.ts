import { exponentialBounds, type Families } from './families.ts'
import { Kept, type HistogramSeries, type NumberSeries } from './series.ts'

const attemptBounds = exponentialBounds(0.001, 2, 15)
const reviewBounds = [0.25, 0.5, 0.7, 1, 1.5, 3, 5, 10]
const lookupBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const [minute, hour, day] = [60, 3600, 86_400]
const lifetimeBounds = [
  0,
  30 * minute,
  ...[1, 2, 6, 12].map((n) => n * hour),
  ...[1, 2, 4, 7, 30, 90, 180, 360].map((n) => n * day),
]

export type AuthenticationResult = 'success' | 'failure' | 'error'
export type AuthorizationResult = 'allowed' | 'denied' | 'no-opinion' | 'error'

/** Counts one event of a kind, and how long it took. */
type Timed = (kind: string, seconds: number) => void

const timed =
  (counts: Kept<string, NumberSeries>, durations: Kept<string, HistogramSeries>): Timed =>
  (kind, seconds) => {
    counts.of(kind).value++
    durations.of(kind).observe(seconds)
  }

/** Who somebody is, and what they may do. Source: endpoints/filters/metrics.go, authentication, authorization. */
export class IdentityMetrics {
  /** One authentication was tried. */
  readonly authentication: Timed
  readonly authorization: Timed
  /** One TokenReview was asked. */
  readonly delegatedAuthn: Timed
  /** One SubjectAccessReview was asked. */
  readonly delegatedAuthz: Timed
  /** A token was looked for among those known: `hit` or `miss`. */
  readonly tokenRequest: Timed
  /** `ok` or `error`: what came of asking about a token. */
  readonly tokenFetches: Kept<string, NumberSeries>
  /** `in_flight` and `blocked`: who asks now, and who waits for an answer. */
  readonly activeTokenFetches: Kept<string, NumberSeries>
  /** How long, in seconds, the certificates of users are still good. */
  readonly certificateLifetime: HistogramSeries
  readonly #users: Kept<string, NumberSeries>
  readonly #impersonations: Kept<string, { readonly count: NumberSeries; readonly duration: HistogramSeries }>

  constructor(families: Families) {
    const alpha = <N extends string, H extends string>(name: N, help: H) =>
      ({ name, help, stability: 'ALPHA' }) as const
    const attempts = families.number(
      'counter',
      alpha(
        'apiserver_impersonation_attempts_total',
        'Total number of impersonation attempts split by mode and decision.',
      ),
    )
    const attemptDurations = families.histogram(
      attemptBounds,
      alpha(
        'apiserver_impersonation_attempts_duration_seconds',
        'Latency of impersonation attempts in seconds split by mode and decision.',
      ),
    )
    this.#impersonations = new Kept((key) => {
      const [mode = '', decision = ''] = key.split(' ')
      return { count: attempts.series({ mode, decision }), duration: attemptDurations.series({ mode, decision }) }
    })
    this.authentication = timed(
      families.by('result', 'counter', alpha('authentication_attempts', 'Counter of authenticated attempts.')),
      families.histogramBy(
        'result',
        attemptBounds,
        alpha('authentication_duration_seconds', 'Authentication duration in seconds broken out by result.'),
      ),
    )
    this.authorization = timed(
      families.by(
        'result',
        'counter',
        alpha(
          'authorization_attempts_total',
          "Counter of authorization attempts broken down by result. It can be either 'allowed', 'denied', 'no-opinion' or 'error'.",
        ),
      ),
      families.histogramBy(
        'result',
        attemptBounds,
        alpha('authorization_duration_seconds', 'Authorization duration in seconds broken out by result.'),
      ),
    )
    const delegated = (kind: 'authn' | 'authz'): Timed => {
      const name = `apiserver_delegated_${kind}_request`
      return timed(
        families.by('code', 'counter', alpha(`${name}_total`, 'Number of HTTP requests partitioned by status code.')),
        families.histogramBy(
          'code',
          reviewBounds,
          alpha(`${name}_duration_seconds`, 'Request latency in seconds. Broken down by status code.'),
        ),
      )
    }
    this.delegatedAuthn = delegated('authn')
    this.delegatedAuthz = delegated('authz')
    const ofTokens = 'authentication_token_cache'
    this.tokenRequest = timed(
      families.by('status', 'counter', alpha(`${ofTokens}_request_total`, '')),
      families.histogramBy('status', lookupBounds, alpha(`${ofTokens}_request_duration_seconds`, '')),
    )
    this.tokenFetches = families.by('status', 'counter', alpha(`${ofTokens}_fetch_total`, ''))
    this.activeTokenFetches = families.by('status', 'gauge', alpha(`${ofTokens}_active_fetch_count`, ''))
    const lifetime = 'Distribution of the remaining lifetime on the certificate used to authenticate a request.'
    this.certificateLifetime = families
      .histogram(lifetimeBounds, alpha('apiserver_client_certificate_expiration_seconds', lifetime))
      .series()
    this.#users = families.by(
      'username',
      'counter',
      alpha('authenticated_user_requests', 'Counter of authenticated requests broken out by username.'),
    )
  }

  user(name: string): void {
    this.#users.of(compressed(name)).value++
  }

  /** Somebody wanted to act as somebody else: by which mode, `legacy` for the right that always was; '' where it was denied. */
  impersonation(mode: string, decision: 'allowed' | 'denied', seconds: number): void {
    const { count, duration } = this.#impersonations.of(`${mode} ${decision}`)
    count.value++
    duration.observe(seconds)
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
