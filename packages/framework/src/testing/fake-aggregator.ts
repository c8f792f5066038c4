import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { Client, type ClientOptions } from '../client/client.ts'
import { StaticCredentials } from '../client/credentials.ts'
import { KubeConfig } from '../client/kube-config.ts'
import type { UserInfo } from '../request/context.ts'
import type { CertificateAndKey } from '../server/serving/certificate-builder.ts'
import type { FakeCluster } from './fake-cluster/fake-cluster.ts'

/** Which server stands behind a FakeAggregator, and how the two trust each other. */
export interface FakeAggregatorOptions {
  /** Signs the certificate of the front proxy, and knows users' tokens. */
  readonly cluster: FakeCluster
  /** Of the extension API server. */
  readonly url: string
  /** What its APIServices name. */
  readonly group: string
  readonly versions: readonly string[]
  /** Who signs its serving certificate, PEM. Default: it is not checked. */
  readonly caBundle?: string
  /** How often it looks whether the server is there. Default 30 s, as the real one. */
  readonly pollMs?: number
}

/** The Available condition of an APIService. */
export interface Availability {
  readonly available: boolean
  readonly reason: 'Passed' | 'FailedDiscoveryCheck'
  readonly message: string
}

type User = Partial<UserInfo> & Pick<UserInfo, 'name'>

const checker: User = { name: 'system:kube-aggregator', groups: ['system:masters'] }
const openApiReader: User = { name: 'system:aggregator' }
const checkTimeoutMs = 5000
const aggregated = ['v2', 'v2beta1'].map(
  (v) => `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`,
)

/**
 * Stands before an extension API server as kube-apiserver's aggregation layer does: says in `X-Remote-*` who asks, with
 * the certificate of the front proxy, hands on what belongs to the group, and polls discovery and OpenAPI.
 *
 * ```ts
 * const aggregator = await FakeAggregator.start({ cluster, url: server.url, group: 'example.com', versions: ['v1'] })
 * await aggregator.clientAs({ name: 'alice', groups: ['readers'] }).resource(Widget).list()
 * ```
 *
 * Source: kube-aggregator pkg/apiserver.
 */
export class FakeAggregator {
  readonly #options: FakeAggregatorOptions
  readonly #server: Server
  readonly #proxy: CertificateAndKey
  readonly #users = new Map<string, User>()
  readonly #clients: Client[] = []
  readonly #poller: NodeJS.Timeout
  #availability: Availability = { available: false, reason: 'FailedDiscoveryCheck', message: 'not looked at yet' }
  #etag: string | undefined
  #discovery: unknown

