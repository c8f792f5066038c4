import type { Logger } from 'pino'
import { isAnonymous, type Authenticator } from '../../auth/authentication/authenticator.ts'
import { tlsSocketOf } from '../../auth/authentication/peer-certificates.ts'
import { identityHeaders, type RequestHeaderConfig } from '../../auth/authentication/request-header.ts'
import { writeError } from '../../endpoints/write-error.ts'
import { StatusError } from '../../meta/status.ts'
import { removeHeaders, type ServerRequest } from '../../request/header-lines.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { Filter } from '../request-state.ts'
import { sendAway } from '../serving/send-away.ts'
import { auditFailedAuthentication, type AuditOptions } from './audit.ts'

/** Of those who are known by a certificate of their own. */
const credentialId = 'authentication.kubernetes.io/credential-id'

export interface AuthenticationOptions {
  readonly authenticator: Authenticator
  /** Headers that carry an identity, beside the standard ones. */
  readonly requestHeaders: () => RequestHeaderConfig | undefined
  readonly metrics: ServerMetrics
  readonly log: Logger
  readonly audit?: AuditOptions | undefined
}

/** Nobody gets on without an identity. Source: endpoints/filters/authentication.go. */
export const authentication = (options: AuthenticationOptions): Filter => {
  const { authenticator, requestHeaders, metrics, log } = options
  let configured: RequestHeaderConfig | undefined
  let isCredential = identityHeaders()
  return async (ctx, next) => {
    const { exchange } = ctx.state
    const { context, request, response } = exchange
    const begin = performance.now()
    try {
      const answer = await authenticator.authenticate(request)
      if (!answer) throw new Error('no credentials')
      context.user = answer.user
      if (credentialId in answer.user.extra) observeLifetime(request, metrics)
      metrics.authenticated('success', (performance.now() - begin) / 1000, answer.user.name)
    } catch (error) {
      metrics.authenticated('error', (performance.now() - begin) / 1000, '')
      // The message alone: anybody can make the server write this, as often as he likes.
      log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'unable to authenticate the request')
      if ('stream' in response) sendAway(response)
      if (options.audit) auditFailedAuthentication(options.audit, exchange)
      writeError(exchange, StatusError.unauthorized())
      return
    }
    // Strangers keep no HTTP/2 connection on which to open streams without end.
    if ('stream' in response && isAnonymous(context.user)) sendAway(response)
    // What says who somebody is goes no further than here.
    const headers = requestHeaders()
    if (headers !== configured) [configured, isCredential] = [headers, identityHeaders(headers)]
    removeHeaders(request, isCredential)
    await next()
  }
}

/** When the certificate of a connection expires, in milliseconds since the epoch. */
const expiries = new WeakMap<object, number>()

/** A token names a credential too: then there is no certificate, or one that nobody asked about. */
function observeLifetime(request: ServerRequest, metrics: ServerMetrics): void {
  const socket = tlsSocketOf(request)
  if (!socket) return
  let expiry = expiries.get(socket)
  if (expiry === undefined) {
    expiry = Date.parse(socket.getPeerX509Certificate()?.validTo ?? '')
    expiries.set(socket, expiry)
  }
  if (!Number.isNaN(expiry)) metrics.identity.certificateLifetime.observe((expiry - Date.now()) / 1000)
}
