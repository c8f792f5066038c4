import { setTimeout as sleep } from 'node:timers/promises'
import { Backoff } from '../../client/backoff.ts'
import { Client } from '../../client/client.ts'
import { KubeConfig } from '../../client/kube-config.ts'
import type { JsonObject } from '../../util/json.ts'

/** Source: plugin/pkg/audit/webhook, util/webhook. */
const attempts = 5
const attemptTimeoutMs = 30_000

/** Sends events to whoever a kubeconfig file names, as `audit.k8s.io/v1` EventList. */
export class AuditWebhook {
  readonly #client: Client
  readonly #initialBackoffMs: number
  readonly #stopped = new AbortController()

  /** Throws when the file cannot be read. */
  constructor(configFile: string, { initialBackoffMs = 10_000 }: { readonly initialBackoffMs?: number } = {}) {
    this.#client = new Client(KubeConfig.load(configFile))
    this.#initialBackoffMs = initialBackoffMs
  }

  /** Tries again after any failure; rejects with the last one. After {@link close} there is one attempt. */
  async send(events: readonly JsonObject[]): Promise<void> {
    const body = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: [...events] }
    const backoff = new Backoff({ initialMs: this.#initialBackoffMs, maxMs: 300_000, factor: 1.5, jitter: 0.2 })
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.request({ method: 'POST', path: '', body, signal: AbortSignal.timeout(attemptTimeoutMs) })
        return
      } catch (error) {
        if (attempt === attempts || this.#stopped.signal.aborted) throw error
        await sleep(backoff.next(), undefined, { signal: this.#stopped.signal }).catch(() => undefined)
      }
    }
  }

  /** Waits no longer between attempts. */
  hurry(): void {
    this.#stopped.abort()
  }

  close(): void {
    this.#client.close()
  }
}
