import type { Logger } from 'pino'
import type { AuditBackend } from '../../auth/audit/backend.ts'
import type { AuditPolicy } from '../../auth/audit/policy.ts'
import { AuditRecorder } from '../../auth/audit/recorder.ts'
import { attributesOf } from '../../auth/authorization/authorizer.ts'
import { writeError } from '../../endpoints/write-error.ts'
import { formatDuration } from '../../meta/duration.ts'
import { StatusError } from '../../meta/status.ts'
import { headerLines, type ServerRequest } from '../../request/header-lines.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { Filter, RequestState } from '../request-state.ts'

export interface AuditOptions {
  readonly policy: AuditPolicy
  readonly backends: readonly AuditBackend[]
  /** A request that cannot be written down is refused. */
  readonly strict: boolean
  readonly metrics: ServerMetrics
  readonly log: Logger
}

/** Slower requests say how slow they were. */
const slowMs = 500

/** Writes down who did what. After authentication, so that it is known who. Source: endpoints/filters/audit.go. */
export const audit =
  (options: AuditOptions): Filter =>
  async (ctx, next) => {
    const { exchange } = ctx.state
    const { response, context } = exchange
    const begin = performance.now()
    const sent = new Sent()
    const recorder = recorderOf(options, exchange, context.user, sent)
    if (!recorder) {
      await next()
      return
    }
    exchange.observer = recorder
    context.annotate = (key, value, level) => {
      recorder.annotate(key, value, level)
    }
    try {
      recorder.stage('RequestReceived', 0)
      if (sent.waits) await sent.all()
    } catch (error) {
      if (options.strict) {
        options.metrics.auditRejected()
        writeError(exchange, StatusError.internal(error))
        return
      }
    }
    const tell = (stage: 'ResponseStarted' | 'ResponseComplete' | 'Panic'): void => {
      recorder.impersonatedUser = context.impersonator ? context.user : undefined
      recorder.impersonationConstraint = context.impersonationConstraint
      try {
        recorder.stage(stage, response.statusCode)
      } catch {
        // Counted and logged where it happened: the answer is out already.
      }
    }
    if (context.longRunning)
      whenStarted(response, () => {
        tell('ResponseStarted')
      })
    try {
      await next()
    } catch (error) {
      recorder.failed({ status: 'Failure', reason: 'InternalError', message: `APIServer panic'd: ${String(error)}` })
      response.statusCode = response.headersSent ? response.statusCode : 500
      tell('Panic')
      throw error
    }
    const totalMs = performance.now() - begin
    if (totalMs > slowMs) context.annotate('apiserver.latency.k8s.io/total', formatDuration(totalMs))
    tell('ResponseComplete')
    // Counted and logged where it happened: the answer is out already.
    if (sent.waits) await sent.all().catch(() => undefined)
  }

/** What is still on its way to backends that requests wait for. */
class Sent {
  #underWay: Promise<void>[] = []

  get waits(): boolean {
    return this.#underWay.length > 0
  }

  add(sending: Promise<void>): void {
    // Perhaps nobody waits for it, or not yet: its failure was counted and logged, and must not end the process.
    sending.catch(() => undefined)
    this.#underWay.push(sending)
  }

  /** Rejects when one of them has failed. */
  async all(): Promise<void> {
    const results = await Promise.allSettled(this.#underWay.splice(0))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
}

/** Writes down, once, that somebody could not say who he is. Source: endpoints/filters/authn_audit.go. */
export function auditFailedAuthentication(options: AuditOptions, exchange: RequestState['exchange']): void {
  const recorder = recorderOf(options, exchange, undefined, new Sent())
  if (!recorder) return
  const methods = attempted(exchange.request)
  const how = methods.length ? `attempted: ${methods.join(', ')}` : 'no credentials provided'
  recorder.failed({ message: `Authentication failed, ${how}` })
  try {
    recorder.stage('ResponseStarted', 401)
  } catch {
    // Counted and logged where it happened.
  }
}

function recorderOf(
  { policy, backends, metrics, log }: AuditOptions,
  exchange: RequestState['exchange'],
  user: RequestState['exchange']['context']['user'] | undefined,
  sent: Sent,
): AuditRecorder | undefined {
  const { context, request } = exchange
  const attributes = { ...attributesOf(context.user, context.info), user }
  const decision = policy.decide(attributes)
  metrics.audited(decision.level)
  if (decision.level === 'None') return undefined
  const recorded = {
    ...attributes,
    auditId: context.auditId,
    requestURI: request.url ?? '',
    sourceIPs: sourceIPs(request),
    userAgent: request.headers['user-agent'] ?? '',
    receivedAt: new Date(),
  }
  return new AuditRecorder(recorded, decision, (event) => {
    let failure: Error | undefined
    for (const backend of backends) {
      const failed = (error: unknown): Error => {
        metrics.auditFailed(backend.name, 1)
        log.error({ err: error, backend: backend.name }, 'an audit event could not be written')
        return error instanceof Error ? error : new Error(String(error))
      }
      try {
        const sending = backend.process(event)
        metrics.auditEvent()
        if (sending)
          sent.add(
            sending.catch((error: unknown) => {
              throw failed(error)
            }),
          )
      } catch (error) {
        failure = failed(error)
      }
    }
    if (failure) throw failure
  })
}

/** What proxies say of where a request came from, then where it really came from. Source: apimachinery net.SourceIPs. */
function sourceIPs(request: ServerRequest): string[] {
  const forwarded = headerLines(request, 'x-forwarded-for').flatMap((line) => line.split(','))
  const all = [...forwarded, ...headerLines(request, 'x-real-ip'), request.socket.remoteAddress ?? '']
  return [...new Set(all.map((ip) => ip.trim().replace(/^::ffff:(?=\d+\.)/, '')).filter((ip) => ip !== ''))]
}

function attempted(request: ServerRequest): string[] {
  const [authorization = ''] = headerLines(request, 'authorization')
  const scheme = authorization.trim().split(' ')[0]?.toLowerCase()
  const socket = request.socket as { getPeerX509Certificate?: () => unknown }
  return [
    ...(scheme === 'basic' ? ['basic'] : []),
    ...(scheme === 'bearer' ? ['bearer'] : []),
    ...(socket.getPeerX509Certificate?.() ? ['x509'] : []),
  ]
}

/** Both kinds of responses write their headers through this method. */
function whenStarted(response: RequestState['exchange']['response'], started: () => void): void {
  const target = response as { writeHead: (...args: unknown[]) => unknown }
  const writeHead = target.writeHead.bind(response)
  target.writeHead = (...args) => {
    target.writeHead = writeHead
    const [code] = args
    if (typeof code === 'number') response.statusCode = code
    const result = writeHead(...args)
    started()
    return result
  }
}
