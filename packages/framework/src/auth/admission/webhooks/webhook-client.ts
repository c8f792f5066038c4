import { readFile } from 'node:fs/promises'
import { Agent, request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { LRUCache } from 'lru-cache'
import { traceHeader } from '../../../client/trace-context.ts'
import type { KubeConfigUser } from '../../../client/kube-config-file.ts'
import type { PemSource } from '../../../client/kube-config.ts'
import { parseJson, type JsonValue } from '../../../util/json.ts'
import type { WebhookClientConfig } from '../configuration/registration.ts'
import { answerError, connectionProblem } from './webhook-failures.ts'
import type { WebhookUsers } from './webhook-users.ts'

/** Source: apiserver util/webhook/client.go defaultCacheSize. */
const maxServers = 200
/** Certificates in files are read again after this. */
const rereadMs = 60_000
const maxAnswerBytes = 16 * 1024 * 1024
const idleMs = 60_000

interface WebhookServer {
  readonly agent: Agent
  readonly user: KubeConfigUser | undefined
  readonly url: URL
  readonly madeAt: number
}

export interface WebhookCall {
  readonly body: string
  readonly timeoutSeconds: number
  readonly signal: AbortSignal
}

/** What came of asking one webhook. */
export interface WebhookOutcome {
  readonly name: string
  readonly type: 'admit' | 'validating'
  readonly operation: string
  readonly seconds: number
  /** 200, that with which it refused, or that of its failure. */
  readonly code: number
  /** Whether the request ends with it. */
  readonly rejected: boolean
  readonly error?: 'calling_webhook_error' | 'apiserver_internal_error'
}

/** Calls webhooks over kept-alive connections of HTTP/1.1. Source: apiserver util/webhook/client.go. */
export class WebhookClient {
  readonly #users: WebhookUsers
  /** Told of every call. */
  readonly onOutcome: ((outcome: WebhookOutcome) => void) | undefined
  readonly #servers = new LRUCache<string, WebhookServer>({
    max: maxServers,
    dispose: ({ agent }) => {
      agent.destroy()
    },
  })

  constructor(users: WebhookUsers, onOutcome?: (outcome: WebhookOutcome) => void) {
    this.#users = users
    this.onOutcome = onOutcome
  }

  /** The JSON of the answer. Throws an Error that says, in Go's words, why there is none. */
  async call(config: WebhookClientConfig, call: WebhookCall): Promise<JsonValue> {
    const server = await this.#server(config)
    const url = new URL(server.url)
    url.search = `?timeout=${String(call.timeoutSeconds)}s`
    const { status, headers, body } = await this.#send(server, url, call)
    if (status < 200 || status > 206) throw answerError(status, headers, body)
    return parseJson(body)
  }

  /** May be called twice. */
  close(): void {
    this.#servers.clear()
  }

  async #server(config: WebhookClientConfig): Promise<WebhookServer> {
    const key = JSON.stringify(config)
    const known = this.#servers.get(key)
    if (known && (!hasFiles(known.user) || performance.now() - known.madeAt < rereadMs)) return known
    const server = await this.#connect(config)
    this.#servers.set(key, server)
    return server
  }

  async #connect(config: WebhookClientConfig): Promise<WebhookServer> {
    const url = urlOf(config)
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const user = this.#users.of(`${host}:${url.port || '443'}`)
    const [cert, key] = await Promise.all([pem(user?.cert), pem(user?.key)])
    const agent = new Agent({
      keepAlive: true,
      timeout: idleMs,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      servername: isIP(host) ? '' : host,
      ...(config.caBundle ? { ca: Buffer.from(config.caBundle, 'base64') } : {}),
      ...(cert && key ? { cert, key } : {}),
    })
    return { agent, user, url, madeAt: performance.now() }
  }

  async #send(server: WebhookServer, url: URL, call: WebhookCall, again = false): Promise<Answer> {
    const authorization = await server.user?.credentials?.authorization()
    const headers = {
      Accept: 'application/json, */*',
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(call.body),
      'User-Agent': 'kube-apiserver-admission',
      ...server.user?.impersonation,
      ...traceHeader(),
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    }
    const timeout = AbortSignal.timeout(call.timeoutSeconds * 1000)
    const signal = AbortSignal.any([call.signal, timeout])
    const sent = httpsRequest(url, { method: 'POST', agent: server.agent, headers, signal })
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        sent.on('response', resolve).on('error', reject).end(call.body)
      })
      return { status: response.statusCode ?? 0, headers: response.headers, body: await bodyOf(response) }
    } catch (error) {
      // A kept-alive connection may be closed just as a request leaves.
      if (sent.reusedSocket && !again && isReset(error)) return await this.#send(server, url, call, true)
      throw connectionProblem(url, error, timeout.aborted)
    }
  }
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** Where a webhook is: a Service by the name that it has in the cluster. Throws for what is neither. */
export function urlOf({ service, url }: WebhookClientConfig): URL {
  if (service) {
    const { name, namespace, port = 443, path = '/' } = service
    return new URL(path.startsWith('/') ? path : `/${path}`, `https://${name}.${namespace}.svc:${String(port)}`)
  }
  if (!url) throw new Error('webhook configuration must have either service or URL')
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'https:') throw new Error(`Unparsable URL: ${JSON.stringify(url)} is no https URL`)
  return parsed
}

const hasFiles = (user: KubeConfigUser | undefined): boolean =>
  [user?.cert, user?.key].some((source) => source !== undefined && 'file' in source)

const pem = async (source: PemSource | undefined): Promise<Buffer | undefined> =>
  source && ('data' in source ? source.data : await readFile(source.file))

const isReset = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxAnswerBytes) throw new Error(`the answer is longer than ${String(maxAnswerBytes)} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
