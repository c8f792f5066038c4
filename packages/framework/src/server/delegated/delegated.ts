import type { Logger } from 'pino'
import { ClusterAdmission } from '../../auth/admission/cluster-admission.ts'
import { ClusterNamespaces } from '../../auth/admission/cluster-namespaces.ts'
import type { AdmissionPlugin } from '../../auth/admission/plugin.ts'
import { privilegedGroup, type Authenticator } from '../../auth/authentication/authenticator.ts'
import { BearerTokenAuthenticator } from '../../auth/authentication/bearer-token.ts'
import { CachedTokens } from '../../auth/authentication/cached-tokens.ts'
import { ClusterAuthentication } from '../../auth/authentication/cluster-authentication.ts'
import type { PeerCertificates } from '../../auth/authentication/peer-certificates.ts'
import { RequestHeaderAuthenticator, type RequestHeaderConfig } from '../../auth/authentication/request-header.ts'
import { TokenReviewer, tokenReviewKind } from '../../auth/authentication/token-review.ts'
import { TrustFile } from '../../auth/authentication/trust-file.ts'
import type { TrustSource } from '../../auth/authentication/trust-source.ts'
import { WebSocketTokenAuthenticator } from '../../auth/authentication/websocket-token.ts'
import { X509Authenticator } from '../../auth/authentication/x509.ts'
import { AlwaysAllowPaths } from '../../auth/authorization/always-allow-paths.ts'
import type { Authorizer } from '../../auth/authorization/authorizer.ts'
import { PrivilegedGroups } from '../../auth/authorization/privileged-groups.ts'
import { subjectAccessReviewKind, SubjectAccessReviewer } from '../../auth/authorization/subject-access-review.ts'
import { UnionAuthorizer } from '../../auth/authorization/union.ts'
import { ReviewClient } from '../../auth/reviews/review-client.ts'
import { Client } from '../../client/client.ts'
import { KubeConfig } from '../../client/kube-config.ts'
import { webhookKubeConfigs } from '../admission-configuration.ts'
import { isEnabled } from '../admission-plugins.ts'
import type { defaults, ServerFlags } from '../options.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import { tokenObserver } from '../metrics/token-observer.ts'
import { proxyOfFlags, type FlaggedProxy } from '../request-header-flags.ts'
import type { HealthCheck } from '../routes/health.ts'
import type { Surroundings } from '../surroundings.ts'

type Flags = ServerFlags & typeof defaults

/**
 * How often the cluster is asked who somebody is, and as often what they may do: strangers with tokens of their own making cannot make it more, nor keep
 * the other question from being asked. Source: server/options/{authentication,authorization}.go.
 */
const reviewLimit = { qps: 200, burst: 400 }

/** The clients of a server, one for each kubeconfig file (an empty one is the service account of the pod) and what it is asked. */
class Clients {
  readonly #clients = new Map<string, Client>()
  readonly #metrics: ServerMetrics

  constructor(metrics: ServerMetrics) {
    this.#metrics = metrics
  }

  of(file: string, use: 'authentication' | 'authorization' | 'core'): Client {
    const key = `${use} ${file}`
    let client = this.#clients.get(key)
    if (!client) {
      const config = file === '' ? KubeConfig.inCluster() : KubeConfig.load(file)
      client = new Client(config, use === 'core' ? {} : reviewLimit).observed((code, method, host) => {
        this.#metrics.asked(code, method, host)
      })
      this.#clients.set(key, client)
    }
    return client
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
  }
}

/**
 * A server behind the aggregation layer of a cluster: the cluster says who somebody is, what they may do, which namespaces there are, and what is done with writes. Nobody
 * is trusted but whom the cluster trusts. Source: server/options/recommended.go.
 */
export class Delegated implements Surroundings {
  readonly resources = []
  readonly trustsOwnAuthority = false
  readonly namespaces: ClusterNamespaces
  readonly #admission: ClusterAdmission
  readonly #flags: Flags
  readonly #log: Logger
  readonly #metrics: ServerMetrics
  readonly #clients: Clients
  readonly #lookup: ClusterAuthentication | undefined
  readonly #file: TrustFile | undefined
  readonly #proxy: FlaggedProxy | undefined
  readonly #authentication: Client
  readonly #authorization: Client

