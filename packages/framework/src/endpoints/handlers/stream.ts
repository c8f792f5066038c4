import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Streamer } from '../../registry/rest.ts'
import { acceptWebSocket, asksForWebSocket, checkHandshake, chooseProtocol } from '../../request/web-socket.ts'
import { takeSocket } from '../connection.ts'
import type { Exchange } from '../exchange.ts'
import type { Handler } from './handler.ts'
import { untilDrained } from './watch-sink.ts'

type Chunks = AsyncIterable<string | Uint8Array>
/** Where a stream goes: `write` resolves when more is wanted, `end` is the orderly end, `cut` says that there was none. */
interface StreamSink {
  write(chunk: Buffer): Promise<void> | undefined
  end(): void
  cut(): void
}

/** GET of a subresource that answers bytes. Source: endpoints/handlers/responsewriters/writers.go StreamObject. */
export const stream: Handler = async (scope, exchange) => {
  const { context, query, request, response } = exchange
  const target = scope.target as Streamer<object>
  let protocol: string | undefined
  if (asksForWebSocket(request)) {
    checkHandshake(request)
    protocol = chooseProtocol(request, protocols)
  }
  const chunks = await target.stream(context.info.name, scope.options?.decode(query) ?? {}, context)
  if (!chunks) {
    response.statusCode = 204
    response.end()
    return
  }
  const sink =
    protocol === undefined
      ? bodySink(exchange, target.contentType ?? 'application/octet-stream')
      : socketSink(exchange, protocol)
  if (sink) await pump(chunks, sink, context.signal)
}

/** Chunk after chunk, no faster than the client takes them. Ends with the request, whether or not the stream listens to its signal. */
async function pump(chunks: Chunks, sink: StreamSink, signal: AbortSignal): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]()
  let wake: (gone: undefined) => void = () => undefined
  const gone = (): void => {
    wake(undefined)
  }
  // One listener for all waits: races against one promise would pile up on it.
  signal.addEventListener('abort', gone, { once: true })
  const unlessGone = <V>(promise: Promise<V>): Promise<V | undefined> =>
    new Promise((resolve, reject) => {
      wake = resolve
      promise.then(resolve, reject)
    })
  try {
    while (!signal.aborted) {
      const next = await unlessGone(iterator.next())
      if (!next) break
      if (next.done) {
        sink.end()
        return
      }
      const full = sink.write(bytesOf(next.value))
      if (full) await unlessGone(full)
    }
  } catch {
    // The answer has begun: nothing is left but to end it in a way that does not look like its end.
    sink.cut()
    return
  } finally {
    signal.removeEventListener('abort', gone)
  }
  // Not waited for: it may be busy, and nobody reads what it says.
  iterator.return?.().catch(() => undefined)
  sink.end()
}

const bytesOf = (chunk: string | Uint8Array): Buffer =>
  typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)

function bodySink({ response, context }: Exchange, contentType: string): StreamSink {
  // Both kinds of response have all that is used here; the types know of one.
  const outgoing = response as ServerResponse
  outgoing.statusCode = 200
  outgoing.setHeader('content-type', contentType)
  const warnings = context.warnings.headers()
  if (warnings.length) outgoing.setHeader('warning', warnings)
  outgoing.flushHeaders()
  return {
    write: (chunk) => (chunk.length === 0 || outgoing.write(chunk) ? undefined : untilDrained(outgoing)),
    end: () => outgoing.end(),
    cut: () => outgoing.destroy(),
  }
}

/** Text of base64 where that is asked for, for clients that cannot read binary messages. Source: apiserver util/wsstream NewDefaultReaderProtocols. */
const protocols: readonly string[] = ['', 'binary.k8s.io', 'base64.binary.k8s.io']

const maxIncomingBytes = 64 * 1024

function socketSink(exchange: Exchange, protocol: string): StreamSink | undefined {
  const connection = takeSocket(exchange)
  const request = exchange.request as IncomingMessage
  const socket = acceptWebSocket(request, connection, { protocol, maxMessageBytes: maxIncomingBytes })
  if (!socket) return undefined
  const base64 = protocol.startsWith('base64.')
  const send = (chunk: Buffer): void => {
    socket.send(base64 ? chunk.toString('base64') : chunk, { binary: !base64 })
  }
  // Tells the client that the connection stands.
  send(Buffer.alloc(0))
  return {
    write: (chunk) => {
      send(chunk)
      return connection.writableNeedDrain ? untilDrained(connection) : undefined
    },
    end: () => {
      socket.close(1000)
    },
    cut: () => {
      socket.terminate()
    },
  }
}
