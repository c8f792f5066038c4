import type { Filter } from '../request-state.ts'
import { sendAway } from '../serving/send-away.ts'

/** Sends some HTTP/2 clients to connect anew, so that those of one balancer do not all stay with one server. Source: server/filters/goaway.go. */
export const goaway =
  (chance: number): Filter =>
  (ctx, next) => {
    const { response } = ctx.state.exchange
    if ('stream' in response && Math.random() < chance) sendAway(response)
    return next()
  }
