import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { parseTraceparent, type SpanRecorder } from '../../client/trace-context.ts'
import { readTracingConfiguration, type TracingConfiguration } from './tracing-configuration.ts'
import type { SpanExporter } from './span-exporter.ts'

/** Where a request's trace begins, or goes on. */
export interface TraceStart {
  readonly traceId: string
  readonly parentSpanId: string
  readonly sampled: boolean
  readonly link?: { readonly traceId: string; readonly spanId: string }
}

/** The traces of one server: which are kept, and where they go. */
export class Tracer {
  readonly recorder: SpanRecorder
  readonly #rate: number
  readonly #exporter: SpanExporter

  constructor(exporter: SpanExporter, { samplingRatePerMillion }: TracingConfiguration) {
    this.#exporter = exporter
    this.recorder = exporter
    this.#rate = samplingRatePerMillion / 1_000_000
  }

  /** undefined without `--tracing-config-file`: then nothing of it is even read. Rejects when the file is wrong. */
  static async of(file: string | undefined, log: Logger): Promise<Tracer | undefined> {
    if (file === undefined) return undefined
    const configuration = readTracingConfiguration(file)
    const { SpanExporter } = await import('./span-exporter.ts')
    const exporter = new SpanExporter(configuration.endpoint, { 'service.name': 'apiserver' }, (error) => {
      log.warn({ err: error, endpoint: configuration.endpoint }, 'spans could not be sent')
    })
    return new Tracer(exporter, configuration)
  }

  /**
   * `trusted`: the caller may have its trace go on here. Of all others' the trace is a new one, which knows of theirs: nobody makes the server keep
   * spans. Source: endpoints/filters/traces.go, OpenTelemetry's ParentBased and TraceIDRatioBased samplers.
   */
  start(traceparent: string | undefined, trusted: boolean): TraceStart {
    const parent = parseTraceparent(traceparent)
    if (parent && trusted) return { traceId: parent.traceId, parentSpanId: parent.spanId, sampled: parent.sampled }
    const id = randomBytes(16)
    const sampled = this.#rate > 0 && Number(id.readBigUInt64BE(8) >> 1n) < this.#rate * 2 ** 63
    const link = parent ? { link: { traceId: parent.traceId, spanId: parent.spanId } } : {}
    return { traceId: id.toString('hex'), parentSpanId: '', sampled, ...link }
  }

  /** Sends what waits. May be called twice. */
  close(): Promise<void> {
    return this.#exporter.close()
  }
}
