import type { Logger } from 'pino'
import type { Authenticator } from '../../auth/authentication/authenticator.ts'
import { removeHeaders } from '../../request/header-lines.ts'
import { StatusError } from '../../meta/status.ts'
import { writeError } from '../../endpoints/write-error.ts'
import type { Filter } from '../request-state.ts'

/** What says who somebody is goes no further than here. */
const isCredential = (name: string): boolean => name === 'authorization' || name.startsWith('x-remote-')

/** Nobody gets on without an identity. Source: endpoints/filters/authentication.go. */
export const authentication =
  (authenticator: Authenticator, log: Logger): Filter =>
  async (ctx, next) => {
    const { exchange } = ctx.state
    try {
      const answer = await authenticator.authenticate(exchange.request)
      if (!answer) throw new Error('no credentials')
      exchange.context.user = answer.user
    } catch (error) {
      log.warn({ err: error }, 'unable to authenticate the request')
      writeError(exchange, StatusError.unauthorized())
      return
    }
    removeHeaders(exchange.request, isCredential)
    await next()
  }
