import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { StatusError } from '../meta/status.ts'

/** A token stands among the protocols where a browser cannot set headers: it is none. */
const bearerProtocol = 'base64url.bearer.authorization.k8s.io.'

/** Whether the connection is to be upgraded at all. Source: apimachinery util/httpstream IsUpgradeRequest. */
export const asksForUpgrade = ({ headers, httpVersionMajor }: IncomingMessage | Http2ServerRequest): boolean =>
  httpVersionMajor === 1 &&
  headers.upgrade !== undefined &&
  /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(headers.connection ?? '')

/** Source: apiserver util/wsstream IsWebSocketRequest. */
export const asksForWebSocket = (request: IncomingMessage | Http2ServerRequest): boolean =>
  asksForUpgrade(request) && request.headers.upgrade?.toLowerCase() === 'websocket'

/** The subprotocols that a client offers, in its order, tokens left out. */
export const offeredProtocols = ({ headers }: IncomingMessage | Http2ServerRequest): string[] => {
  const offered = headers['sec-websocket-protocol']
  return (offered ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith(bearerProtocol))
}

export interface AcceptOptions {
  /** The subprotocol to answer with; '' for none. */
  readonly protocol: string
  /** A longer message ends the connection. */
  readonly maxMessageBytes: number
}

/**
 * Shakes hands on a socket that nothing was written to yet; undefined when the client's part of it is wrong, which it has been told then (400). ws is
 * loaded for the first client that asks: most servers never meet one.
 */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  { protocol, maxMessageBytes }: AcceptOptions,
): WebSocket | undefined {
  const { WebSocketServer } = createRequire(import.meta.url)('ws') as typeof import('ws')
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    handleProtocols: () => (protocol === '' ? false : protocol),
  })
  let accepted: WebSocket | undefined
  server.handleUpgrade(request, socket, Buffer.alloc(0), (webSocket) => {
    accepted = webSocket
  })
  // Its close event follows
  accepted?.on('error', () => undefined)
  return accepted
}

/** Throws 400 for a handshake that cannot come to anything, before the connection is taken for it. Source: RFC 6455 §4.2.1. */
export function checkHandshake({ method, headers }: IncomingMessage | Http2ServerRequest): void {
  if (method !== 'GET') throw StatusError.badRequest('a WebSocket is opened with GET')
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? ''))
    throw StatusError.badRequest('missing or invalid Sec-WebSocket-Key header')
  if (headers['sec-websocket-version'] !== '13')
    throw StatusError.badRequest('missing or unsupported Sec-WebSocket-Version header: 13 is supported')
}

/** The first subprotocol offered that is among those supported, where '' is none at all. Throws 403. Source: apiserver util/wsstream handshake. */
export function chooseProtocol(request: IncomingMessage | Http2ServerRequest, supported: readonly string[]): string {
  const offered = offeredProtocols(request)
  const chosen = (offered.length ? offered : ['']).find((name) => supported.includes(name))
  if (chosen !== undefined) return chosen
  throw new StatusError({
    code: 403,
    reason: 'Forbidden',
    message: `requested protocol(s) are not supported: [${offered.join(' ')}]; supports [${supported.join(' ')}]`,
  })
}
