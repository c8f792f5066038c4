import { StatusError } from '../../meta/status.ts'
import { asksForWebSocket, checkHandshake } from '../../request/web-socket.ts'
import type { KubeObject } from '../../meta/object.ts'
import type { Watcher } from '../../registry/rest.ts'
import type { WatchEvent, WatchStream } from '../../storage/storage.ts'
import type { Exchange, WatchObserver } from '../exchange.ts'
import { takesGzip } from '../negotiation/gzip.ts'
import { FieldSelector } from '../../meta/field-selector.ts'
import { decodeListOptions, type DecodedListOptions } from '../options/list-options.ts'
import type { Rendering } from '../render.ts'
import { WatchEncoder } from '../watch-encoder.ts'
import { knownFields } from './field-labels.ts'
import type { Handler } from './handler.ts'
import { renderingOf } from './negotiation.ts'
import { BodySink, type WatchSink } from './watch-sink.ts'
import { WebSocketSink } from './watch-socket.ts'

/** A watch that names no time lives between one and two times this long, in seconds. Source: server/config.go MinRequestTimeout. */
const minRequestTimeoutSeconds = 1800

/** How long a client has to take what was already written to it. */
const stalledGraceMs = 5000

/** GET with `watch`, and the deprecated /watch/ paths. Source: endpoints/handlers/{get,watch}.go. */
export const watch: Handler = async (scope, exchange) => {
  const { context, query } = exchange
  const decoded = decodeListOptions(query, true)
  const rendering = renderingOf(exchange, { stream: true })
  knownFields(scope, decoded.fieldSelector)
  const options = { fieldsOf: (o: KubeObject) => scope.fieldsOf(scope.toVersion(o)), ...withName(decoded, exchange) }
  if (asksForWebSocket(exchange.request)) checkHandshake(exchange.request)
  const seconds = options.timeoutSeconds || minRequestTimeoutSeconds * (1 + Math.random())
  const stream = await (scope.target as Watcher).watch({ deadlineMs: Date.now() + seconds * 1000, ...options }, context)
  const sink = sinkOf(exchange, rendering, options)
  if (!sink) {
    stream.close()
    return
  }
  const stop = (): void => {
    stream.close()
  }
  const timer = setTimeout(stop, Math.min(seconds * 1000, 2 ** 31 - 1))
  sink.onClose(stop)
  // A client that takes nothing more is not waited for once its stream is over.
  const cutIfStalled = (): void => {
    if (sink.stalled)
      setTimeout(() => {
        sink.cut()
      }, stalledGraceMs).unref()
  }
  stream.over?.addEventListener('abort', cutIfStalled, { once: true })
  try {
    await pump(stream, sink, new WatchEncoder(scope, rendering), exchange.events)
  } finally {
    clearTimeout(timer)
    stream.close()
  }
  sink.end()
}

function sinkOf(exchange: Exchange, { negotiated }: Rendering, options: DecodedListOptions): WatchSink | undefined {
  const { request } = exchange
  if (asksForWebSocket(request)) return WebSocketSink.accept(exchange, negotiated.mediaType)
  // Only a list by watch is worth it
  const isWatchList = options.sendInitialEvents === true && options.allowWatchBookmarks
  const gzip = isWatchList && takesGzip(request.headers['accept-encoding'])
  return new BodySink(exchange, negotiated.contentType, gzip)
}

/** So much is encoded before a client who takes no more is waited for: a state of any size costs a stalled client this much memory. */
const sliceBytes = 64 * 1024

/** Writes batch after batch; waits while the client takes no more, so that the stream's own limits apply. */
async function pump(
  stream: WatchStream,
  sink: WatchSink,
  encoder: WatchEncoder,
  observer: WatchObserver | undefined,
): Promise<void> {
  for await (const batch of stream) {
    let slice: Buffer[] = []
    let bytes = 0
    for (const event of batch) {
      if (sink.closed) return
      const { encoded, failed } = encode(encoder, event)
      slice.push(encoded)
      bytes += encoded.length
      observer?.sent(encoded.length)
      if (event.type === 'BOOKMARK' && event.initialEventsEnd) observer?.initialSent()
      if (failed) {
        void sink.write(slice)
        return
      }
      if (bytes < sliceBytes) continue
      const drained = sink.write(slice)
      slice = []
      bytes = 0
      if (drained) await drained
    }
    if (slice.length === 0) continue
    const drained = sink.write(slice)
    if (drained) await drained
  }
}

function encode(encoder: WatchEncoder, event: WatchEvent): { encoded: Buffer; failed: boolean } {
  try {
    return { encoded: encoder.encode(event), failed: event.type === 'ERROR' }
  } catch (error) {
    return { encoded: encoder.encode({ type: 'ERROR', error: error as Error }), failed: true }
  }
}

/** The name in a deprecated path means `metadata.name=NAME`; a selector that does not ask for it, too, is refused. */
function withName(options: DecodedListOptions, { context }: Exchange): DecodedListOptions {
  const { name, parts } = context.info
  if (!name || parts.length < 2) return options
  if (options.fieldSelector.empty) return { ...options, fieldSelector: FieldSelector.parse(`metadata.name=${name}`) }
  if (options.fieldSelector.requiresExactMatch('metadata.name') !== name)
    throw StatusError.badRequest("fieldSelector metadata.name doesn't match requested name")
  return options
}
