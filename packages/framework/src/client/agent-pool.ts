import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { TlsMaterial, TlsSettings } from './tls-material.ts'

/** First probe of a silent connection; the kernel gives up about ten seconds later. */
const keepAliveMs = 30_000
/** A connection that nobody uses is closed after this, before most servers and load balancers would. */
const idleMs = 60_000

/**
 * Kept-alive HTTP/1.1 connections to one server. When a certificate changes, new connections use the new one and old ones
 * end with their requests.
 */
export class AgentPool {
  readonly #material: TlsMaterial | undefined
  #agent: HttpAgent | undefined
  #settings: TlsSettings | undefined

  /** `material` undefined: without TLS. */
  constructor(material: TlsMaterial | undefined) {
    this.#material = material
  }

  /** Throws a ConfigError when a certificate cannot be read. */
  async agent(): Promise<HttpAgent> {
    if (!this.#material) return (this.#agent ??= new HttpAgent(pooling))
    const settings = await this.#material.current()
    if (this.#agent && settings === this.#settings) return this.#agent
    const old = this.#agent
    this.#settings = settings
    this.#agent = new HttpsAgent({ ...pooling, ...settings })
    for (const sockets of Object.values(old?.freeSockets ?? {})) for (const socket of sockets ?? []) socket.destroy()
    return this.#agent
  }

  /** Ends idle connections and those in use. */
  close(): void {
    this.#agent?.destroy()
  }
}

const pooling = {
  keepAlive: true,
  keepAliveMsecs: keepAliveMs,
  timeout: idleMs,
  maxFreeSockets: 16,
  scheduling: 'lifo',
} as const
