import { Client, credentials } from '@grpc/grpc-js'
import type { Span, SpanRecorder } from '../../client/trace-context.ts'
import { exportRequest } from './otlp.ts'

/** Source: OpenTelemetry's batch span processor. */
const [maxQueue, maxBatch, delayMs, timeoutMs] = [2048, 512, 5000, 10_000]
const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

/** Sends spans to a collector, some at a time; what there is no room for, or what the collector does not take, is lost. */
export class SpanExporter implements SpanRecorder {
  readonly #client: Client
  readonly #resource: Readonly<Record<string, string>>
  readonly #onError: (error: unknown) => void
  #waiting: Span[] = []
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #closed = false

  /** `resource`: what these are spans of. */
  constructor(endpoint: string, resource: Readonly<Record<string, string>>, onError: (error: unknown) => void) {
    this.#client = new Client(endpoint, credentials.createInsecure())
    this.#resource = resource
    this.#onError = onError
  }

  record(span: Span): void {
    if (this.#closed || this.#waiting.length >= maxQueue) return
    this.#waiting.push(span)
    if (this.#waiting.length >= maxBatch) void this.flush()
    else this.#timer ??= setTimeout(() => void this.flush(), delayMs).unref()
  }

  /** Sends what waits. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    return (this.#sending ??= this.#drain().finally(() => (this.#sending = undefined)))
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#closed = true
    await this.flush()
    this.#client.close()
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length) {
      const batch = this.#waiting.splice(0, maxBatch)
      await this.#send(exportRequest(batch, this.#resource)).catch(this.#onError)
    }
  }

  #send(request: Buffer): Promise<void> {
    const asIs = (bytes: Buffer): Buffer => bytes
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(path, asIs, asIs, request, { deadline: Date.now() + timeoutMs }, (error) => {
        if (error) reject(error)
        else resolve()
      })
    })
  }
}
