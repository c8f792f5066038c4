import {
  anchored,
  booleanOf,
  chanceOf,
  countOf,
  gatesOf,
  hstsDirective,
  last,
  list,
  loggingFormat,
  secondsOf,
} from '../flag-values.ts'
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
  'enable-priority-and-fairness': {
    member: 'enablePriorityAndFairness',
    value: '',
    help: 'where there is no room, users wait for their turn (the default; =false sends them away at once)',
    read: last(booleanOf),
  },
  'goaway-chance': {
    member: 'goawayChance',
    value: 'FRACTION',
    help: 'how likely an HTTP/2 client is told to connect anew, at most 0.02 (default 0)',
    read: last(chanceOf),
  },
  'shutdown-delay-duration': {
    member: 'shutdownDelayDurationSeconds',
    value: 'DURATION',
    help: 'how long a server that is to stop, and says so at /readyz, is still there for everybody (default 0s)',
    read: last(secondsOf),
  },
  'shutdown-send-retry-after': {
    member: 'shutdownSendRetryAfter',
    value: '',
    help: 'then answer 429 to what comes, until what is under way has come to its end',
    read: last(booleanOf),
  },
  'shutdown-watch-termination-grace-period': {
    member: 'shutdownWatchTerminationGracePeriodSeconds',
    value: 'DURATION',
    help: 'over how long the ends of watches are spread then (default 0s)',
    read: last(secondsOf),
  },
  'feature-gates': {
    member: 'featureGates',
    value: 'GATE=BOOL',
    help: 'what is not finished in Kubernetes either: CBORServingAndStorage (default false)',
    read: gatesOf,
  },
  v: {
    member: 'verbosity',
    value: 'N',
    help: 'how much is logged: 3 each request, 4 and more what helps to find a mistake (default 0); also -v N',
    read: last(countOf),
  },
  'log-flush-frequency': {
    member: 'logFlushFrequencySeconds',
    value: 'DURATION',
    help: 'how long a line may wait; none waits (default 5s)',
    read: last(secondsOf),
  },
  'logging-format': {
    member: 'loggingFormat',
    value: 'FORMAT',
    help: 'text (the default) or json',
    read: last(loggingFormat),
  },
  profiling: {
    member: 'profiling',
    value: '',
    help: "serve /debug/pprof/profile and heap, in V8's formats, to who may ask for them (the default)",
    read: last(booleanOf),
  },
  'tracing-config-file': {
    member: 'tracingConfigFile',
    value: 'FILE',
    help: 'where traces go, and how many of them (apiserver.config.k8s.io/v1 TracingConfiguration)',
  },
  'cors-allowed-origins': {
    member: 'corsAllowedOrigins',
    value: 'PATTERNS',
    help: 'regular expressions, each anchored, of the origins whose pages may call (default none)',
    read: (texts) => list(texts).map(anchored),
  },
  'strict-transport-security-directives': {
    member: 'strictTransportSecurityDirectives',
    value: 'DIRECTIVES',
    help: 'what browsers are told of HTTPS, as max-age=31536000 (default nothing)',
    read: (texts) => list(texts).map(hstsDirective),
  },
}
