import { basename } from 'node:path'
import type { KubeObject } from '../meta/object.ts'
import { parseJson, stringify, type JsonValue } from '../util/json.ts'
import { Connections } from './connections.ts'
import { KubeConfig } from './kube-config.ts'
import { discoveryPath, kindFrom, type DynamicObject } from './discover-kind.ts'
import { RateLimit } from './rate-limit.ts'
import { ResourceClient } from './resource-client.ts'
import type { ResourceKind } from './resource-kind.ts'
import { Transport, type AnswerObserver } from './transport.ts'
import type { WriteGuard } from './write-guard.ts'

/** How a Client asks: under which name, how long it waits, at which rate. */
export interface ClientOptions {
  /** Default: the program's name, the platform and `apiserver-kit`. */
  readonly userAgent?: string
  /** How long the server may be silent before a request fails. Watches have their own time. Default 65 s. */
  readonly requestTimeoutMs?: number
  /** The longest answer, and the longest event of a watch, in bytes. Default 256 MiB. */
  readonly maxResponseBytes?: number
  /** Gets the text of every Warning header. Default: each different one is told once, on standard error. */
  readonly onWarning?: (text: string) => void
  /**
   * The most requests in a second, after a first `burst`; further ones wait. Watches do not count. Default: no limit of
   * the client's, because servers have priority and fairness.
   */
  readonly qps?: number
  /** Default twice `qps`. */
  readonly burst?: number
  /** Default true: all goes over one connection where the server speaks HTTP/2. */
  readonly http2?: boolean
}

/** A request by its path, for what has no kind. The body is sent as JSON. */
export interface RawRequest {
  readonly method?: string
  /** `/version`, `/apis/…`, with its query. */
  readonly path: string
  readonly body?: JsonValue
  readonly signal?: AbortSignal
}

/** Source: client-go rest/warnings.go, with the de-duplication that its programs use. */
function warnOnce(): (text: string) => void {
  const told = new Set<string>()
  return (text) => {
    if (told.has(text) || told.size >= maxWarnings) return
    told.add(text)
    process.emitWarning(text, 'KubernetesWarning')
  }
}

const maxWarnings = 1000
const defaultUserAgent = (): string =>
  `${basename(process.argv[1] ?? 'node').replace(/[^\w.-]/g, '_')} (${process.platform}/${process.arch}) apiserver-kit`

/** Talks to one API server: `client.resource(Flunder).namespace('default').get('f1')`. */
export class Client {
  readonly config: KubeConfig
  readonly #options: ClientOptions
  readonly #transport: Transport
  readonly #maxResponseBytes: number
  readonly #kinds = new Map<string, ResourceKind<DynamicObject>>()

  constructor(config: KubeConfig = KubeConfig.load(), options: ClientOptions = {}, transport?: Transport) {
    this.config = config
    this.#options = options
    this.#maxResponseBytes = options.maxResponseBytes ?? 256 * 1024 * 1024
    this.#transport =
      transport ??
      new Transport(
        config,
        {
          userAgent: options.userAgent ?? defaultUserAgent(),
          requestTimeoutMs: options.requestTimeoutMs ?? 65_000,
          maxResponseBytes: this.#maxResponseBytes,
          onWarning: options.onWarning ?? warnOnce(),
          rateLimit:
            options.qps === undefined ? undefined : new RateLimit(options.qps, options.burst ?? 2 * options.qps),
        },
        new Connections(config, options),
      )
  }

  /** A client over the same connections that asks the guard before every write, at the last moment. Reads pass. */
  guarded(guard: WriteGuard): Client {
    return new Client(this.config, this.#options, this.#transport.with({ guard }))
  }

  /** A client over the same connections whose answers are counted. */
  observed(onAnswer: AnswerObserver): Client {
    return new Client(this.config, this.#options, this.#transport.with({ onAnswer }))
  }

  /** A client over the same connections that tells its warnings here, unless it was made to tell them elsewhere. */
  warning(onWarning: (text: string) => void): Client {
    return this.#options.onWarning ? this : new Client(this.config, this.#options, this.#transport.with({ onWarning }))
  }

  /** The objects of a kind: of all namespaces, until `namespace()` chooses one. */
  resource<T extends KubeObject>(kind: ResourceKind<T>): ResourceClient<T> {
    return new ResourceClient(this.#transport, kind, { maxEventBytes: this.#maxResponseBytes })
  }

  /**
   * A kind that is known at run time only, as the server's discovery describes it. A StatusError of 404 where the server has
   * no such kind. What was found is remembered.
   */
  async kind(apiVersion: string, kind: string, signal?: AbortSignal): Promise<ResourceKind<DynamicObject>> {
    const key = `${apiVersion}/${kind}`
    const known = this.#kinds.get(key)
    if (known) return known
    const list = await this.request({ path: discoveryPath(apiVersion), ...(signal ? { signal } : {}) })
    const found = kindFrom(list, apiVersion, kind)
    this.#kinds.set(key, found)
    return found
  }

  /** A request of any path whose answer is JSON: discovery, `/version`, kinds that are known only at run time. */
  async request({ method = 'GET', path, body, signal }: RawRequest): Promise<JsonValue> {
    const answer = await this.#transport.fetch({
      method,
      path,
      ...(body === undefined ? {} : { body: stringify(body), headers: { 'Content-Type': 'application/json' } }),
      ...(signal ? { signal } : {}),
    })
    return answer.length === 0 ? null : parseJson(answer)
  }

  /** Ends all connections: running requests and watches fail. May be called twice. */
  close(): void {
    this.#transport.close()
  }
}
