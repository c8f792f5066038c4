import { headerLines, settleHeaders, type ServerRequest } from '../../request/header-lines.ts'
import type { AuthenticationResponse, Authenticator, TokenAuthenticator } from './authenticator.ts'

const prefix = 'base64url.bearer.authorization.k8s.io.'

/**
 * A token in a WebSocket's list of subprotocols, as browsers must send it (they cannot set headers). It is taken off the list, and another
 * subprotocol has to remain. Source: authentication/request/websocket.
 */
export class WebSocketTokenAuthenticator implements Authenticator {
  readonly name = 'websocket-token'
  readonly #tokens: TokenAuthenticator

  constructor(tokens: TokenAuthenticator) {
    this.#tokens = tokens
  }

  async authenticate(request: ServerRequest): Promise<AuthenticationResponse | undefined> {
    if (!isWebSocket(request)) return undefined
    const protocols = headerLines(request, 'sec-websocket-protocol').flatMap((line) =>
      line.split(',').map((p) => p.trim()),
    )
    const [encoded, ...more] = protocols.filter((p) => p.startsWith(prefix))
    if (encoded === undefined) return undefined
    if (more.length) throw new Error('multiple base64.bearer.authorization tokens specified')
    const token = decodeToken(encoded.slice(prefix.length))
    if (token === '') return undefined
    const others = protocols.filter((p) => !p.startsWith(prefix))
    if (!others.length) throw new Error('missing additional subprotocol')
    const response = await this.#tokens.authenticateToken(token)
    if (!response) throw new Error('invalid bearer token')
    setProtocols(request, others.join(','))
    return response
  }
}

const isWebSocket = ({ headers }: ServerRequest): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && /(^|[\s,])upgrade($|[\s,])/i.test(headers.connection ?? '')

function decodeToken(encoded: string): string {
  if (!/^[\w-]*$/.test(encoded) || encoded.length % 4 === 1)
    throw new Error('invalid base64.bearer.authorization token encoding')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64url'))
  } catch (cause) {
    throw new Error('invalid base64.bearer.authorization token', { cause })
  }
}

/** One line with what remains, in all the forms in which Node keeps headers. */
function setProtocols(request: ServerRequest, value: string): void {
  settleHeaders(request)
  const { rawHeaders, headers } = request
  const kept: string[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.toLowerCase() !== 'sec-websocket-protocol')
      kept.push(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '')
  rawHeaders.splice(0, rawHeaders.length, ...kept, 'Sec-WebSocket-Protocol', value)
  headers['sec-websocket-protocol'] = value
  if ('headersDistinct' in request) request.headersDistinct['sec-websocket-protocol'] = [value]
}
