import type { Span, SpanAttributes } from '../../client/trace-context.ts'
import { MessageWriter } from '../../util/protobuf-message.ts'

const kinds = { internal: 1, server: 2, client: 3 } as const
const failed = 2

/** An `ExportTraceServiceRequest`. Source: opentelemetry-proto collector/trace/v1, trace/v1, common/v1. */
export function exportRequest(spans: readonly Span[], resource: SpanAttributes): Buffer {
  return new MessageWriter(spans.length * 512)
    .message(1, (resourceSpans) => {
      resourceSpans.message(2, (scopeSpans) => {
        // From the last to the first: see MessageWriter.
        for (const span of spans.toReversed()) scopeSpans.message(2, (writer) => writeSpan(writer, span))
        scopeSpans.message(1, (scope) => scope.string(1, 'apiserver-kit'))
      })
      resourceSpans.message(1, (writer) => writeAttributes(writer, 1, resource))
    })
    .finish()
}

function writeSpan(writer: MessageWriter, span: Span): void {
  const { traceId, spanId, parentSpanId, name, kind, startMs, endMs, attributes, error, link } = span
  if (error !== undefined) writer.message(15, (status) => status.int(3, failed).string(2, error))
  if (link) writer.message(13, (to) => to.bytes(2, hex(link.spanId)).bytes(1, hex(link.traceId)))
  writeAttributes(writer, 9, attributes)
  writer
    .fixed64(8, nanoseconds(endMs))
    .fixed64(7, nanoseconds(startMs))
    .int(6, kinds[kind])
    .string(5, name)
    .bytes(4, hex(parentSpanId))
    .bytes(2, hex(spanId))
    .bytes(1, hex(traceId))
}

function writeAttributes(writer: MessageWriter, field: number, attributes: SpanAttributes): void {
  for (const [key, value] of Object.entries(attributes).toReversed()) {
    // An empty text would be no value at all.
    if (value === '') continue
    writer.message(field, (attribute) =>
      attribute
        .message(2, (any) => (typeof value === 'string' ? any.string(1, value) : any.int(3, value, { always: true })))
        .string(1, key),
    )
  }
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const nanoseconds = (ms: number): bigint => BigInt(Math.round(ms * 1000)) * 1000n
