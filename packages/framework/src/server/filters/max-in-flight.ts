import { privilegedGroup } from '../../auth/authentication/authenticator.ts'
import type { Filter } from '../request-state.ts'
import { plainText } from './plain-text.ts'

const reading: ReadonlySet<string> = new Set(['get', 'list', 'watch'])

/** Limits on requests under way, read and write apart. Source: server/filters/maxinflight.go. */
export const maxInFlight = (limits: { readonly reads: number; readonly writes: number }): Filter => {
  const underWay = { reads: 0, writes: 0 }
  return async (ctx, next) => {
    const { context, response } = ctx.state.exchange
    if (context.longRunning) {
      await next()
      return
    }
    const which = reading.has(context.info.verb) ? 'reads' : 'writes'
    if (underWay[which] >= limits[which] && !context.user.groups.includes(privilegedGroup)) {
      response.setHeader('retry-after', '1')
      plainText(response, 429, 'Too many requests, please try again later.')
      return
    }
    underWay[which]++
    try {
      await next()
    } finally {
      underWay[which]--
    }
  }
}
