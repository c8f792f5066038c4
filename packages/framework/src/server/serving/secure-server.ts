import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Socket } from 'node:net'

export interface SecureServerOptions {
  readonly certificate: string
  readonly key: string
  /** Authorities whose names are sent to clients; certificates are judged later, by the authenticators. */
  readonly clientAuthorities: readonly string[]
}

export type RequestListener = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void

const kib = 1024
const maxHeaderBytes = 1024 * kib
const streamWindowBytes = 256 * kib
const idleTimeoutMs = 90_000
const maxStreams = 1000

/** HTTPS with HTTP/2 and HTTP/1.1 on one port. Figures: serving §8.1. */
export class SecureServer {
  readonly #server: Http2SecureServer
  readonly #sessions = new Set<ServerHttp2Session>()
  readonly #sockets = new Set<Socket>()

  constructor(options: SecureServerOptions, handler: RequestListener) {
    this.#server = createSecureServer(
      {
        cert: options.certificate,
        key: options.key,
        ca: [...options.clientAuthorities],
        requestCert: true,
        rejectUnauthorized: false,
        minVersion: 'TLSv1.2',
        ALPNProtocols: ['h2', 'http/1.1'],
        allowHTTP1: true,
        // In MB; the default cuts sessions with many open watches.
        maxSessionMemory: 1000,
        settings: {
          maxConcurrentStreams: maxStreams,
          initialWindowSize: streamWindowBytes,
          maxHeaderListSize: maxHeaderBytes,
        },
      },
      handler,
    )
    this.#server.on('session', (session) => {
      this.#sessions.add(session)
      session.setTimeout(idleTimeoutMs, () => {
        session.close()
      })
      // A broken connection ends its session, and is nobody's failure.
      session.on('error', () => undefined)
      session.once('close', () => this.#sessions.delete(session))
    })
    this.#server.on('secureConnection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    this.#server.on('sessionError', () => undefined)
    this.#server.on('tlsClientError', () => undefined)
    this.#server.on('clientError', (_error: Error, socket: Socket) => {
      socket.destroy()
    })
  }

  /** Rejects when the port is taken. */
  async listen(port: number, address: string): Promise<void> {
    this.#server.listen(port, address)
    await once(this.#server, 'listening')
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** No new connections; HTTP/2 clients are told to go. */
  stopAccepting(): void {
    this.#server.close()
    for (const session of this.#sessions) session.close()
  }

  /** Ends what is left of the connections. */
  destroy(): void {
    for (const session of this.#sessions) session.destroy()
    for (const socket of this.#sockets) socket.destroy()
  }
}
