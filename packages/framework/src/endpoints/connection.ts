import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { StatusError } from '../meta/status.ts'
import type { ConnectRequest } from '../registry/rest.ts'
import { asksForUpgrade } from '../request/web-socket.ts'
import type { Exchange } from './exchange.ts'

/** What a connecter gets to see of a request, and what it can make of the connection. */
export class Connection implements ConnectRequest<object> {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly options: object
  readonly request: Exchange['request']
  readonly response: Exchange['response']
  readonly #exchange: Exchange
  #taken: Duplex | undefined

  constructor(exchange: Exchange, path: string, options: object) {
    const { request, response, query } = exchange
    this.#exchange = exchange
    this.method = request.method ?? 'GET'
    this.path = path
    this.query = query
    this.options = options
    this.request = request
    this.response = response
  }

  /** Resolves when the answer, or the connection that was taken, has come to its end: so long the request is under way. */
  get over(): Promise<void> {
    const { response } = this
    if (this.#taken ? this.#taken.closed : response.writableEnded || response.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        resolve()
      }
      response.once('close', done)
      response.once('finish', done)
    })
  }

  get upgrades(): readonly string[] {
    const { request } = this
    return asksForUpgrade(request) ? (request.headers.upgrade ?? '').split(',').map((name) => name.trim()) : []
  }

  upgrade(protocol: string, headers: Readonly<Record<string, string>> = {}): Duplex {
    const socket = this.takeSocket()
    const lines = { Connection: 'Upgrade', Upgrade: protocol, ...this.#givenHeaders(), ...headers }
    const head = Object.entries(lines).map(([name, value]) => `${name}: ${checked(name, value)}\r\n`)
    socket.write(`HTTP/1.1 101 ${STATUS_CODES[101] ?? ''}\r\n${head.join('')}\r\n`)
    return socket
  }

  takeSocket(): Duplex {
    if (!this.upgrades.length) throw StatusError.badRequest('Upgrade request required')
    return (this.#taken = takeSocket(this.#exchange))
  }

  #givenHeaders(): Record<string, string> {
    const id = this.response.getHeader('audit-id')
    return typeof id === 'string' ? { 'Audit-Id': id } : {}
  }
}

function checked(name: string, value: string): string {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value))
    throw new TypeError(`${JSON.stringify(name)} cannot be sent as a header`)
  return value
}

/**
 * Takes the connection off the response, for another protocol. The response counts as begun with 101, for whoever writes down what was answered, and
 * ends with the connection.
 */
export function takeSocket({ request, response }: Exchange): Duplex {
  const { socket } = request as IncomingMessage
  const outgoing = response as ServerResponse
  outgoing.detachSocket(socket)
  outgoing.writeHead(101)
  // Whoever waits for the end of the answer is told of the connection's: it is the same now.
  socket.once('close', () => outgoing.emit('close'))
  return socket
}
