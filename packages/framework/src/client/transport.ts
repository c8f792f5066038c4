import { setMaxListeners } from 'node:events'
import {
  request as httpRequest,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import type { StatusError } from '../meta/status.ts'
import { AgentPool } from './agent-pool.ts'
import { ConnectionError } from './connection-error.ts'
import type { KubeConfig } from './kube-config.ts'
import { errorOfResponse } from './response-status.ts'
import type { WriteGuard } from './write-guard.ts'

export interface TransportRequest {
  readonly method: string
  /** With its query, below the server's own path. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly signal?: AbortSignal
  /** How long to wait for the answer's headers and, for plain requests, between its bytes. */
  readonly timeoutMs?: number
  /** Wait and ask again when the server answers 429 or 5xx with Retry-After. Default true. */
  readonly retry?: boolean
}

export interface TransportOptions {
  readonly userAgent: string
  readonly requestTimeoutMs: number
  readonly maxResponseBytes: number
  readonly onWarning: ((text: string) => void) | undefined
  /** Asked before everything that may change something, at the last moment. */
  readonly guard?: WriteGuard
  readonly onAnswer?: AnswerObserver
}

/** Told of each answer, or with no code of a request that had none. */
export type AnswerObserver = (code: number | undefined, method: string, host: string) => void

/** What transports to one server share. */
interface Connections {
  readonly pool: AgentPool
  readonly open: AbortController
}

/** Source: client-go rest/request.go, maxRetries. */
const maxRetries = 10
const maxErrorBytes = 1 << 20
const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Requests over kept-alive connections with credentials, retries and limits. What it throws is a StatusError, a ConnectionError or the signal's reason. */
export class Transport {
  readonly #config: KubeConfig
  readonly #options: TransportOptions
  readonly #connections: Connections
  readonly #base: URL
  readonly #basePath: string

  constructor(config: KubeConfig, options: TransportOptions, connections?: Connections) {
    this.#config = config
    this.#options = options
    this.#connections = connections ?? { pool: new AgentPool(config), open: manyListeners(new AbortController()) }
    this.#base = new URL(config.server)
    this.#basePath = this.#base.pathname.replace(/\/$/, '')
  }

  /** The same connections, for requests that the guard lets pass. */
  guarded(guard: WriteGuard): Transport {
    return new Transport(this.#config, { ...this.#options, guard }, this.#connections)
  }

  /** The same connections; the observer hears of every answer. */
  observed(onAnswer: AnswerObserver): Transport {
    return new Transport(this.#config, { ...this.#options, onAnswer }, this.#connections)
  }

  /** The whole body of a 2xx answer. */
  async fetch(request: TransportRequest): Promise<Buffer> {
    const response = await this.stream(request)
    return this.#read(response, request, this.#options.maxResponseBytes)
  }

  /** A 2xx answer whose body is still to come: read it to its end or destroy it. */
  async stream(request: TransportRequest): Promise<IncomingMessage> {
    for (let attempt = 0, renewed = false; ; attempt++) {
      const response = await this.#send(request)
      const code = response.statusCode ?? 0
      if (code >= 200 && code < 300) return response
      const error = errorOfResponse(code, response.headers, await this.#read(response, request, maxErrorBytes))
      if (code === 401 && !renewed && this.#config.credentials.expire()) renewed = true
      else if (!mayRetry(request, error, attempt)) throw error
      else await pause(error.status.details?.retryAfterSeconds ?? 1, request.signal)
    }
  }

  /** Ends all connections; running requests fail. */
  close(): void {
    this.#connections.open.abort(new ConnectionError('the client was closed', { code: 'ECANCELED' }))
    this.#connections.pool.close()
  }

  async #send(request: TransportRequest): Promise<IncomingMessage> {
    request.signal?.throwIfAborted()
    const authorization = await this.#config.credentials.authorization()
    const options = {
      agent: await this.#connections.pool.agent(),
      protocol: this.#base.protocol,
      hostname: this.#base.hostname.replace(/^\[|\]$/g, ''),
      port: this.#base.port,
      method: request.method,
      path: this.#basePath + request.path,
      headers: {
        Accept: 'application/json',
        'User-Agent': this.#options.userAgent,
        ...this.#config.impersonation,
        ...(authorization ? { Authorization: authorization } : {}),
        ...(request.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(request.body)) }),
        ...request.headers,
      },
    }
    const response = await this.#answer(options, request)
    this.#warn(response.headers['warning'])
    return response
  }

  /** A kept-alive connection may be closed by the server just as a request leaves: those that change nothing are sent again. */
  async #answer(options: RequestOptions & { agent: Agent }, request: TransportRequest): Promise<IncomingMessage> {
    const guard = readingMethods.has(request.method) ? undefined : this.#options.guard
    const timeoutMs = request.timeoutMs ?? this.#options.requestTimeoutMs
    for (;;) {
      guard?.check()
      const sent = await send(options, request, { timeoutMs, open: this.#connections.open.signal, guard })
      const code = 'response' in sent ? sent.response.statusCode : undefined
      this.#options.onAnswer?.(code, request.method, this.#base.host)
      if ('response' in sent) return sent.response
      request.signal?.throwIfAborted()
      guard?.check()
      if (!(sent.reusedSocket && request.method === 'GET' && sent.code === 'ECONNRESET')) throw sent.error
    }
  }

  async #read(response: IncomingMessage, { signal, timeoutMs }: TransportRequest, maxBytes: number): Promise<Buffer> {
    const silenceMs = timeoutMs ?? this.#options.requestTimeoutMs
    const timer = setTimeout(() => response.destroy(timedOut()), silenceMs)
    try {
      return await readBody(response, maxBytes, timer)
    } catch (cause) {
      signal?.throwIfAborted()
      throw cause instanceof ConnectionError
        ? cause
        : new ConnectionError(`the answer broke off: ${(cause as Error).message}`, { cause })
    } finally {
      clearTimeout(timer)
    }
  }

  #warn(header: string | undefined): void {
    if (header === undefined || !this.#options.onWarning) return
    for (const [, text = ''] of header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g))
      this.#options.onWarning(text.replace(/\\(.)/g, '$1'))
  }
}

/** Each request under way listens: many are no leak. */
function manyListeners(controller: AbortController): AbortController {
  setMaxListeners(0, controller.signal)
  return controller
}

type Sent =
  | { readonly response: IncomingMessage }
  | { readonly error: ConnectionError; readonly code: string; readonly reusedSocket: boolean }

interface SendOptions {
  readonly timeoutMs: number
  readonly open: AbortSignal
  readonly guard: WriteGuard | undefined
}

function send(
  options: RequestOptions,
  { body, signal, method }: TransportRequest,
  { timeoutMs, open, guard }: SendOptions,
): Promise<Sent> {
  return new Promise((resolve) => {
    const request = (options.protocol === 'https:' ? httpsRequest : httpRequest)(options)
    const stop = (): void => void request.destroy()
    const signals = [signal, open, guard?.signal].filter((each) => each !== undefined)
    for (const each of signals) {
      each.addEventListener('abort', stop, { once: true })
      if (each.aborted) stop()
    }
    const timer = setTimeout(() => request.destroy(timedOut()), timeoutMs)
    request.on('response', (response) => {
      clearTimeout(timer)
      resolve({ response })
    })
    request.on('error', (cause) => {
      const error = new ConnectionError(
        `${method} ${String(options.hostname)}:${String(options.port)}: ${cause.message}`,
        { cause },
      )
      resolve({ error, code: error.code, reusedSocket: request.reusedSocket })
    })
    request.on('close', () => {
      clearTimeout(timer)
      for (const each of signals) each.removeEventListener('abort', stop)
    })
    if (guard) whenConnected(request, () => endGuarded(request, body, guard))
    else request.end(body)
  })
}

/** Between the check and the bytes there may be no wait, in which the process could be stopped: connect first. */
function whenConnected(request: ClientRequest, then: () => void): void {
  request.once('socket', (socket) => {
    if (socket.connecting) socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', then)
    else then()
  })
}

function endGuarded(request: ClientRequest, body: string | Buffer | undefined, guard: WriteGuard): void {
  try {
    guard.check()
    request.end(body)
  } catch (error) {
    request.destroy(error as Error)
  }
}

function mayRetry({ retry = true }: TransportRequest, error: StatusError, attempt: number): boolean {
  const told = error.status.details?.retryAfterSeconds
  return retry && attempt < maxRetries && told !== undefined && (error.code === 429 || error.code >= 500)
}

async function readBody(response: IncomingMessage, maxBytes: number, silence: NodeJS.Timeout): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    silence.refresh()
    size += chunk.length
    if (size > maxBytes) throw new ConnectionError(`the answer is longer than ${maxBytes} bytes`, { code: 'EMSGSIZE' })
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}

async function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(1000 * seconds, undefined, { signal }).catch((error: unknown) => {
    signal?.throwIfAborted()
    throw error
  })
}

const timedOut = (): ConnectionError => new ConnectionError('no answer in time', { code: 'ETIMEDOUT' })
