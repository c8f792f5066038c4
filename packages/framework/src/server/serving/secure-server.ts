import { once } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import { Server, type AddressInfo, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { keepTickShape } from '../../util/tick-shape.ts'
import { answerClientError } from './client-error.ts'
import { Http2Response } from './http2-response.ts'
import { superviseSession } from './http2-session.ts'
import type { Listener } from './listener.ts'
import { sendAway } from './send-away.ts'
import type { ServingCertificates } from './serving-certificates.ts'
import { Turns } from './turns.ts'

export interface SecureServerOptions {
  /** What is shown to clients. Their own certificates are judged later, by the authenticators. */
  readonly certificates: ServingCertificates
  readonly http2MaxStreamsPerConnection?: number
  readonly disableHttp2?: boolean
  readonly onHandshakeError?: () => void
}

export type RequestListener = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void

const kib = 1024
const maxHeaderBytes = 1024 * kib
const streamWindowBytes = 256 * kib
const idleTimeoutMs = 90_000
/**
 * For HTTP/1.1. Connections are kept longer than Go's clients keep an idle one: else the aggregator sends on one that is just being closed. A body may take
 * as long as its request may, which is a filter's business.
 */
const http1Timeouts = {
  headersTimeout: 32_000,
  keepAliveTimeout: 95_000,
  requestTimeout: 0,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: maxHeaderBytes,
  // Limited by their size alone: Node would leave out, and say nothing, what is beyond a number.
  maxHeadersCount: 0,
  requireHostHeader: true,
}
/** Each of a user's groups is a line of its own. */
const maxHeaderPairs = 10_000
/** In 10 s. */
const maxCancellations = 200
const handshakeTimeoutMs = 10_000
const maxStreams = 1000
/** For connections that were cut to say that they are closed. */
const destroyedMs = 500

/** HTTPS with HTTP/2 and HTTP/1.1 on one port. Figures: serving §8.1. */
export class SecureServer {
  readonly #server: Http2SecureServer
  readonly #sessions = new Set<ServerHttp2Session>()
  /** Of HTTP/1.1; HTTP/2's are their sessions'. */
  readonly #sockets = new Set<Socket>()
  readonly #turns = new Turns()
  #stopping = false
  #listener: Listener | undefined
  #port: number | undefined
  #left: (() => void) | undefined

  constructor(options: SecureServerOptions, handler: RequestListener) {
    keepTickShape()
    this.#server = createSecureServer(
      {
        ...options.certificates.contextOptions,
        // Must not throw: nobody would catch it.
        SNICallback: (host, done) => {
          done(null, options.certificates.contextFor(host))
        },
        handshakeTimeout: handshakeTimeoutMs,
        requestCert: true,
        rejectUnauthorized: false,
        ALPNProtocols: options.disableHttp2 ? ['http/1.1'] : ['h2', 'http/1.1'],
        allowHTTP1: true,
        Http2ServerResponse: Http2Response,
        // In MB; the default cuts sessions with many open watches.
        maxSessionMemory: 1000,
        maxHeaderListPairs: maxHeaderPairs,
        settings: {
          maxConcurrentStreams: options.http2MaxStreamsPerConnection ?? maxStreams,
          initialWindowSize: streamWindowBytes,
          maxHeaderListSize: maxHeaderBytes,
        },
      },
      (request, response) => {
        if (this.#stopping) sendAway(response)
        if (!(response instanceof ServerResponse) || !(request instanceof IncomingMessage)) handler(request, response)
        else
          this.#turns.take(request, response, () => {
            handler(request, response)
          })
      },
    )
    // Node reads them from the server, though the types know them of http's alone.
    Object.assign(this.#server, http1Timeouts)
    options.certificates.onChange = () => {
      this.#server.setSecureContext(options.certificates.contextOptions)
    }
    this.#server.on('session', (session) => {
      this.#sessions.add(session)
      superviseSession(session, { idleMs: idleTimeoutMs, cancellations: maxCancellations })
      // A broken connection ends its session, and is nobody's failure.
      session.on('error', () => undefined)
      session.once('close', () => this.#sessions.delete(session))
    })
    this.#server.on('secureConnection', (socket: TLSSocket) => {
      // As Go's servers: it would cost the server more than the client.
      socket.disableRenegotiation()
      if (socket.alpnProtocol === 'h2') return
      this.#sockets.add(socket)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        if (!this.#sockets.size) this.#left?.()
      })
    })
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const before = this.#turns.unsent(socket)
      // Who does not wait for an answer does not get another protocol either.
      if (before) before.once('close', () => socket.destroySoon())
      else answerUpgrade(handler, request, socket, head)
    })
    this.#server.on('sessionError', () => undefined)
    this.#server.on('tlsClientError', () => options.onHandshakeError?.())
    this.#server.on('clientError', answerClientError)
  }

  /** Rejects when the port is taken. */
  async listen(port: number, address: string): Promise<void> {
    this.#server.listen(port, address)
    await once(this.#server, 'listening')
  }

  /** Serves the connections that another process hands over. Rejects when that one cannot listen. */
  async listenBy(listener: Listener): Promise<void> {
    this.#port = await listener.listen((connection) => {
      connection.allowHalfOpen = true
      this.#server.emit('connection', connection)
    })
    this.#listener = listener
    // Node begins to watch over the time that clients of HTTP/1.1 take.
    this.#server.emit('listening')
  }

  get port(): number {
    return this.#port ?? (this.#server.address() as AddressInfo).port
  }

  /** No new connections; HTTP/2 clients are told to go now, those of HTTP/1.1 with their next answer. */
  async stopAccepting(): Promise<void> {
    this.#stopping = true
    await this.#listener?.close()
    // Not Http2SecureServer's own, which cuts the connections on which the next request may just be on its way.
    Server.prototype.close.call(this.#server)
    for (const session of this.#sessions) session.close()
  }

  /** Waits until nobody keeps a connection of HTTP/1.1, so long at most. */
  async untilLeft(limitMs: number): Promise<void> {
    if (!this.#sockets.size) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs)
      this.#left = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Ends what is left of the connections: what is written already may still go out, but does not take longer than that. */
  async close(limitMs = 500): Promise<void> {
    for (const session of this.#sessions) session.close()
    for (const socket of this.#sockets) socket.destroySoon()
    const ended = Promise.all([...this.#sessions, ...this.#sockets].map((connection) => gone(connection)))
    await within(ended, limitMs)
    for (const session of this.#sessions) session.destroy()
    for (const socket of this.#sockets) socket.destroy()
    // Node's sessions may wait for ever for a last write to clients that are gone.
    await within(ended, destroyedMs)
    this.#server.close()
  }
}

async function within(done: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)))
  await Promise.race([done, late])
  clearTimeout(timer)
}

const gone = async (connection: ServerHttp2Session | Socket): Promise<void> => {
  if (!connection.destroyed)
    await new Promise<void>((resolve) =>
      connection.once('close', () => {
        resolve()
      }),
    )
}

/**
 * A request that asks for another protocol passes the same chain. Whoever speaks that protocol takes the socket off the
 * response; else it is answered as any request, and the connection ends.
 */
function answerUpgrade(handler: RequestListener, request: IncomingMessage, socket: Socket, head: Buffer): void {
  // Node hands the socket over without anybody who hears of its failures.
  socket.on('error', () => undefined)
  if (head.length > 0) socket.unshift(head)
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.once('finish', () => {
    response.detachSocket(socket)
    socket.end()
    // Node does so for the answers that it made itself.
    response.emit('close')
  })
  handler(request, response)
}
