import type { X509Certificate } from 'node:crypto'
import type { Http2Session } from 'node:http2'
import { TLSSocket } from 'node:tls'
import { LRUCache } from 'lru-cache'
import type { ServerRequest } from '../../request/header-lines.ts'

/** Chains remembered for clients that resume a session: the session itself keeps their own certificate only. */
const maxRemembered = 1000
const maxPresented = 8

/** What clients presented in the TLS handshake, their own certificate first; worked out once per connection. */
export class PeerCertificates {
  readonly #bySocket = new WeakMap<TLSSocket, readonly X509Certificate[]>()
  readonly #intermediates = new LRUCache<string, readonly X509Certificate[]>({ max: maxRemembered })

  /** Empty: no certificate, or no TLS. */
  of(socket: TLSSocket): readonly X509Certificate[] {
    let presented = this.#bySocket.get(socket)
    if (!presented) {
      presented = this.#read(socket)
      this.#bySocket.set(socket, presented)
    }
    return presented
  }

  #read(socket: TLSSocket): readonly X509Certificate[] {
    const own = socket.getPeerX509Certificate()
    if (!own) return []
    const chain: X509Certificate[] = []
    for (let next = own.issuerCertificate; next && chain.length < maxPresented; next = next.issuerCertificate) {
      if (next.raw.equals((chain.at(-1) ?? own).raw)) break
      chain.push(next)
    }
    if (chain.length) this.#intermediates.set(own.fingerprint256, chain)
    return [own, ...(chain.length ? chain : (this.#intermediates.get(own.fingerprint256) ?? []))]
  }
}

/** Of sessions of HTTP/2: to look through the proxy costs more than all that is asked of it. */
const socketsOfSessions = new WeakMap<Http2Session, TLSSocket>()

/** The TLS connection below a request: HTTP/1.1's own socket, or the one that an HTTP/2 session runs on. */
export function tlsSocketOf(request: ServerRequest): TLSSocket | undefined {
  if (!('stream' in request)) return isTls(request.socket) ? request.socket : undefined
  const { session } = request.stream
  if (!session) return undefined
  const known = socketsOfSessions.get(session)
  if (known) return known
  const { socket } = session
  if (!isTls(socket)) return undefined
  socketsOfSessions.set(session, socket)
  return socket
}

/** The socket of an HTTP/2 session is a proxy around the real one, which `instanceof` sees through. */
const isTls = (socket: object): socket is TLSSocket => socket instanceof TLSSocket
