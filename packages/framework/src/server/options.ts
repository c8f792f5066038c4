import type { SecureVersion } from 'node:tls'
import type { Logger } from 'pino'
import type { AdmissionPlugin } from '../auth/admission/plugin.ts'
import type { Authenticator } from '../auth/authentication/authenticator.ts'
import type { Authorizer } from '../auth/authorization/authorizer.ts'
import type { Backend } from '../storage/backend.ts'
import type { AuditFlags } from './audit-options.ts'
import type { CertificateFiles } from './serving/serving-certificates.ts'

/** What an ApiServer is made of. Every member but `backend` has a default. */
export interface ApiServerOptions extends ServerFlags {
  /** Where stored resources live, unless `install` says otherwise. */
  readonly backend: Backend
  /** Asked in this order, after the server's own. */
  readonly admission?: readonly AdmissionPlugin[]
  /** Ways to say who somebody is, tried after the server's own. */
  readonly authenticators?: readonly Authenticator[]
  /** Asked, in this order, before the roles or the cluster: the first that allows or denies decides. `system:masters` is never asked about. */
  readonly authorizers?: readonly Authorizer[]
  readonly log?: Logger
}

/** Gates by Kubernetes' names. */
export interface FeatureGates {
  /** Bodies and answers in CBOR, for clients that ask for it. */
  readonly CBORServingAndStorage?: boolean
}

/** The flags of the command line, by the names of Go's sample-apiserver. */
export interface ServerFlags extends AuditFlags {
  /** Port of HTTPS; 0 takes a free one. Default 8443. */
  readonly securePort?: number
  /** Default 0.0.0.0. */
  readonly bindAddress?: string
  /** Processes that serve, of which each takes a core. Read by {@link runApiServer}. Default 1. */
  readonly workers?: number
  /** Where the server keeps the certificates it makes. Default `apiserver.local.config/certificates`. */
  readonly certDir?: string
  readonly tlsCertFile?: string
  readonly tlsPrivateKeyFile?: string
  /** Authorities whose client certificates name users: CN the user, O the groups. */
  readonly clientCaFile?: string
  readonly tlsSniCertKey?: readonly CertificateFiles[]
  /** Default TLS 1.2. */
  readonly tlsMinVersion?: SecureVersion
  /** OpenSSL's list. Default Node's. */
  readonly tlsCipherSuites?: string
  /** OpenSSL's list of curves. Default Node's. */
  readonly tlsCurvePreferences?: string
  readonly http2MaxStreamsPerConnection?: number
  readonly disableHttp2Serving?: boolean
  /** The cluster behind this server. Without it, and outside of a pod, the server stands alone, with namespaces, leases and events of its own. */
  readonly kubeconfig?: string
  /** Stand alone, also in a pod. */
  readonly standalone?: boolean
  /** For TokenReviews and the ConfigMap of authentication. Default `kubeconfig`. */
  readonly authenticationKubeconfig?: string
  /** Do not read the ConfigMap of authentication. */
  readonly authenticationSkipLookup?: boolean
  /** Start also when the ConfigMap of authentication cannot be read. */
  readonly authenticationTolerateLookupFailure?: boolean
  /** How long an answer about a token is believed. Default 10. */
  readonly authenticationTokenWebhookCacheTtlSeconds?: number
  /** For SubjectAccessReviews. Default `kubeconfig`. */
  readonly authorizationKubeconfig?: string
  /** Paths that everybody may ask for; `*` at the end for all that begin so. Default /healthz, /readyz and /livez. */
  readonly authorizationAlwaysAllowPaths?: readonly string[]
  /** How long a yes is believed. Default 10. */
  readonly authorizationWebhookCacheAuthorizedTtlSeconds?: number
  /** How long a no is believed. Default 10. */
  readonly authorizationWebhookCacheUnauthorizedTtlSeconds?: number
  /** Authorities of the front proxy's certificates, instead of what the cluster says. */
  readonly requestheaderClientCaFile?: string
  /** Default: whatever name those authorities signed. */
  readonly requestheaderAllowedNames?: readonly string[]
  readonly requestheaderUsernameHeaders?: readonly string[]
  readonly requestheaderGroupHeaders?: readonly string[]
  readonly requestheaderExtraHeadersPrefix?: readonly string[]
  readonly requestheaderUidHeaders?: readonly string[]
  /** Names of admission plugins that are on, whatever the next member says. */
  readonly enableAdmissionPlugins?: readonly string[]
  /** Names of admission plugins that are off. Default none: with a cluster behind the server, its webhooks and policies hold here too. */
  readonly disableAdmissionPlugins?: readonly string[]
  /** AdmissionConfiguration: who this server is to webhooks. */
  readonly admissionControlConfigFile?: string
  /** Tokens of a server that stands alone: lines of `token,user,uid,"group1,group2"`. */
  readonly tokenAuthFile?: string
  /** Client addresses of an etcd. Read by {@link backendOf}, as the four below; an ApiServer has its `backend`. */
  readonly etcdServers?: readonly string[]
  /** PEM; the authorities of etcd's certificate. */
  readonly etcdCaFile?: string
  /** PEM; what this server shows to etcd. */
  readonly etcdCertFile?: string
  readonly etcdKeyFile?: string
  /** History is kept so many seconds at least and twice as many at most; 0: for ever. Default 300. */
  readonly etcdCompactionIntervalSeconds?: number
  /** Objects are counted for /metrics no more often; 0: not at all. Default 60. */
  readonly etcdCountMetricPollPeriodSeconds?: number
  /** A store that takes longer to answer is not healthy. Default 2. */
  readonly etcdHealthcheckTimeoutSeconds?: number
  /** A server whose store takes longer to answer is not ready. Default 2. */
  readonly etcdReadycheckTimeoutSeconds?: number
  /** What the server's keys begin with. Default `/registry`. */
  readonly etcdPrefix?: string
  /** Writes the administrator's kubeconfig here when the server is ready. */
  readonly writeKubeconfig?: string
  /** How much is logged, as klog's -v: each request at 3. Default 0. */
  readonly verbosity?: number
  /** Lines are written at once, whatever it says. */
  readonly logFlushFrequencySeconds?: number
  /** Default `text`, as klog writes it. */
  readonly loggingFormat?: 'text' | 'json'
  /** Regular expressions of the origins whose pages may call; each must be anchored. Default none. */
  readonly corsAllowedOrigins?: readonly string[]
  /** Directives of the header Strict-Transport-Security. Default none. */
  readonly strictTransportSecurityDirectives?: readonly string[]
  /** Serve /debug/pprof/ and /debug/flags/, to who may, and let /metrics be reset. Default true. */
  readonly profiling?: boolean
  /** A `TracingConfiguration`: where spans of requests go. Default: they are not kept. */
  readonly tracingConfigFile?: string
  /** Longest a request may take, in seconds. Default 60. */
  readonly requestTimeoutSeconds?: number
  /** Reads under way at once, but for watches; 0: no limit. Default 400. */
  readonly maxRequestsInflight?: number
  /** Writes under way at once; 0: no limit. Default 200. */
  readonly maxMutatingRequestsInflight?: number
  /** What is not finished in Kubernetes either. Default: none of it. */
  readonly featureGates?: FeatureGates
  /** Where there is no room, users wait for their turn instead of being sent away at once. Default true. */
  readonly enablePriorityAndFairness?: boolean
  /** How long a server that is to stop, and says so at /readyz, is still there for everybody. Default 0. */
  readonly shutdownDelayDurationSeconds?: number
  /** Answer 429 to what comes while what is under way comes to its end, instead of letting nobody in. */
  readonly shutdownSendRetryAfter?: boolean
  /** Over how long the ends of watches are spread when the server stops. Default 0: all end at once. */
  readonly shutdownWatchTerminationGracePeriodSeconds?: number
  /** How likely an HTTP/2 client is told, with an answer, to connect anew; 0.02 at most. Default 0. */
  readonly goawayChance?: number
}

