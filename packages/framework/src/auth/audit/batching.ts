import type { JsonObject } from '../../util/json.ts'
import { TokenBucket } from '../../util/token-bucket.ts'
import type { AuditBackend } from './backend.ts'

export interface BatchingOptions {
  /** Events that wait; what comes when it is full is lost, and counted. */
  readonly bufferSize: number
  readonly maxBatchSize: number
  /** How long an event waits for others. */
  readonly maxWaitMs: number
  /** Batches a second, and how many at once; undefined: no limit. */
  readonly throttle?: { readonly qps: number; readonly burst: number }
}

/** Collects events and sends them on in batches, so that no request waits. Source: plugin/pkg/audit/buffered. */
export class BatchingBackend implements AuditBackend {
  readonly name: string
  readonly #send: (events: readonly JsonObject[]) => Promise<void>
  readonly #options: BatchingOptions
  readonly #onLost: (count: number, error: unknown) => void
  #waiting: JsonObject[] = []
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  readonly #bucket: TokenBucket | undefined

  /** `onLost` is told of events that will not be sent. */
  constructor(
    name: string,
    send: (events: readonly JsonObject[]) => Promise<void>,
    options: BatchingOptions,
    onLost: (count: number, error: unknown) => void,
  ) {
    this.name = `buffered<${name}>`
    this.#send = send
    this.#options = options
    this.#onLost = onLost
    const { throttle } = options
    this.#bucket = throttle && new TokenBucket(throttle.qps, throttle.burst)
  }

  process(event: JsonObject): void {
    const { bufferSize, maxBatchSize, maxWaitMs } = this.#options
    if (this.#waiting.length >= bufferSize) {
      this.#onLost(1, new Error('audit buffer queue blocked'))
      return
    }
    this.#waiting.push(event)
    if (this.#waiting.length >= maxBatchSize) this.#start()
    else
      this.#timer ??= setTimeout(() => {
        this.#start()
      }, maxWaitMs)
  }

  async close(): Promise<void> {
    this.#start()
    await this.#sending
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = undefined
      if (this.#waiting.length) this.#start()
    })
  }

  /** One batch after the other: their order is that of the events. */
  async #drain(): Promise<void> {
    while (this.#waiting.length) {
      await this.#slot()
      const batch = this.#waiting.splice(0, this.#options.maxBatchSize)
      try {
        await this.#send(batch)
      } catch (error) {
        this.#onLost(batch.length, error)
      }
    }
  }

  async #slot(): Promise<void> {
    const waitMs = this.#bucket?.take() ?? 0
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}
