import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { createRequire } from 'node:module'
import type { WebSocket, WebSocketServer } from 'ws'
import type { Exchange } from '../exchange.ts'
import { untilDrained, type WatchSink } from './watch-sink.ts'

/** What a client says is not read; more than this in one message ends the connection. */
const maxIncomingBytes = 64 * 1024
const bearerProtocol = 'base64url.bearer.authorization.k8s.io.'

let handshakes: WebSocketServer | undefined

/** Loaded for the first client that asks: most servers never meet one. */
function webSocketServer(): WebSocketServer {
  const ws = createRequire(import.meta.url)('ws') as typeof import('ws')
  return new ws.WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxIncomingBytes,
    // A token among them is no protocol.
    handleProtocols: (offered) => [...offered].find((name) => !name.startsWith(bearerProtocol)) ?? false,
  })
}

/** Source: apiserver util/wsstream IsWebSocketRequest. */
export const asksForWebSocket = ({ headers, httpVersionMajor }: IncomingMessage | Http2ServerRequest): boolean =>
  httpVersionMajor === 1 &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(headers.connection ?? '')

/**
 * One message an event: text for JSON, binary for protobuf, which then has no length before it. Source:
 * endpoints/handlers/watch.go HandleWS; storage-and-watch §4.5.
 */
export class WebSocketSink implements WatchSink {
  readonly #socket: WebSocket
  readonly #connection: IncomingMessage['socket']
  readonly #binary: boolean

  /** Shakes hands; undefined when the client's part of it is wrong, which it has been told then (400). */
  static accept({ request, response }: Exchange, mediaType: string): WebSocketSink | undefined {
    const incoming = request as IncomingMessage
    const { socket: connection } = incoming
    const outgoing = response as ServerResponse
    outgoing.detachSocket(connection)
    // Whoever waits for the end of the answer is told of the connection's: it is the same now.
    connection.once('close', () => outgoing.emit('close'))
    const accepted: { socket?: WebSocket } = {}
    handshakes ??= webSocketServer()
    handshakes.handleUpgrade(incoming, connection, Buffer.alloc(0), (socket) => {
      accepted.socket = socket
    })
    return accepted.socket && new WebSocketSink(accepted.socket, connection, mediaType !== 'application/json')
  }

  private constructor(socket: WebSocket, connection: IncomingMessage['socket'], binary: boolean) {
    this.#socket = socket
    this.#connection = connection
    this.#binary = binary
    // Its close event follows
    socket.on('error', () => undefined)
  }

  get closed(): boolean {
    return this.#socket.readyState !== this.#socket.OPEN
  }
  get stalled(): boolean {
    return this.#connection.writableNeedDrain
  }

  write(events: readonly Buffer[]): Promise<void> | undefined {
    for (const event of events)
      this.#socket.send(this.#binary ? event.subarray(lengthBytes) : event, { binary: this.#binary })
    return this.stalled ? untilDrained(this.#connection) : undefined
  }

  onClose(listener: () => void): void {
    this.#socket.once('close', listener)
  }
  end(): void {
    this.#socket.close(1000)
  }
  cut(): void {
    this.#socket.terminate()
  }
}

/** Before every event in a body of protobuf. */
const lengthBytes = 4
