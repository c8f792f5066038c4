import type { Next } from 'koa'
import { privilegedGroup } from '../../auth/authentication/authenticator.ts'
import { FairQueue } from '../flow-control/fair-queue.ts'
import type { ServerMetrics } from '../metrics/server-metrics.ts'
import type { Filter, RequestState } from '../request-state.ts'
import type { FlowSeries } from '../metrics/flow-metrics.ts'
import { plainText } from './plain-text.ts'

export interface InFlightLimits {
  /** 0: no limit. */
  readonly reads: number
  readonly writes: number
  /** Whether users wait for their turn where there is no room at once; otherwise they are sent away. */
  readonly fair: boolean
  readonly requestTimeoutMs: number
  readonly metrics: ServerMetrics
}

interface Level {
  readonly name: 'readOnly' | 'mutating'
  readonly queue: FairQueue
  readonly flow: FlowSeries
}

const reading: ReadonlySet<string> = new Set(['get', 'list', 'watch'])
const probes: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz'])

/** Requests that wait: of each user (as apis/flowcontrol/bootstrap has it), and in all for each that may be served at once, or for some users. */
const [waitingOfUser, waitingOfSeat, usersAtLeast] = [50, 8, 10]
const longestWaitMs = 60_000

/**
 * Limits on requests under way, read and write apart, with fairness between users. Not for `system:masters` and probes, nor for watches and streams.
 * Source: server/filters/maxinflight.go, priority-and-fairness.go.
 */
export const maxInFlight = ({ reads, writes, fair, requestTimeoutMs, metrics }: InFlightLimits): Filter => {
  const level = (name: 'readOnly' | 'mutating', seats: number): Level | undefined => {
    if (seats === 0) return undefined
    const queue = new FairQueue({
      seats,
      waitingOfFlow: fair ? waitingOfUser : 0,
      waiting: Math.max(waitingOfSeat * seats, usersAtLeast * waitingOfUser),
      waitMs: Math.min(requestTimeoutMs / 4, longestWaitMs),
    })
    return { name, queue, flow: metrics.flowControl.limit(name, seats, queue) }
  }
  const levels = { reads: level('readOnly', reads), writes: level('mutating', writes) }
  const filterSeries = metrics.filter('priorityandfairness')
  const inTurn = async (
    { name, queue, flow }: Level,
    { context, response }: RequestState['exchange'],
    next: Next,
  ): Promise<void> => {
    const { user } = context
    const asked = performance.now()
    const rejection = await queue.enter(user.name, () => context.signal)
    const begun = performance.now()
    const waited = (begun - asked) / 1000
    filterSeries.observe(waited)
    if (rejection) {
      flow.waitedInVain.observe(waited)
      metrics.flowControl.rejected(name, rejection)
      response.setHeader('retry-after', '1')
      plainText(response, 429, 'Too many requests, please try again later.')
      return
    }
    flow.dispatched.value++
    flow.waited.observe(waited)
    try {
      await next()
    } finally {
      queue.leave(user.name)
      flow.executed.observe((performance.now() - begun) / 1000)
    }
  }
  return (ctx, next) => {
    const { exchange } = ctx.state
    const { info, user, longRunning } = exchange.context
    const chosen = levels[reading.has(info.verb) ? 'reads' : 'writes']
    return !chosen || longRunning || user.groups.includes(privilegedGroup) || probes.has(info.path)
      ? next()
      : inTurn(chosen, exchange, next)
  }
}
