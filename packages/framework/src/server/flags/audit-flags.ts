import { auditMode, countOf, last, secondsOf } from '../flag-values.ts'
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
}
