import { setMaxListeners } from 'node:events'
import { AgentPool } from './agent-pool.ts'
import { ConfigError } from './config-error.ts'
import { ConnectionError } from './connection-error.ts'
import { timedOut, whenAborted, type Exchange, type Sent } from './exchange.ts'
import { sendHttp1 } from './http1.ts'
import { Http2Connection } from './http2-session.ts'
import { sendHttp2 } from './http2.ts'
import type { KubeConfig } from './kube-config.ts'
import { TlsMaterial } from './tls-material.ts'

/**
 * The connections to one server: a single one of HTTP/2 where the server speaks it, or else some of HTTP/1.1. Guarded
 * writes always go over HTTP/1.1: Node gathers what goes over HTTP/2 for a moment, in which the guard's word may grow old.
 */
export class Connections {
  readonly #base: URL
  readonly #http1: AgentPool
  readonly #http2: Http2Connection | undefined
  readonly #open = new AbortController()

  constructor(config: KubeConfig, { http2 = true }: { readonly http2?: boolean } = {}) {
    this.#base = new URL(config.server)
    const material = this.#base.protocol === 'https:' ? new TlsMaterial(config) : undefined
    this.#http1 = new AgentPool(material)
    this.#http2 = material && http2 ? new Http2Connection(this.#base, material) : undefined
    // Each request under way listens: many are no leak.
    setMaxListeners(0, this.#open.signal)
  }

  /** Rejects with a ConfigError only. */
  async send(exchange: Exchange): Promise<Sent> {
    if (this.#open.signal.aborted) throw new ConfigError('the client is closed')
    const closing = { ...exchange, signals: [...exchange.signals, this.#open.signal] }
    if (!this.#http2 || exchange.guard) return sendHttp1(this.#base, this.#http1, closing)
    let session
    try {
      session = await within(this.#http2.session(), closing)
    } catch (error) {
      if (error instanceof ConnectionError) return { error, retry: 'never' }
      throw error
    }
    if (!session) return sendHttp1(this.#base, this.#http1, closing)
    return sendHttp2(this.#base, session, closing, () => this.#http2?.doubt(session))
  }

  /** Ends all connections; running requests fail. */
  close(): void {
    this.#open.abort(new ConnectionError('the client was closed', { code: 'ECANCELED' }))
    this.#http1.close()
    this.#http2?.close()
  }
}

/** The connection is opened for all; this one may not want to wait as long. */
function within<T>(opening: Promise<T>, { timeoutMs, signals }: Exchange): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timedOut()), timeoutMs)
    const forget = whenAborted(signals, () =>
      reject(new ConnectionError('given up while connecting', { code: 'ECANCELED' })),
    )
    const end = (): void => {
      clearTimeout(timer)
      forget()
    }
    opening.then(resolve, reject).finally(end)
  })
}
