import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { AuditBackend } from '../auth/audit/backend.ts'
import { BatchingBackend, type BatchingOptions } from '../auth/audit/batching.ts'
import { LogBackend } from '../auth/audit/log-backend.ts'
import type { AuditPolicy } from '../auth/audit/policy.ts'
import { readAuditPolicy } from '../auth/audit/policy-file.ts'
import { fitting, type TruncateOptions } from '../auth/audit/truncating.ts'
import { AuditWebhook } from '../auth/audit/webhook-backend.ts'
import type { JsonObject } from '../util/json.ts'
import type { AuditOptions } from './filters/audit.ts'
import type { ServerMetrics } from './metrics/server-metrics.ts'
import type { ServerFlags } from './options.ts'

/** Defaults. Source: server/options/audit.go. */
const logBatch = { bufferSize: 10_000, maxBatchSize: 1, maxWaitSeconds: 0, throttle: false, qps: 0, burst: 0 }
const webhookBatch = { bufferSize: 10_000, maxBatchSize: 400, maxWaitSeconds: 30, throttle: true, qps: 10, burst: 15 }
const truncated = { maxEventBytes: 102_400, maxBatchBytes: 10_485_760 }

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
    this.strict = [flags.auditLogMode, flags.auditWebhookMode].includes('blocking-strict')
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
      legacy: flags.auditLogFormat === 'legacy',
      compress: flags.auditLogCompress ?? false,
      onError: (error) => {
        this.log.error({ err: error }, 'an audit log file could not be compressed')
      },
      shared: (flags.workers ?? 1) > 1,
      ...(flags.auditLogMaxage === undefined ? {} : { maxAgeDays: flags.auditLogMaxage }),
      ...(flags.auditLogMaxbackup === undefined ? {} : { maxBackups: flags.auditLogMaxbackup }),
      ...(flags.auditLogMaxsize === undefined ? {} : { maxSizeMegabytes: flags.auditLogMaxsize }),
    })
    this.#closers.push(() => file.close())
    const parts = this.#parts('log', flags.auditLogTruncateEnabled, {
      maxEventBytes: flags.auditLogTruncateMaxEventSize ?? truncated.maxEventBytes,
      maxBatchBytes: flags.auditLogTruncateMaxBatchSize ?? truncated.maxBatchBytes,
    })
    const write = (events: readonly JsonObject[]): void => {
      for (const part of parts(events)) for (const event of part) file.process(event)
    }
    if (flags.auditLogMode !== 'batch')
      return [
        {
          name: file.name,
          process: (event) => {
            write([event])
          },
          close: () => file.close(),
        },
      ]
    const options = batchOptions(logBatch, {
      bufferSize: flags.auditLogBatchBufferSize,
      maxBatchSize: flags.auditLogBatchMaxSize,
      maxWaitSeconds: flags.auditLogBatchMaxWaitSeconds,
      throttle: flags.auditLogBatchThrottleEnable,
      qps: flags.auditLogBatchThrottleQps,
      burst: flags.auditLogBatchThrottleBurst,
    })
    const send = (events: readonly JsonObject[]): Promise<void> => Promise.resolve().then(() => write(events))
    const batches = new BatchingBackend('log', send, options, this.#lost('log'))
    this.#closers.unshift(() => batches.close())
    return [batches]
  }

  #webhook(flags: ServerFlags): AuditBackend[] {
    if (flags.auditWebhookConfigFile === undefined) return []
    const seconds = flags.auditWebhookInitialBackoffSeconds
    const webhook = new AuditWebhook(
      flags.auditWebhookConfigFile,
      seconds === undefined ? {} : { initialBackoffMs: seconds * 1000 },
    )
    const parts = this.#parts('webhook', flags.auditWebhookTruncateEnabled, {
      maxEventBytes: flags.auditWebhookTruncateMaxEventSize ?? truncated.maxEventBytes,
      maxBatchBytes: flags.auditWebhookTruncateMaxBatchSize ?? truncated.maxBatchBytes,
    })
    const send = async (events: readonly JsonObject[]): Promise<void> => {
      for (const part of parts(events)) await webhook.send(part)
    }
    const mode = flags.auditWebhookMode ?? 'batch'
    if (mode !== 'batch') {
      const close = (): Promise<void> => {
        webhook.hurry()
        webhook.close()
        return Promise.resolve()
      }
      this.#closers.push(close)
      return [{ name: 'webhook', process: (event) => send([event]), close }]
    }
    const options = batchOptions(webhookBatch, {
      bufferSize: flags.auditWebhookBatchBufferSize,
      maxBatchSize: flags.auditWebhookBatchMaxSize,
      maxWaitSeconds: flags.auditWebhookBatchMaxWaitSeconds,
      throttle: flags.auditWebhookBatchThrottleEnable,
      qps: flags.auditWebhookBatchThrottleQps,
      burst: flags.auditWebhookBatchThrottleBurst,
    })
    const batches = new BatchingBackend('webhook', send, options, this.#lost('webhook'))
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

  /** What is sent at once: all of it, but for what is cut. */
  #parts(
    plugin: string,
    cuts: boolean | undefined,
    options: TruncateOptions,
  ): (events: readonly JsonObject[]) => Iterable<readonly JsonObject[]> {
    if (!cuts) return (events) => [events]
    const lost = this.#lost(`truncate<${plugin}>`)
    return (events) =>
      fitting(events, options, (_, error) => {
        lost(1, error)
      })
  }

  #lost(plugin: string): (count: number, error: unknown) => void {
    return (count, error) => {
      this.metrics.auditFailed(plugin, count)
      this.log.error({ err: error, plugin, count }, 'audit events were lost')
    }
  }
}

type BatchFlags = typeof logBatch

function batchOptions(
  defaults: BatchFlags,
  given: { readonly [Name in keyof BatchFlags]: BatchFlags[Name] | undefined },
): BatchingOptions {
  const qps = given.qps ?? defaults.qps
  return {
    bufferSize: given.bufferSize ?? defaults.bufferSize,
    maxBatchSize: given.maxBatchSize ?? defaults.maxBatchSize,
    maxWaitMs: (given.maxWaitSeconds ?? defaults.maxWaitSeconds) * 1000,
    ...((given.throttle ?? defaults.throttle) && qps > 0
      ? { throttle: { qps, burst: given.burst ?? defaults.burst } }
      : {}),
  }
}