  private constructor(options: FakeAggregatorOptions) {
    this.#options = options
    this.#proxy = options.cluster.proxyCertificate()
    this.#server = createServer((incoming, response) => {
      this.#hand(incoming, response).catch(() => response.destroy())
    })
    this.#server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#upgrade(incoming, socket, head)
    })
    this.#poller = setInterval(() => void this.poll(), options.pollMs ?? 30_000).unref()
  }

  /** Polls once before it resolves. */
  static async start(options: FakeAggregatorOptions): Promise<FakeAggregator> {
    const aggregator = new FakeAggregator(options)
    aggregator.#server.listen(0, '127.0.0.1')
    await once(aggregator.#server, 'listening')
    await aggregator.poll()
    return aggregator
  }

  /** Where clients go: HTTP without TLS. */
  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`
  }

  get availability(): Availability {
    return this.#availability
  }

  /** The server's kinds, as the last poll found them: an APIGroupDiscoveryList. */
  get discovery(): unknown {
    return this.#discovery
  }

  /** A client of this user; closed with the aggregator. */
  clientAs(user: User, options: ClientOptions = {}): Client {
    const credentials = StaticCredentials.bearer(this.tokenOf(user))
    const client = new Client(new KubeConfig({ server: this.url, credentials }), options)
    this.#clients.push(client)
    return client
  }

  /** A bearer token that the aggregator takes for this user. */
  tokenOf(user: User): string {
    const token = randomUUID()
    this.#users.set(token, user)
    return token
  }

  /** Looks whether the server is there, and reads its discovery when it changed; as often as `pollMs` says, and when called. */
  async poll(): Promise<Availability> {
    this.#availability = await this.#check()
    if (this.#availability.available) await this.#readDiscovery().catch(() => undefined)
    return this.#availability
  }

  /** Reads a document of OpenAPI with the user that does so in a cluster. */
  async openApi(path = '/openapi/v2'): Promise<unknown> {
    const { body } = await this.#get(path, openApiReader, { accept: 'application/json' })
    return JSON.parse(body) as unknown
  }

  /** May be called twice. */
  async close(): Promise<void> {
    clearInterval(this.#poller)
    for (const client of this.#clients) client.close()
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #check(): Promise<Availability> {
    const { group, versions, url } = this.#options
    for (const version of versions) {
      const path = `/apis/${group}/${version}`
      const failed = await this.#get(path, checker).then(
        ({ status }) =>
          status >= 200 && status < 300 ? undefined : `bad status from ${url}${path}: ${String(status)}`,
        (error: unknown) => `failing or missing response from ${url}${path}: ${String(error)}`,
      )
      if (failed !== undefined) return { available: false, reason: 'FailedDiscoveryCheck', message: failed }
    }
    return { available: true, reason: 'Passed', message: 'all checks passed' }
  }

  async #readDiscovery(): Promise<void> {
    const accept = aggregated.join(',')
    const conditions = { accept, ...(this.#etag === undefined ? undefined : { 'if-none-match': this.#etag }) }
    const { status, headers, body } = await this.#get('/apis', checker, conditions)
    if (status !== 200) return
    this.#etag = headers.etag
    this.#discovery = JSON.parse(body) as unknown
  }

  async #get(
    path: string,
    user: User,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
    const outgoing = httpsRequest(this.#target('GET', path, { ...headers, ...remoteHeaders(user) }))
    outgoing.setTimeout(checkTimeoutMs, () => outgoing.destroy(new Error('no answer in time')))
    outgoing.end()
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    let body = ''
    for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) body += chunk
    return { status: answer.statusCode ?? 0, headers: answer.headers, body }
  }

  #target(method: string, path: string, headers: RequestOptions['headers']): RequestOptions {
    const { url, caBundle } = this.#options
    const { hostname, port } = new URL(url)
    const trust = caBundle === undefined ? { rejectUnauthorized: false } : { ca: caBundle }
    const { certificate: cert, key } = this.#proxy
    return { hostname, port, method, path, headers, cert, key, agent: false, ...trust }
  }

  /** Where a request goes on to, or with which code it is refused. */
  #admit(incoming: IncomingMessage): RequestOptions | number {
    const { group, versions } = this.#options
    const [, apis, asked, version] = new URL(incoming.url ?? '/', 'http://localhost').pathname.split('/')
    if (apis !== 'apis' || asked !== group || !versions.includes(version ?? '')) return 404
    const user = this.#users.get(/^Bearer (.+)$/.exec(incoming.headers.authorization ?? '')?.[1] ?? '')
    if (!user) return 401
    if (!this.#availability.available) return 503
    const headers = { ...withoutIdentity(incoming.headers), ...remoteHeaders(user), 'x-forwarded-for': '127.0.0.1' }
    return this.#target(incoming.method ?? 'GET', incoming.url ?? '/', headers)
  }

  async #hand(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = this.#admit(incoming)
    if (typeof target === 'number') {
      response.writeHead(target, { 'content-type': 'text/plain' }).end(target === 503 ? 'service unavailable\n' : '')
      return
    }
    const outgoing = httpsRequest(target)
    response.on('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    response.flushHeaders()
    answer.on('error', () => response.destroy())
    answer.pipe(response)
  }

  #upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    const target = this.#admit(incoming)
    socket.on('error', () => socket.destroy())
    if (typeof target === 'number') {
      socket.end(`HTTP/1.1 ${String(target)} Refused\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const outgoing = httpsRequest(target)
    outgoing.on('error', () => socket.destroy())
    outgoing.on('response', (answer) => {
      socket.write(headOf(answer))
      answer.pipe(socket)
    })
    outgoing.on('upgrade', (answer, behind, first) => {
      socket.write(Buffer.concat([Buffer.from(headOf(answer)), first]))
      behind.write(head)
      behind.on('error', () => socket.destroy()).pipe(socket)
      socket.on('close', () => behind.destroy()).pipe(behind)
    })
    outgoing.end()
  }
}

/** What a stranger says about himself is not handed on. */
const withoutIdentity = (headers: IncomingMessage['headers']): IncomingMessage['headers'] =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => name !== 'authorization' && !name.startsWith('x-remote-')),
  )

/** A name or key in the part of a header that names it: bytes that may not stand there are percent-encoded. */
const escaped = (key: string): string =>
  encodeURIComponent(key.toLowerCase()).replace(/[()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)

function remoteHeaders({ name, uid = '', groups = [], extra = {} }: User): Record<string, string | string[]> {
  const more = Object.entries(extra).map(([key, values]) => [`X-Remote-Extra-${escaped(key)}`, [...values]] as const)
  return {
    'X-Remote-User': name,
    ...(uid ? { 'X-Remote-Uid': uid } : {}),
    'X-Remote-Group': [...groups, 'system:authenticated'],
    ...Object.fromEntries(more),
  }
}

function headOf({ statusCode = 502, statusMessage = '', rawHeaders }: IncomingMessage): string {
  let head = `HTTP/1.1 ${String(statusCode)} ${statusMessage}\r\n`
  for (let i = 0; i < rawHeaders.length; i += 2) head += `${rawHeaders[i] ?? ''}: ${rawHeaders[i + 1] ?? ''}\r\n`
  return `${head}\r\n`
}