export const defaults: Required<
  Pick<
    ServerFlags,
    | 'securePort'
    | 'bindAddress'
    | 'workers'
    | 'certDir'
    | 'etcdPrefix'
    | 'etcdCountMetricPollPeriodSeconds'
    | 'etcdHealthcheckTimeoutSeconds'
    | 'etcdReadycheckTimeoutSeconds'
    | 'requestTimeoutSeconds'
    | 'maxRequestsInflight'
    | 'maxMutatingRequestsInflight'
    | 'enablePriorityAndFairness'
    | 'shutdownDelayDurationSeconds'
    | 'shutdownSendRetryAfter'
    | 'shutdownWatchTerminationGracePeriodSeconds'
    | 'goawayChance'
    | 'profiling'
    | 'verbosity'
    | 'loggingFormat'
    | 'authenticationTokenWebhookCacheTtlSeconds'
    | 'authorizationAlwaysAllowPaths'
    | 'authorizationWebhookCacheAuthorizedTtlSeconds'
    | 'authorizationWebhookCacheUnauthorizedTtlSeconds'
  >
> = {
  securePort: 8443,
  bindAddress: '0.0.0.0',
  workers: 1,
  certDir: 'apiserver.local.config/certificates',
  etcdPrefix: '/registry',
  etcdCountMetricPollPeriodSeconds: 60,
  etcdHealthcheckTimeoutSeconds: 2,
  etcdReadycheckTimeoutSeconds: 2,
  requestTimeoutSeconds: 60,
  maxRequestsInflight: 400,
  maxMutatingRequestsInflight: 200,
  enablePriorityAndFairness: true,
  shutdownDelayDurationSeconds: 0,
  shutdownSendRetryAfter: false,
  shutdownWatchTerminationGracePeriodSeconds: 0,
  goawayChance: 0,
  profiling: true,
  verbosity: 0,
  loggingFormat: 'text',
  authenticationTokenWebhookCacheTtlSeconds: 10,
  authorizationAlwaysAllowPaths: ['/healthz', '/readyz', '/livez'],
  authorizationWebhookCacheAuthorizedTtlSeconds: 10,
  authorizationWebhookCacheUnauthorizedTtlSeconds: 10,
}
