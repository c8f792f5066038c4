import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { ConnectionError } from './connection-error.ts'
import type { TlsMaterial, TlsSettings } from './tls-material.ts'

/** Source of the times: client-go's transport, HTTP2_READ_IDLE_TIMEOUT_SECONDS and HTTP2_PING_TIMEOUT_SECONDS. */
const pingEveryMs = 30_000
const pingTimeoutMs = 15_000
/** Where a request had no answer, the connection itself is in doubt. */
const doubtTimeoutMs = 5000
const connectTimeoutMs = 30_000
const idleMs = 90_000
/** So much of each answer, and of all of them, may be under way before the server waits for the reader. */
const streamWindow = 4 * 1024 * 1024
const sessionWindow = 64 * 1024 * 1024

/**
 * The one connection over which everything goes where the server speaks HTTP/2. It is asked for a sign of life while
 * requests are open: one that is dead without having said so is given up.
 */
export class Http2Connection {
  readonly #base: URL
  readonly #material: TlsMaterial
  #session: ClientHttp2Session | undefined
  #opening: Promise<ClientHttp2Session | undefined> | undefined
  #settings: TlsSettings | undefined
  #http1Only = false
  #closed = false

  constructor(base: URL, material: TlsMaterial) {
    this.#base = base
    this.#material = material
  }

  /** Undefined where the server speaks HTTP/1.1 only. Rejects with a ConnectionError, or a ConfigError. */
  async session(): Promise<ClientHttp2Session | undefined> {
    const settings = await this.#material.current()
    if (settings !== this.#settings) this.#renew(settings)
    if (this.#http1Only) return undefined
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session
    this.#opening ??= this.#open(settings).finally(() => (this.#opening = undefined))
    return this.#opening
  }

  /** A request had no answer: unless the connection answers, it is ended. */
  doubt(session: ClientHttp2Session): void {
    ping(session, doubtTimeoutMs)
  }

  close(): void {
    this.#closed = true
    this.#session?.destroy()
  }

  /** New certificates: what runs may end on the old connection. */
  #renew(settings: TlsSettings): void {
    this.#settings = settings
    this.#http1Only = false
    this.#session?.close()
    this.#session = undefined
    this.#opening = undefined
  }

  async #open(settings: TlsSettings): Promise<ClientHttp2Session | undefined> {
    const socket = await this.#connect(settings)
    if (this.#closed) socket.destroy()
    if (socket.alpnProtocol !== 'h2') {
      socket.destroy()
      this.#http1Only = true
      return undefined
    }
    const session = connectHttp2(this.#base, {
      createConnection: () => socket,
      maxSessionMemory: 1024,
      settings: { enablePush: false, initialWindowSize: streamWindow },
    })
    session.once('connect', () => session.setLocalWindowSize(sessionWindow))
    keepAlive(session)
    if (settings === this.#settings) this.#session = session
    return session
  }

  #connect(settings: TlsSettings): Promise<TLSSocket> {
    const { hostname, port, host } = this.#base
    return new Promise((resolve, reject) => {
      const socket = connectTls({
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port || 443),
        ALPNProtocols: ['h2', 'http/1.1'],
        ...settings,
      })
      const fail = (cause: Error): void => {
        socket.destroy()
        reject(new ConnectionError(`${host}: ${cause.message}`, { cause }))
      }
      socket.setKeepAlive(true, pingEveryMs)
      socket.setNoDelay(true)
      socket.setTimeout(connectTimeoutMs, () =>
        fail(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' })),
      )
      socket.once('error', fail)
      socket.once('close', () => fail(Object.assign(new Error('the server closed it'), { code: 'ECONNRESET' })))
      socket.once('secureConnect', () => {
        socket.setTimeout(0)
        socket.removeAllListeners('timeout')
        socket.removeAllListeners('close')
        socket.off('error', fail)
        resolve(socket)
      })
    })
  }
}

/** Pings while streams are open; without any, neither the process waits for the session nor does it live for long. */
function keepAlive(session: ClientHttp2Session): void {
  let open = 0
  let idle: NodeJS.Timeout | undefined
  const pings = setInterval(() => {
    if (open > 0) ping(session, pingTimeoutMs)
  }, pingEveryMs).unref()
  const request = session.request.bind(session)
  session.request = (...args) => {
    const stream = request(...args)
    open++
    clearTimeout(idle)
    session.ref()
    stream.once('close', () => {
      if (--open > 0) return
      if (!session.destroyed) session.unref()
      idle = setTimeout(() => session.close(), idleMs).unref()
    })
    return stream
  }
  session.unref()
  // Every stream tells of it; here it would only end the process.
  session.on('error', () => {})
  session.once('close', () => {
    clearInterval(pings)
    clearTimeout(idle)
  })
}

function ping(session: ClientHttp2Session, timeoutMs: number): void {
  if (session.destroyed || session.closed) return
  const dead = setTimeout(() => {
    session.destroy(Object.assign(new Error('the connection is dead: no answer to a ping'), { code: 'ETIMEDOUT' }))
  }, timeoutMs).unref()
  session.ping(() => clearTimeout(dead))
}
