import type { IncomingMessage, ServerResponse } from 'node:http'
import Koa from 'koa'
import compose from 'koa-compose'
import type { Logger } from 'pino'
import { ObservedAdmission } from './metrics/observed-admission.ts'
import { AuthenticationChain } from '../auth/authentication/chain.ts'
import { PeerCertificates } from '../auth/authentication/peer-certificates.ts'
import { DiscoveryRoutes } from '../endpoints/discovery/discovery-routes.ts'
import { Dispatcher } from '../endpoints/dispatcher.ts'
import { OpenApiRoutes } from '../endpoints/openapi/openapi-routes.ts'
import { compilePattern } from '../schema/validation/reg-exp.ts'
import type { ResourceRegistry } from '../registry/resource-registry.ts'
import { admissionPlugins } from './admission-plugins.ts'
import type { Auditing } from './auditing.ts'
import { director } from './director.ts'
import { filterChain } from './filters/chain.ts'
import type { Draining } from './filters/draining.ts'
import type { ServerMetrics } from './metrics/server-metrics.ts'
import type { ApiServerOptions, defaults } from './options.ts'
import type { RequestState } from './request-state.ts'
import { isProfiling } from './routes/debug.ts'
import { buildInfo } from './routes/version.ts'
import type { HealthRoutes } from './routes/health.ts'
import type { Tracer } from './tracing/tracer.ts'
import type { RequestListener } from './serving/secure-server.ts'
import type { Surroundings } from './surroundings.ts'

/** As in Go. */
const requestVerbosity = 3

export interface ApplicationParts {
  readonly options: ApiServerOptions & typeof defaults
  readonly registry: ResourceRegistry
  readonly surroundings: Surroundings
  readonly auditing: Auditing | undefined
  readonly tracer: Tracer | undefined
  readonly draining: Draining
  readonly isRefusing: () => boolean
  readonly health: HealthRoutes
  readonly metrics: ServerMetrics
  readonly log: Logger
  /** Where the server listens, as discovery tells it; asked when it does. */
  readonly serverAddress: () => string
}

/** Puts the filters and what they protect together. Every resource and every health check is there already. */
export function application(parts: ApplicationParts): RequestListener {
  const { options, registry, surroundings, draining, health, metrics, log } = parts
  const app = new Koa<RequestState>()
  describe(metrics, options)
  const authorizer = surroundings.authorizer(options.authorizers ?? [])
  const dispatcher = new Dispatcher(
    registry,
    new ObservedAdmission(admissionPlugins(options, surroundings, authorizer), metrics.admission),
    {
      authorizer,
      cbor: options.featureGates?.CBORServingAndStorage,
    },
  )
  dispatcher.refresh()
  const groups = (): ResourceRegistry['groups'] => registry.groups
  const families = [
    new DiscoveryRoutes(groups, { serverAddress: parts.serverAddress }),
    new OpenApiRoutes(groups, { title: 'apiserver-kit', version: 'v0' }),
  ]
  const end = director(dispatcher, families, {
    health,
    metrics,
    log,
    profiling: options.profiling,
    countPeriodMs: options.etcdCountMetricPollPeriodSeconds * 1000,
  })
  const chain = filterChain({
    log,
    draining,
    ...(options.shutdownSendRetryAfter ? { isRefusing: parts.isRefusing } : {}),
    goawayChance: options.goawayChance,
    logsRequests: options.verbosity >= requestVerbosity,
    corsAllowedOrigins: (options.corsAllowedOrigins ?? []).map(compilePattern),
    hstsDirectives: options.strictTransportSecurityDirectives ?? [],
    audit: parts.auditing,
    tracer: parts.tracer,
    authenticator: new AuthenticationChain(
      [...surroundings.authenticators(new PeerCertificates()), ...(options.authenticators ?? [])],
      { anonymous: true },
    ),
    authorizer,
    requestHeaders: () => surroundings.requestHeaders,
    metrics,
    known: {
      serves: (info) => dispatcher.serves(info),
      hasPath: (path) => end.hasPath(path),
      connects: (info, method) => dispatcher.connects(info, method),
    },
    isLongRunning: (info, method) => dispatcher.isLongRunning(info, method) || isProfiling(info.path),
    requestTimeoutMs: options.requestTimeoutSeconds * 1000,
    maxReadsInFlight: options.maxRequestsInflight,
    maxWritesInFlight: options.maxMutatingRequestsInflight,
    isFair: options.enablePriorityAndFairness,
  })
  for (const filter of chain) app.use(filter)
  app.use(end.filter)
  return requestListener(app, log)
}

/** What server this is. Source: component-base/metrics/version.go, metrics/prometheus/feature. */
function describe(metrics: ServerMetrics, { featureGates }: ApiServerOptions): void {
  const labels = Object.entries(buildInfo).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
  metrics.constant(
    'kubernetes_build_info',
    "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
    [[Object.fromEntries(labels) as Record<string, string>, 1]],
  )
  const isOpen = featureGates?.CBORServingAndStorage === true
  metrics.constant(
    'kubernetes_feature_enabled',
    'This metric records the data about the stage and enablement of a k8s feature.',
    [[{ name: 'CBORServingAndStorage', stage: 'ALPHA' }, Number(isOpen)]],
  )
}

/**
 * Not koa's own callback: it watches every answer to its end, and completes those that are not; the chain sees to both, and catches everything. Its types
 * speak of HTTP/1.1 only.
 */
function requestListener(app: Koa<RequestState>, log: Logger): RequestListener {
  const run = compose(app.middleware)
  return (request, response) => {
    const context = app.createContext<RequestState>(request as IncomingMessage, response as ServerResponse)
    run(context).catch((error: unknown) => {
      log.error({ err: error }, 'request chain failed')
      response.destroy()
    })
  }
}
