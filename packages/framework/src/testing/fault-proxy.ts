import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { faultRequestOf, matches, type Fault, type FaultAction, type FaultRequest, type FaultTarget } from './fault.ts'

/** Which server stands behind a FaultProxy, and whose certificate it shows there. */
export interface FaultProxyOptions {
  /** Of the server behind. */
  readonly url: string
  readonly ca: Buffer
  /** Client certificate with which requests are passed on. */
  readonly cert: Buffer
  readonly key: Buffer
}

/** What of a request is passed on, beside its body. */
type ForwardedRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** Stands between clients and a server, and goes wrong when it is told to. */
export class FaultProxy {
  readonly #options: FaultProxyOptions
  readonly #agent: Agent
  readonly #server: Server
  readonly #faults: Fault[] = []
  readonly #watches = new Set<ServerResponse>()
  readonly #requests: FaultRequest[] = []

  private constructor(options: FaultProxyOptions) {
    this.#options = options
    const { ca, cert, key } = options
    this.#agent = new Agent({ keepAlive: true, ca, cert, key })
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy())
    })
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  /** Where clients go: HTTP without TLS. */
  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`
  }

  /** What came by, in order. */
  get requests(): readonly FaultRequest[] {
    return this.#requests
  }

  /** Watches that are open. */
  get openWatches(): number {
    return this.#watches.size
  }

  /** The next requests that match are answered with a Status, such as 410 Expired. */
  refuse(code: number, reason: string, target: FaultTarget & { readonly retryAfterSeconds?: number } = {}): void {
    const { retryAfterSeconds } = target
    this.#add(target, {
      type: 'refuse',
      code,
      reason,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    })
  }

  /** Their connections break before the server has seen the request. */
  drop(target: FaultTarget = {}): void {
    this.#add(target, { type: 'drop' })
  }

  /** The server does what they ask, and the answer is lost. */
  dropAnswer(target: FaultTarget = {}): void {
    this.#add(target, { type: 'dropAnswer' })
  }

  /** They take so much longer. */
  delay(ms: number, target: FaultTarget = {}): void {
    this.#add(target, { type: 'delay', ms })
  }

  /** Another writer changes the object just before: an update with a resourceVersion is a conflict then. */
  conflict(target: FaultTarget = {}): void {
    this.#add({ verb: ['update', 'patch'], ...target }, { type: 'conflict' })
  }

  /** Forgets the faults that have not happened yet. */
  clear(): void {
    this.#faults.length = 0
  }

  /** Breaks the connections of all open watches, in the middle of an event when `partial` is set. */
  dropWatches({ partial = false }: { readonly partial?: boolean } = {}): void {
    for (const response of this.#watches) {
      if (partial) response.write('{"type":"MODIFIED","object":{"kind"')
      setImmediate(() => response.destroy())
    }
    this.#watches.clear()
  }

  /** Ends all open watches as a server does after their time. */
  endWatches(): void {
    for (const response of this.#watches) response.end()
    this.#watches.clear()
  }

  /** Ends all open watches with an ERROR event: default 410, the version is too old. */
  failWatches(code = 410, reason = 'Expired'): void {
    const line = `${JSON.stringify({ type: 'ERROR', object: statusOf(code, reason) })}\n`
    for (const response of this.#watches) response.end(line)
    this.#watches.clear()
  }

  /** May be called twice. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    this.#agent.destroy()
    await closed
  }

  #add({ times = 1, ...target }: FaultTarget, action: FaultAction): void {
    this.#faults.push({ target, action, left: times })
  }

  /** Those that match, up to the first after which the request goes no further. */
  #take(request: FaultRequest): readonly FaultAction[] {
    const taken: FaultAction[] = []
    for (const fault of [...this.#faults]) {
      if (!matches(fault.target, request)) continue
      if (--fault.left <= 0) this.#faults.splice(this.#faults.indexOf(fault), 1)
      taken.push(fault.action)
      if (fault.action.type === 'refuse' || fault.action.type === 'drop') break
    }
    return taken
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = faultRequestOf(incoming.method ?? 'GET', incoming.url ?? '/')
    this.#requests.push(request)
    const chunks: Buffer[] = []
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
    let dropAnswer = false
    for (const action of this.#take(request)) {
      if (action.type === 'delay') await sleep(action.ms)
      else if (action.type === 'conflict') await this.#interfere(incoming, request)
      else if (action.type === 'dropAnswer') dropAnswer = true
      else if (action.type === 'drop') {
        response.destroy()
        return
      } else {
        refuse(response, action)
        return
      }
    }
    if (response.destroyed) return
    const answer = await this.#forward(incoming, Buffer.concat(chunks), response)
    if (dropAnswer) {
      answer.resume()
      await once(answer, 'end')
      response.destroy()
    } else this.#passOn(answer, response, request.verb === 'watch')
  }

  #forward(incoming: ForwardedRequest, body: Buffer, response?: ServerResponse): Promise<IncomingMessage> {
    const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = incoming.headers
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(this.#options.url + (incoming.url ?? '/'), {
        method: incoming.method,
        agent: this.#agent,
        headers: { ...headers, ...(body.length > 0 ? { 'content-length': body.length } : {}) },
      })
      response?.on('close', () => outgoing.destroy())
      outgoing.on('response', resolve).on('error', reject).end(body)
    })
  }

  #passOn(answer: IncomingMessage, response: ServerResponse, isWatch: boolean): void {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    response.flushHeaders()
    answer.on('error', () => response.destroy())
    if (!isWatch || answer.statusCode !== 200) {
      answer.pipe(response)
      return
    }
    this.#watches.add(response)
    response.on('close', () => this.#watches.delete(response))
    // By hand: what was ended or broken meanwhile gets no more.
    answer.on('data', (chunk: Buffer) => {
      if (!response.writableEnded && !response.destroyed) response.write(chunk)
    })
    answer.on('end', () => response.end())
  }

  /** Writes an annotation, as somebody else would who is a little faster. */
  async #interfere(incoming: IncomingMessage, { path, resource }: FaultRequest): Promise<void> {
    const slash = resource.indexOf('/')
    const object = slash < 0 ? path : path.slice(0, path.length - (resource.length - slash))
    const patch = { metadata: { annotations: { 'testing.apiserver-kit/interfered': String(performance.now()) } } }
    const headers = { ...incoming.headers, 'content-type': 'application/merge-patch+json' }
    delete headers['content-length']
    const answer = await this.#forward({ method: 'PATCH', url: object, headers }, Buffer.from(JSON.stringify(patch)))
    answer.resume()
    await once(answer, 'end')
  }
}

const statusOf = (code: number, reason: string, retryAfterSeconds?: number): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `a fault was injected: ${reason}`,
  reason,
  code,
  ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
})

function refuse(response: ServerResponse, action: FaultAction & { readonly type: 'refuse' }): void {
  const { code, reason, retryAfterSeconds } = action
  response.writeHead(code, {
    'content-type': 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  })
  response.end(JSON.stringify(statusOf(code, reason, retryAfterSeconds)))
}
