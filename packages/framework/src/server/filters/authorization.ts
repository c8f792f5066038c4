import type { Logger } from 'pino'
import { attributesOf, type AuthorizationDecision, type Authorizer } from '../../auth/authorization/authorizer.ts'
import { escapeHtml, forbidden } from '../../auth/authorization/forbidden.ts'
import { writeError } from '../../endpoints/write-error.ts'
import type { AuthorizationResult } from '../metrics/identity-metrics.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { Filter } from '../request-state.ts'
import { plainText } from './plain-text.ts'

const results: Readonly<Record<AuthorizationDecision['decision'], AuthorizationResult>> = {
  Allow: 'allowed',
  Deny: 'denied',
  NoOpinion: 'no-opinion',
}

/** Nobody does what nobody allowed; an authorizer that cannot answer has not allowed. Source: endpoints/filters/authorization.go. */
export const authorization =
  (authorizer: Authorizer, metrics: ServerMetrics, log: Logger): Filter =>
  async (ctx, next) => {
    const { exchange } = ctx.state
    const attributes = attributesOf(exchange.context.user, exchange.context.info)
    const begin = performance.now()
    const tell = (result: AuthorizationResult): void => {
      metrics.authorized(result, (performance.now() - begin) / 1000)
    }
    let answer: AuthorizationDecision
    try {
      answer = await authorizer.authorize(attributes, exchange.context)
    } catch (error) {
      tell('error')
      exchange.context.annotate('authorization.k8s.io/reason', 'internal error')
      log.error({ err: error }, 'unable to authorize the request')
      const reason = error instanceof Error ? error.message : String(error)
      const text = `Internal Server Error: ${JSON.stringify(exchange.request.url)}: ${reason}`
      plainText(exchange.response, 500, escapeHtml(text))
      return
    }
    tell(results[answer.decision])
    exchange.context.annotate('authorization.k8s.io/decision', answer.decision === 'Allow' ? 'allow' : 'forbid')
    exchange.context.annotate('authorization.k8s.io/reason', answer.reason ?? '')
    if (answer.decision === 'Allow') {
      await next()
      return
    }
    exchange.response.setHeader('x-content-type-options', 'nosniff')
    writeError(exchange, forbidden(attributes, answer.reason))
  }
