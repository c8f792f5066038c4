import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { acceptWebSocket, offeredProtocols } from '../../request/web-socket.ts'
import { takeSocket } from '../connection.ts'
import type { Exchange } from '../exchange.ts'
import { untilDrained, type WatchSink } from './watch-sink.ts'

/** What a client says is not read; more than this in one message ends the connection. */
const maxIncomingBytes = 64 * 1024

/**
 * One message an event: text for JSON, binary for protobuf, which then has no length before it. Source:
 * endpoints/handlers/watch.go HandleWS; storage-and-watch §4.5.
 */
export class WebSocketSink implements WatchSink {
  readonly #socket: WebSocket
  readonly #connection: Duplex
  readonly #binary: boolean

  /** Shakes hands; undefined when the client's part of it is wrong, which it has been told then (400). */
  static accept(exchange: Exchange, mediaType: string): WebSocketSink | undefined {
    const connection = takeSocket(exchange)
    const request = exchange.request as IncomingMessage
    const [protocol = ''] = offeredProtocols(request)
    const socket = acceptWebSocket(request, connection, { protocol, maxMessageBytes: maxIncomingBytes })
    return socket && new WebSocketSink(socket, connection, mediaType !== 'application/json')
  }

  private constructor(socket: WebSocket, connection: Duplex, binary: boolean) {
    this.#socket = socket
    this.#connection = connection
    this.#binary = binary
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
