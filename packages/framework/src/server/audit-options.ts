/** Flags of the audit log, and of the webhook that events may go to besides. */
export interface AuditFlags extends AuditLogFlags, AuditWebhookFlags {
  /** What is written down about requests; without it nothing is. */
  readonly auditPolicyFile?: string
}

interface AuditLogFlags {
  /** Where audit events go, as lines; `-` is standard output. */
  readonly auditLogPath?: string
  /** Default `json`. */
  readonly auditLogFormat?: 'json' | 'legacy'
  /** Default `blocking`: an event is with the operating system before its request goes on. */
  readonly auditLogMode?: 'batch' | 'blocking' | 'blocking-strict'
  /** There is one. */
  readonly auditLogVersion?: 'audit.k8s.io/v1'
  /** Files put aside are compressed. Default false. */
  readonly auditLogCompress?: boolean
  /** Days that old files are kept. Default 366. */
  readonly auditLogMaxage?: number
  /** Old files that are kept. Default 100. */
  readonly auditLogMaxbackup?: number
  /** Megabytes in one file. Default 100. */
  readonly auditLogMaxsize?: number
  /** Of mode `batch`: events that may wait. Default 10000. */
  readonly auditLogBatchBufferSize?: number
  /** Default 1. */
  readonly auditLogBatchMaxSize?: number
  /** How long an event waits for others. Default 0. */
  readonly auditLogBatchMaxWaitSeconds?: number
  /** Whether there is a limit of batches a second. Default false. */
  readonly auditLogBatchThrottleEnable?: boolean
  readonly auditLogBatchThrottleQps?: number
  readonly auditLogBatchThrottleBurst?: number
  /** Whether too large events are cut. Default false. */
  readonly auditLogTruncateEnabled?: boolean
  /** Bytes. Default 102400. */
  readonly auditLogTruncateMaxEventSize?: number
  /** Bytes. Default 10485760. */
  readonly auditLogTruncateMaxBatchSize?: number
}

interface AuditWebhookFlags {
  /** A kubeconfig that says whom to send audit events to. */
  readonly auditWebhookConfigFile?: string
  /** There is one. */
  readonly auditWebhookVersion?: 'audit.k8s.io/v1'
  /** Default `batch`. In the others a request waits until its events are sent. */
  readonly auditWebhookMode?: 'batch' | 'blocking' | 'blocking-strict'
  /** Seconds before the first repetition. Default 10. */
  readonly auditWebhookInitialBackoffSeconds?: number
  /** Events that may wait. Default 10000. */
  readonly auditWebhookBatchBufferSize?: number
  /** Default 400. */
  readonly auditWebhookBatchMaxSize?: number
  /** How long an event waits for others. Default 30. */
  readonly auditWebhookBatchMaxWaitSeconds?: number
  /** Whether there is a limit of batches a second. Default true. */
  readonly auditWebhookBatchThrottleEnable?: boolean
  /** Default 10. */
  readonly auditWebhookBatchThrottleQps?: number
  /** Default 15. */
  readonly auditWebhookBatchThrottleBurst?: number
  /** Whether too large events are cut. Default false. */
  readonly auditWebhookTruncateEnabled?: boolean
  /** Bytes. Default 102400. */
  readonly auditWebhookTruncateMaxEventSize?: number
  /** Bytes. Default 10485760. */
  readonly auditWebhookTruncateMaxBatchSize?: number
}
