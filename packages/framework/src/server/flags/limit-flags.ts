import { countOf, last, secondsOf } from '../flag-values.ts'
import { defaults } from '../options.ts'
import type { FlagTable } from './flag.ts'

/** How much the server takes on, and how it stops. */
export const limitFlags: FlagTable = {
  'request-timeout': {
    member: 'requestTimeoutSeconds',
    value: 'DURATION',
    help: 'longest that a request may take, but for watches (default 1m0s)',
    read: last(secondsOf),
  },
  'max-requests-inflight': {
    member: 'maxRequestsInflight',
    value: 'N',
    help: `reads under way at once (default ${String(defaults.maxRequestsInflight)})`,
    read: last(countOf),
  },
  'max-mutating-requests-inflight': {
    member: 'maxMutatingRequestsInflight',
    value: 'N',
    help: `writes under way at once (default ${String(defaults.maxMutatingRequestsInflight)})`,
    read: last(countOf),
  },
}
