import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { AuditBackend } from '../auth/audit/backend.ts'
import { BatchingBackend } from '../auth/audit/batching.ts'
import { LogBackend } from '../auth/audit/log-backend.ts'
import type { AuditPolicy } from '../auth/audit/policy.ts'
import { readAuditPolicy } from '../auth/audit/policy-file.ts'
import { AuditWebhook } from '../auth/audit/webhook-backend.ts'
import type { AuditOptions } from './filters/audit.ts'
import type { ServerMetrics } from './metrics/server-metrics.ts'
import type { ServerFlags } from './options.ts'

/** Defaults of the batch modes. Source: server/options/audit.go. */
const logBatch = { bufferSize: 10_000, maxBatchSize: 1, maxWaitMs: 0 }
const webhookBatch = { bufferSize: 10_000, maxBatchSize: 400, maxWaitMs: 30_000, throttle: { qps: 10, burst: 15 } }

/** The audit log of one server: the policy and the backends that the flags name. */
export class Auditing implements AuditOptions {
  readonly policy: AuditPolicy
  readonly backends: readonly AuditBackend[]
  readonly strict: boolean
  readonly metrics: ServerMetrics
  readonly log: Logger
  readonly #closers: (() => Promise<void> | void)[] = []

  private constructor(policy: AuditPolicy, flags: ServerFlags, log: Logger, metrics: ServerMetrics) {
    this.policy = policy
    this.strict = flags.auditLogMode === 'blocking-strict'
    this.metrics = metrics
    this.log = log
    this.backends = [...this.#logBackend(flags), ...this.#webhook(flags)]
  }

  /** undefined where the flags ask for none: without a policy, or without a backend, nothing is written. Throws when a file is missing or wrong. */
  static of(flags: ServerFlags, log: Logger, metrics: ServerMetrics): Auditing | undefined {
    const { auditPolicyFile, auditLogPath, auditWebhookConfigFile } = flags
    if (auditPolicyFile === undefined || (auditLogPath ?? auditWebhookConfigFile) === undefined) return undefined
    let policy: AuditPolicy
    try {
      policy = readAuditPolicy(readFileSync(auditPolicyFile, 'utf8'), (text) => {
        log.warn({ file: auditPolicyFile }, `audit policy: ${text}`)
      })
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`--audit-policy-file ${auditPolicyFile}: ${reason}`, { cause })
    }
    return new Auditing(policy, flags, log, metrics)
  }

  /** Writes what waits. May be called twice. */
  async close(): Promise<void> {
    for (const close of this.#closers.splice(0)) await close()
  }

  #logBackend(flags: ServerFlags): AuditBackend[] {
    if (flags.auditLogPath === undefined) return []
    const file = new LogBackend({
      path: flags.auditLogPath,
      ...(flags.auditLogMaxage === undefined ? {} : { maxAgeDays: flags.auditLogMaxage }),
      ...(flags.auditLogMaxbackup === undefined ? {} : { maxBackups: flags.auditLogMaxbackup }),
      ...(flags.auditLogMaxsize === undefined ? {} : { maxSizeMegabytes: flags.auditLogMaxsize }),
    })
    if (flags.auditLogMode !== 'batch') {
      this.#closers.push(() => file.close())
      return [file]
    }
    const batches = new BatchingBackend(
      'log',
      (events) => {
        for (const event of events) file.process(event)
        return Promise.resolve()
      },
      logBatch,
      this.#lost('log'),
    )
    this.#closers.push(
      () => batches.close(),
      () => file.close(),
    )
    return [batches]
  }

  #webhook(flags: ServerFlags): AuditBackend[] {
    if (flags.auditWebhookConfigFile === undefined) return []
    const seconds = flags.auditWebhookInitialBackoffSeconds
    const webhook = new AuditWebhook(
      flags.auditWebhookConfigFile,
      seconds === undefined ? {} : { initialBackoffMs: seconds * 1000 },
    )
    const { bufferSize, maxBatchSize, maxWaitMs, throttle } = webhookBatch
    const wait = flags.auditWebhookBatchMaxWaitSeconds
    const batches = new BatchingBackend(
      'webhook',
      (events) => webhook.send(events),
      {
        bufferSize: flags.auditWebhookBatchBufferSize ?? bufferSize,
        maxBatchSize: flags.auditWebhookBatchMaxSize ?? maxBatchSize,
        maxWaitMs: wait === undefined ? maxWaitMs : wait * 1000,
        throttle,
      },
      this.#lost('webhook'),
    )
    this.#closers.push(
      () => {
        webhook.hurry()
      },
      () => batches.close(),
      () => {
        webhook.close()
      },
    )
    return [batches]
  }

  #lost(plugin: string): (count: number, error: unknown) => void {
    return (count, error) => {
      this.metrics.auditFailed(plugin, count)
      this.log.error({ err: error, plugin, count }, 'audit events were lost')
    }
  }
}
