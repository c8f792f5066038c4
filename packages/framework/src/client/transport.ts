import { setTimeout as sleep } from 'node:timers/promises'
import type { StatusError } from '../meta/status.ts'
import { ConnectionError } from './connection-error.ts'
import { Connections } from './connections.ts'
import { timedOut, type Answer } from './exchange.ts'
import type { KubeConfig } from './kube-config.ts'
import type { RateLimit } from './rate-limit.ts'
import { errorOfResponse } from './response-status.ts'
import { inSpan, traceHeader } from './trace-context.ts'
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
  /** Default true. */
  readonly rateLimited?: boolean
}

export interface TransportOptions {
  readonly userAgent: string
  readonly requestTimeoutMs: number
  readonly maxResponseBytes: number
  readonly onWarning: ((text: string) => void) | undefined
  readonly rateLimit: RateLimit | undefined
  /** Asked before everything that may change something, at the last moment. */
  readonly guard?: WriteGuard
  readonly onAnswer?: AnswerObserver
}

/** Told of each answer, or with no code of a request that had none. */
export type AnswerObserver = (code: number | undefined, method: string, host: string) => void

/** Source: client-go rest/request.go, maxRetries. */
const maxRetries = 10
const maxErrorBytes = 1 << 20
const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Requests with credentials, retries and limits. What it throws is a StatusError, a ConnectionError, a ConfigError or the signal's reason. */
export class Transport {
  readonly #config: KubeConfig
  readonly #options: TransportOptions
  readonly #connections: Connections
  readonly #host: string
  readonly #basePath: string

  constructor(config: KubeConfig, options: TransportOptions, connections = new Connections(config)) {
    this.#config = config
    this.#options = options
    this.#connections = connections
    const base = new URL(config.server)
    this.#host = base.host
    this.#basePath = base.pathname.replace(/\/$/, '')
  }

  /** The same connections with other options. */
  with(options: Partial<Pick<TransportOptions, 'guard' | 'onAnswer' | 'onWarning'>>): Transport {
    return new Transport(this.#config, { ...this.#options, ...options }, this.#connections)
  }

  /** The whole body of a 2xx answer. */
  async fetch(request: TransportRequest): Promise<Buffer> {
    const answer = await this.stream(request)
    return this.#read(answer, request, this.#options.maxResponseBytes)
  }

  /** A 2xx answer whose body is still to come: read it to its end or destroy it. */
  async stream(request: TransportRequest): Promise<Answer> {
    for (let attempt = 0, renewed = false; ; attempt++) {
      if (request.rateLimited ?? true) await this.#options.rateLimit?.wait(request.signal)
      const authorization = await this.#config.credentials.authorization()
      const answer = await inSpan(`HTTP ${request.method}`, () => this.#send(request, authorization), {
        kind: 'client',
        attributes: { 'http.request.method': request.method, 'server.address': this.#host },
      })
      const { statusCode: code, headers } = answer
      if (code >= 200 && code < 300) return answer
      const error = errorOfResponse(code, headers, await this.#read(answer, request, maxErrorBytes))
      if (code === 401 && !renewed && this.#config.credentials.expire(authorization)) renewed = true
      else if (!mayRetry(request, error, attempt)) throw error
      else await pause(error.status.details?.retryAfterSeconds ?? 1, request.signal)
    }
  }

  /** Ends all connections; running requests fail. */
  close(): void {
    this.#connections.close()
  }

  async #send(request: TransportRequest, authorization: string | undefined): Promise<Answer> {
    request.signal?.throwIfAborted()
    const headers = {
      Accept: 'application/json',
      'User-Agent': this.#options.userAgent,
      ...this.#config.impersonation,
      ...traceHeader(),
      ...(authorization ? { Authorization: authorization } : {}),
      ...(request.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(request.body)) }),
      ...request.headers,
    }
    const answer = await this.#answer(request, headers)
    this.#warn(answer.headers['warning'])
    return answer
  }

  /** What never reached the server is sent again; what perhaps did, when it changes nothing. */
  async #answer(
    request: TransportRequest,
    headers: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<Answer> {
    const { method, body, signal, timeoutMs = this.#options.requestTimeoutMs } = request
    const guard = readingMethods.has(method) ? undefined : this.#options.guard
    const signals = [signal, guard?.signal].filter((each) => each !== undefined)
    const exchange = { method, path: this.#basePath + request.path, headers, body, timeoutMs, signals, guard }
    for (let attempt = 0; ; attempt++) {
      guard?.check()
      const sent = await this.#connections.send(exchange)
      const answer = 'answer' in sent ? sent.answer : undefined
      this.#options.onAnswer?.(answer?.statusCode, method, this.#host)
      if ('answer' in sent) return sent.answer
      signal?.throwIfAborted()
      guard?.check()
      const again = sent.retry === 'always' || (sent.retry === 'reads' && method === 'GET')
      if (!again || attempt >= maxRetries) throw sent.error
    }
  }

  async #read(answer: Answer, { signal, timeoutMs }: TransportRequest, maxBytes: number): Promise<Buffer> {
    const silenceMs = timeoutMs ?? this.#options.requestTimeoutMs
    const timer = setTimeout(() => answer.destroy(timedOut()), silenceMs)
    try {
      return await readBody(answer, maxBytes, timer)
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

function mayRetry({ retry = true }: TransportRequest, error: StatusError, attempt: number): boolean {
  const told = error.status.details?.retryAfterSeconds
  return retry && attempt < maxRetries && told !== undefined && (error.code === 429 || error.code >= 500)
}

async function readBody({ body }: Answer, maxBytes: number, silence: NodeJS.Timeout): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
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
