import type { Logger } from 'pino'
import type { Authenticator } from '../../auth/authentication/authenticator.ts'
import type { RequestHeaderConfig } from '../../auth/authentication/request-header.ts'
import type { Authorizer } from '../../auth/authorization/authorizer.ts'
import type { Matcher } from '../../schema/validation/reg-exp.ts'
import type { RequestInfo } from '../../request/request-info.ts'
import type { KnownRequests } from '../metrics/request-labels.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { Filter } from '../request-state.ts'
import { audit, type AuditOptions } from './audit.ts'
import { auditId } from './audit-id.ts'
import { authentication } from './authentication.ts'
import { authorization } from './authorization.ts'
import { cacheControl } from './cache-control.ts'
import { cors } from './cors.ts'
import type { Draining } from './draining.ts'
import { goaway } from './goaway.ts'
import { hsts } from './hsts.ts'
import { httpLog } from './http-log.ts'
import { impersonation } from './impersonation.ts'
import { maxInFlight } from './max-in-flight.ts'
import { metricsFilter } from './metrics.ts'
import { panicRecovery } from './panic-recovery.ts'
import { requestDeadline } from './request-deadline.ts'
import { requestInfo } from './request-info.ts'
import type { Tracer } from '../tracing/tracer.ts'
import { retryAfter } from './retry-after.ts'
import { tracing } from './tracing.ts'
import { untilSent } from './until-sent.ts'

export interface ChainOptions {
  readonly log: Logger
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  /** Headers that carry an identity, beside the standard ones. */
  readonly requestHeaders: () => RequestHeaderConfig | undefined
  readonly metrics: ServerMetrics
  readonly known: KnownRequests
  /** Requests without a deadline. Default: watches. */
  readonly isLongRunning?: (info: RequestInfo, method: string) => boolean
  readonly draining: Draining
  /** Whether the server sends its clients to another one. */
  readonly isRefusing?: () => boolean
  /** Whether each request is a line in the log. */
  readonly logsRequests?: boolean
  /** Origins of pages that may call. */
  readonly corsAllowedOrigins?: readonly Matcher[]
  /** Of Strict-Transport-Security. */
  readonly hstsDirectives?: readonly string[]
  /** How likely an HTTP/2 client is told to connect anew; 0: never. */
  readonly goawayChance?: number
  /** Without it nothing is written down. */
  readonly audit?: AuditOptions | undefined
  /** Keeps spans; without it traces are only passed on. */
  readonly tracer?: Tracer | undefined
  readonly requestTimeoutMs: number
  readonly maxReadsInFlight: number
  readonly maxWritesInFlight: number
  /** Whether users wait for their turn where there is no room at once. Default true. */
  readonly isFair?: boolean
}

/** What every request passes before it reaches a handler, outermost first. Source: server/config.go DefaultBuildHandlerChain. */
export const filterChain = (options: ChainOptions): readonly Filter[] => [
  panicRecovery(options.log),
  auditId,
  requestInfo(options.isLongRunning),
  metricsFilter(options.metrics, options.known),
  ...(options.logsRequests ? [httpLog(options.log)] : []),
  ...(options.isRefusing ? [retryAfter(options.isRefusing)] : []),
  ...(options.hstsDirectives?.length ? [hsts(options.hstsDirectives)] : []),
  cacheControl,
  ...(options.goawayChance ? [goaway(options.goawayChance)] : []),
  options.draining.filter,
  requestDeadline(options.requestTimeoutMs, options.metrics),
  ...(options.corsAllowedOrigins?.length ? [cors(options.corsAllowedOrigins)] : []),
  authentication(options),
  tracing(options.tracer),
  ...(options.audit ? [audit(options.audit)] : []),
  impersonation(options.authorizer, options.metrics),
  maxInFlight({
    reads: options.maxReadsInFlight,
    writes: options.maxWritesInFlight,
    fair: options.isFair ?? true,
    requestTimeoutMs: options.requestTimeoutMs,
    metrics: options.metrics,
  }),
  authorization(options.authorizer, options.metrics, options.log),
  untilSent,
]
