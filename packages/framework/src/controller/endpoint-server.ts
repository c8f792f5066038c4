import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface EndpointAnswer {
  readonly code: number
  readonly body: string
  readonly contentType?: string
}

/** A small HTTP server for probes and scrapers; what the handler does not know is a 404. */
export class EndpointServer {
  readonly #server: Server
  readonly #address: string

  /** `address` is `host:port`, or `:port` for all interfaces; port 0 takes a free one. */
  constructor(address: string, handle: (url: URL) => Promise<EndpointAnswer | undefined>) {
    this.#address = address
    this.#server = createServer((request, response) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        write(response, { code: 405, body: 'method not allowed\n' })
        return
      }
      const url = new URL(request.url ?? '/', 'http://localhost')
      handle(url).then(
        (answer) => {
          write(response, answer ?? { code: 404, body: '404 page not found\n' })
        },
        (error: unknown) => {
          write(response, { code: 500, body: `${String(error)}\n` })
        },
      )
    })
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Rejects when the address is taken; throws a TypeError when it is none. */
  async listen(): Promise<void> {
    const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(this.#address) ?? []
    if (port === '') throw new TypeError(`${JSON.stringify(this.#address)} is no address: host:port`)
    const name = host.replace(/^\[|\]$/g, '')
    this.#server.listen({ port: Number(port), ...(name ? { host: name } : {}) })
    await once(this.#server, 'listening')
  }

  /** May be called twice. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}

function write(
  response: ServerResponse,
  { code, body, contentType = 'text/plain; charset=utf-8' }: EndpointAnswer,
): void {
  response.writeHead(code, {
    'content-type': contentType,
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
