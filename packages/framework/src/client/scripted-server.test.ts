import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, type ClientOptions } from './client.ts'
import { KubeConfig, type KubeConfigFields } from './kube-config.ts'
import type { ResourceKind } from './resource-kind.ts'
import type { KubeObject } from '../meta/object.ts'

export interface Widget extends KubeObject {
  spec?: { size?: number | bigint }
}
export const Widget: ResourceKind<Widget> = { group: 'example.com', version: 'v1', kind: 'Widget', plural: 'widgets' }
export const widgetsPath = '/apis/example.com/v1/widgets'

export const widget = (name: string, resourceVersion: number, more: Partial<KubeObject['metadata']> = {}): Widget => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: String(resourceVersion), ...more },
})

export const listOf = (resourceVersion: number, items: readonly unknown[], more: object = {}): object => ({
  apiVersion: 'example.com/v1',
  kind: 'WidgetList',
  metadata: { resourceVersion: String(resourceVersion), ...more },
  items,
})

export const failure = (code: number, reason: string, message: string, more: object = {}): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason,
  message,
  code,
  ...more,
})

export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly socketPort: number
}
/** Answers one request. Without one left in the script, the last answers again. */
export type Answer = (response: ServerResponse, seen: Seen) => void | Promise<void>

/** A server that answers requests in the order of its script. */
export class ScriptedServer {
  readonly seen: Seen[] = []
  readonly #script: Answer[]
  readonly #server: Server
  readonly #waiting = new Set<() => void>()
  readonly #responses: ServerResponse[] = []

  private constructor(script: Answer[], create: (listener: RequestListener) => Server) {
    this.#script = script
    this.#server = create((request, response) => void this.#answer(request, response))
  }

  static async start(
    script: Answer[],
    create: (listener: RequestListener) => Server = createServer,
  ): Promise<ScriptedServer> {
    const server = new ScriptedServer(script, create)
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  client(options: ClientOptions = {}, fields: Partial<KubeConfigFields> = {}): Client {
    return new Client(new KubeConfig({ server: `http://127.0.0.1:${this.port}`, ...fields }), options)
  }

  /** Once `count` requests have come. */
  async requests(count: number): Promise<readonly Seen[]> {
    while (this.seen.length < count) await new Promise<void>((resolve) => this.#waiting.add(resolve))
    return this.seen
  }

  /** Ends the answer to the request of that number. */
  endResponse(index: number): void {
    this.#responses[index]?.end()
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://localhost')
    let body = ''
    for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) body += chunk
    const seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
      socketPort: request.socket.remotePort ?? 0,
    }
    this.seen.push(seen)
    this.#responses.push(response)
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
    const answer = this.#script.length > 1 ? this.#script.shift() : this.#script[0]
    await answer?.(response, seen)
  }
}

export const json =
  (value: object, code = 200, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(code, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value))
  }

export const refuse = (code: number, reason: string, message = reason, headers: Record<string, string> = {}): Answer =>
  json(failure(code, reason, message), code, headers)

export const event = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`

/** A watch that sends these lines; then ends, breaks off, or stays open. */
export const stream =
  (lines: readonly string[], then: 'end' | 'break' | 'stay' = 'end'): Answer =>
  (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.flushHeaders()
    for (const line of lines) response.write(line)
    if (then === 'end') response.end()
    else if (then === 'break') setTimeout(() => response.destroy(), 20)
  }

/** A connection that is cut before any answer. */
export const cut: Answer = (response) => {
  response.destroy()
}
