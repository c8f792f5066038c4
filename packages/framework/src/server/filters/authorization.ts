import type { Logger } from 'pino'
import { attributesOf, type AuthorizationDecision, type Authorizer } from '../../auth/authorization/authorizer.ts'
import { forbidden } from '../../auth/authorization/forbidden.ts'
import { StatusError } from '../../meta/status.ts'
import { writeError } from '../../endpoints/write-error.ts'
import type { Filter } from '../request-state.ts'

/** Nobody does what nobody allowed; an authorizer that cannot answer has not allowed. Source: endpoints/filters/authorization.go. */
export const authorization =
  (authorizer: Authorizer, log: Logger): Filter =>
  async (ctx, next) => {
    const { exchange } = ctx.state
    const attributes = attributesOf(exchange.context.user, exchange.context.info)
    let answer: AuthorizationDecision
    try {
      answer = await authorizer.authorize(attributes, exchange.context.signal)
    } catch (error) {
      log.error({ err: error }, 'unable to authorize the request')
      writeError(exchange, StatusError.internal(error))
      return
    }
    if (answer.decision === 'Allow') await next()
    else writeError(exchange, forbidden(attributes, answer.reason))
  }
