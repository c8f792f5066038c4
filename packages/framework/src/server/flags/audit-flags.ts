import { auditFormat, auditMode, auditVersion, booleanOf, countOf, last, rateOf, secondsOf } from '../flag-values.ts'
import type { FlagTable } from './flag.ts'

/** What is written down of requests. */
export const auditFlags: FlagTable = {
  'audit-policy-file': {
    member: 'auditPolicyFile',
    value: 'FILE',
    help: 'which requests are written down, and how much of them (audit.k8s.io/v1 Policy)',
  },
  'audit-log-path': {
    member: 'auditLogPath',
    value: 'FILE',
    help: 'where they are written, a line of JSON each; - is standard output',
  },
  'audit-log-mode': {
    member: 'auditLogMode',
    value: 'MODE',
    help: 'batch, blocking (the default) or blocking-strict',
    read: last(auditMode),
  },
  'audit-log-version': {
    member: 'auditLogVersion',
    value: 'VERSION',
    help: 'audit.k8s.io/v1, which is all there is',
    read: last(auditVersion),
  },
  'audit-log-compress': {
    member: 'auditLogCompress',
    value: '',
    help: 'compress files that are put aside',
    read: last(booleanOf),
  },
  'audit-log-maxage': { member: 'auditLogMaxage', value: 'DAYS', help: 'default 366', read: last(countOf) },
  'audit-log-maxbackup': {
    member: 'auditLogMaxbackup',
    value: 'N',
    help: 'old files kept (default 100)',
    read: last(countOf),
  },
  'audit-log-maxsize': { member: 'auditLogMaxsize', value: 'MB', help: 'default 100', read: last(countOf) },
  'audit-webhook-config-file': {
    member: 'auditWebhookConfigFile',
    value: 'FILE',
    help: 'kubeconfig of whom to send them to',
  },
  'audit-webhook-version': {
    member: 'auditWebhookVersion',
    value: 'VERSION',
    help: 'audit.k8s.io/v1, which is all there is',
    read: last(auditVersion),
  },
  'audit-webhook-mode': {
    member: 'auditWebhookMode',
    value: 'MODE',
    help: 'batch (the default), blocking or blocking-strict',
    read: last(auditMode),
  },
  'audit-webhook-initial-backoff': {
    member: 'auditWebhookInitialBackoffSeconds',
    value: 'DURATION',
    help: 'before the first repetition (default 10s)',
    read: last(secondsOf),
  },
  'audit-webhook-batch-max-size': {
    member: 'auditWebhookBatchMaxSize',
    value: 'N',
    help: 'events in one request (default 400)',
    read: last(countOf),
  },
  'audit-webhook-batch-max-wait': {
    member: 'auditWebhookBatchMaxWaitSeconds',
    value: 'DURATION',
    help: 'how long an event waits for others (default 30s)',
    read: last(secondsOf),
  },
  'audit-webhook-batch-buffer-size': {
    member: 'auditWebhookBatchBufferSize',
    value: 'N',
    help: 'events that may wait (default 10000)',
    read: last(countOf),
  },
  'audit-log-format': {
    member: 'auditLogFormat',
    value: 'FORMAT',
    help: 'json (the default) or legacy, which is text',
    read: last(auditFormat),
  },
  'audit-log-batch-buffer-size': {
    member: 'auditLogBatchBufferSize',
    value: 'N',
    help: 'of mode batch: events that may wait (default 10000)',
    read: last(countOf),
  },
  'audit-log-batch-max-size': {
    member: 'auditLogBatchMaxSize',
    value: 'N',
    help: 'events at once (default 1)',
    read: last(countOf),
  },
  'audit-log-batch-max-wait': {
    member: 'auditLogBatchMaxWaitSeconds',
    value: 'DURATION',
    help: 'how long an event waits for others (default 0s)',
    read: last(secondsOf),
  },
  'audit-log-batch-throttle-enable': {
    member: 'auditLogBatchThrottleEnable',
    value: '',
    help: 'limit the batches a second',
    read: last(booleanOf),
  },
  'audit-log-batch-throttle-qps': {
    member: 'auditLogBatchThrottleQps',
    value: 'N',
    help: 'batches a second',
    read: last(rateOf),
  },
  'audit-log-batch-throttle-burst': {
    member: 'auditLogBatchThrottleBurst',
    value: 'N',
    help: 'batches at once',
    read: last(countOf),
  },
  'audit-log-truncate-enabled': {
    member: 'auditLogTruncateEnabled',
    value: '',
    help: 'cut events that are too large',
    read: last(booleanOf),
  },
  'audit-log-truncate-max-event-size': {
    member: 'auditLogTruncateMaxEventSize',
    value: 'BYTES',
    help: 'larger ones lose their bodies (default 102400)',
    read: last(countOf),
  },
  'audit-log-truncate-max-batch-size': {
    member: 'auditLogTruncateMaxBatchSize',
    value: 'BYTES',
    help: 'larger ones are sent in parts (default 10485760)',
    read: last(countOf),
  },
  'audit-webhook-batch-throttle-enable': {
    member: 'auditWebhookBatchThrottleEnable',
    value: '',
    help: 'limit the batches a second (the default)',
    read: last(booleanOf),
  },
  'audit-webhook-batch-throttle-qps': {
    member: 'auditWebhookBatchThrottleQps',
    value: 'N',
    help: 'batches a second (default 10)',
    read: last(rateOf),
  },
  'audit-webhook-batch-throttle-burst': {
    member: 'auditWebhookBatchThrottleBurst',
    value: 'N',
    help: 'batches at once (default 15)',
    read: last(countOf),
  },
  'audit-webhook-truncate-enabled': {
    member: 'auditWebhookTruncateEnabled',
    value: '',
    help: 'cut events that are too large',
    read: last(booleanOf),
  },
  'audit-webhook-truncate-max-event-size': {
    member: 'auditWebhookTruncateMaxEventSize',
    value: 'BYTES',
    help: 'larger ones lose their bodies (default 102400)',
    read: last(countOf),
  },
  'audit-webhook-truncate-max-batch-size': {
    member: 'auditWebhookTruncateMaxBatchSize',
    value: 'BYTES',
    help: 'larger ones are sent in parts (default 10485760)',
    read: last(countOf),
  },
}
