import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Agent, request } from 'node:https'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'
import type { Defect, PassedRequest } from './defects.ts'

export interface Upstream {
  readonly url: string
  /** Files. */
  readonly credentials: { readonly cert: string; readonly key: string; readonly ca: string }
}

/** A server with a defect: a good one behind something that spoils it. It asks nobody who he is. */
export class DefectProxy {
  readonly #server: Server
  readonly #agent: Agent
  readonly #upstream: Upstream
  readonly #defect: Defect

  private constructor(upstream: Upstream, defect: Defect) {
    const { cert, key, ca } = upstream.credentials
    this.#upstream = upstream
    this.#defect = defect
    this.#agent = new Agent({ cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(ca), keepAlive: true })
    this.#server = createServer((incoming, outgoing) => {
      this.#pass(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error))
    })
  }

  static async start(upstream: Upstream, defect: Defect): Promise<DefectProxy> {
    const proxy = new DefectProxy(upstream, defect)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    this.#agent.destroy()
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://proxy')
    const { host: _, 'content-length': __, ...headers } = incoming.headers as Record<string, string>
    const asked: PassedRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers,
      body: await text(incoming),
    }
    this.#defect.request?.(asked)
    const query = asked.query.toString()
    const sent = request(`${this.#upstream.url}${asked.path}${query && `?${query}`}`, {
      method: asked.method,
      agent: this.#agent,
      headers: { ...asked.headers, ...(asked.body && { 'content-length': Buffer.byteLength(asked.body) }) },
    })
    outgoing.on('close', () => sent.destroy())
    sent.on('error', () => outgoing.destroy())
    sent.end(asked.body)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.on('error', () => outgoing.destroy())
    if (asked.query.get('watch') === 'true') {
      outgoing.writeHead(response.statusCode ?? 500, { 'content-type': response.headers['content-type'] ?? '' })
      outgoing.flushHeaders()
      const lines = createInterface({ input: response })
      lines.on('line', (line) => {
        for (const passed of this.#defect.lines?.(line) ?? [line]) outgoing.write(`${passed}\n`)
      })
      lines.on('error', () => outgoing.destroy())
      lines.on('close', () => outgoing.end())
      return
    }
    const answer = {
      status: response.statusCode ?? 500,
      headers: response.headers as Record<string, string>,
      body: await text(response),
    }
    this.#defect.answer?.(answer, asked)
    const {
      'content-length': _length,
      'transfer-encoding': _encoding,
      connection: _connection,
      ...kept
    } = answer.headers
    outgoing.writeHead(answer.status, kept)
    outgoing.end(answer.status === 304 ? undefined : answer.body)
  }
}