  /** Throws when a kubeconfig or a file of the flags cannot be read. */
  constructor(flags: Flags, log: Logger, metrics: ServerMetrics) {
    this.#flags = flags
    this.#log = log
    this.#metrics = metrics
    this.#clients = new Clients(metrics)
    const file = flags.kubeconfig ?? ''
    this.#authentication = this.#clients.of(flags.authenticationKubeconfig ?? file, 'authentication')
    this.#authorization = this.#clients.of(flags.authorizationKubeconfig ?? file, 'authorization')
    // Without a kubeconfig of its own, admission uses what there is.
    const core = flags.kubeconfig ?? flags.authenticationKubeconfig ?? flags.authorizationKubeconfig ?? ''
    const failed = (what: string) => (error: unknown) => {
      log.warn({ err: error }, what)
    }
    this.namespaces = new ClusterNamespaces(this.#clients.of(core, 'core'), {
      onError: failed('watching namespaces failed'),
    })
    const users = webhookKubeConfigs(flags.admissionControlConfigFile)
    this.#admission = new ClusterAdmission(this.#clients.of(core, 'core'), this.namespaces, {
      isEnabled: (plugin) => isEnabled(flags, plugin),
      kubeConfigFile: (plugin) => users.get(plugin),
      onError: failed('watching webhooks and policies failed'),
      onWebhook: (outcome) => {
        metrics.admission.webhook(outcome)
      },
    })
    if (!flags.authenticationSkipLookup)
      this.#lookup = new ClusterAuthentication(this.#authentication, {
        onError: failed('looking up the authentication of the cluster failed'),
      })
    const unreadable = failed('an authority file cannot be used')
    this.#file = flags.clientCaFile === undefined ? undefined : new TrustFile(flags.clientCaFile, unreadable)
    this.#proxy = proxyOfFlags(flags, unreadable)
  }

  readonly startHooks = ['generic-apiserver-start-informers']

  get healthChecks(): readonly HealthCheck[] {
    return [
      {
        name: 'informer-sync',
        on: ['readyz'],
        check: () => {
          const unsynced = [...(this.namespaces.hasSynced ? [] : ['namespaces']), ...this.#admission.unsynced]
          if (unsynced.length) throw new Error(`informers not synced: ${unsynced.join(', ')}`)
        },
      },
    ]
  }

  get requestHeaders(): RequestHeaderConfig | undefined {
    return this.#proxy?.headers ?? this.#lookup?.requestHeaders
  }

  get authorities(): readonly string[] {
    return [this.#clientCa(), this.#proxyCa()].flatMap((source) => source?.current?.pem ?? [])
  }

  authenticators(peers: PeerCertificates): readonly Authenticator[] {
    const [clientCa, proxyCa] = [this.#clientCa(), this.#proxyCa()]
    const reviews = new ReviewClient(this.#authentication, tokenReviewKind, {
      onAttempt: (code, seconds) => {
        this.#metrics.identity.delegatedAuthn(code, seconds)
      },
    })
    const ttlMs = this.#flags.authenticationTokenWebhookCacheTtlSeconds * 1000
    const tokens = new CachedTokens(new TokenReviewer(reviews), ttlMs, tokenObserver(this.#metrics.identity))
    const headers = (): RequestHeaderConfig => this.#proxy?.headers ?? this.#lookup?.requestHeaders ?? noHeaders
    return [
      ...(proxyCa ? [new RequestHeaderAuthenticator(peers, proxyCa, headers)] : []),
      ...(clientCa ? [new X509Authenticator(peers, clientCa)] : []),
      new BearerTokenAuthenticator(tokens),
      new WebSocketTokenAuthenticator(tokens),
    ]
  }

  authorizer(first: readonly Authorizer[]): Authorizer {
    const reviews = new ReviewClient(this.#authorization, subjectAccessReviewKind, {
      onAttempt: (code, seconds) => {
        this.#metrics.identity.delegatedAuthz(code, seconds)
      },
    })
    return new UnionAuthorizer([
      new PrivilegedGroups(privilegedGroup),
      new AlwaysAllowPaths(this.#flags.authorizationAlwaysAllowPaths),
      ...first,
      new SubjectAccessReviewer(reviews, {
        authorizedTtlMs: this.#flags.authorizationWebhookCacheAuthorizedTtlSeconds * 1000,
        unauthorizedTtlMs: this.#flags.authorizationWebhookCacheUnauthorizedTtlSeconds * 1000,
      }),
    ])
  }

  admission(authorizer: Authorizer): readonly AdmissionPlugin[] {
    return this.#admission.plugins(authorizer)
  }

  onAuthoritiesChanged(listener: () => void): void {
    this.#file?.onChange(listener)
    this.#proxy?.trust.onChange(listener)
    this.#lookup?.onChange(listener)
  }

  async start(): Promise<void> {
    this.namespaces.start()
    this.#admission.start()
    await this.#lookup?.start({ tolerateFailure: this.#flags.authenticationTolerateLookupFailure ?? false })
    this.#log.info('authentication and authorization are delegated to the cluster')
  }

  async close(): Promise<void> {
    this.#file?.close()
    this.#proxy?.trust.close()
    await Promise.all([this.namespaces.close(), this.#admission.close(), this.#lookup?.close()])
    this.#clients.close()
  }

  /** What the flags say wins over what the cluster says. */
  #clientCa(): TrustSource | undefined {
    return this.#file ?? this.#lookup?.clientCa
  }

  #proxyCa(): TrustSource | undefined {
    return this.#proxy?.trust ?? this.#lookup?.proxyCa
  }
}

const noHeaders: RequestHeaderConfig = {
  allowedNames: [],
  usernameHeaders: [],
  groupHeaders: [],
  extraHeaderPrefixes: [],
  uidHeaders: [],
}
