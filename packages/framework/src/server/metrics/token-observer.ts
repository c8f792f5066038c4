import type { TokenObserver } from '../../auth/authentication/cached-tokens.ts'
import type { IdentityMetrics } from './identity-metrics.ts'

/** Source: authentication/token/cache/stats.go. */
export function tokenObserver(metrics: IdentityMetrics): TokenObserver {
  const inFlight = metrics.activeTokenFetches.of('in_flight')
  const blocked = metrics.activeTokenFetches.of('blocked')
  return {
    requested: (hit, seconds) => {
      metrics.tokenRequest(hit ? 'hit' : 'miss', seconds)
    },
    fetching: () => {
      inFlight.value++
      return (ok) => {
        inFlight.value--
        metrics.tokenFetches.of(ok ? 'ok' : 'error').value++
      }
    },
    blocked: () => {
      blocked.value++
      return () => {
        blocked.value--
      }
    },
  }
}
