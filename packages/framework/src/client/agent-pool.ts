import { readFile } from 'node:fs/promises'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { ConfigError } from './config-error.ts'
import type { ClientCertificate } from './credentials.ts'
import type { KubeConfig, PemSource } from './kube-config.ts'

/** How often certificates in files are looked at. */
const rereadMs = 60_000
/** First probe of a silent connection; the kernel gives up about ten seconds later. */
const keepAliveMs = 30_000
/** A connection that nobody uses is closed after this, before most servers and load balancers would. */
const idleMs = 60_000

interface Material {
  readonly ca: Buffer | string | undefined
  readonly cert: Buffer | string | undefined
  readonly key: Buffer | string | undefined
}

/** Kept-alive connections to one server. When a certificate changes, new connections use the new one and old ones end with their requests. */
export class AgentPool {
  readonly #config: KubeConfig
  readonly #secure: boolean
  #agent: HttpAgent | undefined
  #material: Material | undefined
  #checkedAt = -Infinity
  #closed = false

  constructor(config: KubeConfig) {
    this.#config = config
    this.#secure = config.server.startsWith('https:')
  }

  /** Throws {@link ConfigError} when a certificate cannot be read. */
  async agent(): Promise<HttpAgent> {
    if (this.#closed) throw new ConfigError('the client is closed')
    if (!this.#secure) return (this.#agent ??= new HttpAgent(pooling))
    const own = await this.#config.credentials.certificate?.()
    if (this.#agent && !this.#stale(own)) return this.#agent
    let material: Material
    try {
      material = await readMaterial(this.#config, own)
    } catch (cause) {
      if (!this.#agent) throw new ConfigError(`cannot read certificates: ${(cause as Error).message}`, { cause })
      this.#checkedAt = performance.now()
      return this.#agent
    }
    this.#checkedAt = performance.now()
    if (!this.#agent || !sameMaterial(material, this.#material)) this.#replace(material)
    return this.#agent ?? this.#replace(material)
  }

  /** Ends idle connections and those in use. */
  close(): void {
    this.#closed = true
    this.#agent?.destroy()
  }

  #stale(own: ClientCertificate | undefined): boolean {
    if (own && own.cert !== this.#material?.cert) return true
    const { ca, cert, key } = this.#config
    const inFiles = [ca, cert, key].some((source) => source !== undefined && 'file' in source)
    return inFiles && performance.now() - this.#checkedAt >= rereadMs
  }

  #replace(material: Material): HttpAgent {
    const { server, tlsServerName, insecureSkipTlsVerify } = this.#config
    const host = new URL(server).hostname.replace(/^\[|\]$/g, '')
    const servername = tlsServerName ?? (isIP(host) ? '' : host)
    let secureContext
    try {
      secureContext = createSecureContext({ ...material, minVersion: 'TLSv1.2' })
    } catch (cause) {
      throw new ConfigError(`cannot use certificates: ${(cause as Error).message}`, { cause })
    }
    const old = this.#agent
    this.#agent = new HttpsAgent({ ...pooling, secureContext, servername, rejectUnauthorized: !insecureSkipTlsVerify })
    this.#material = material
    for (const sockets of Object.values(old?.freeSockets ?? {})) for (const socket of sockets ?? []) socket.destroy()
    return this.#agent
  }
}

const pooling = {
  keepAlive: true,
  keepAliveMsecs: keepAliveMs,
  timeout: idleMs,
  maxFreeSockets: 16,
  scheduling: 'lifo',
} as const

async function readMaterial({ ca, cert, key }: KubeConfig, own: ClientCertificate | undefined): Promise<Material> {
  const read = async (source: PemSource | undefined): Promise<Buffer | undefined> =>
    source && ('data' in source ? source.data : await readFile(source.file))
  return { ca: await read(ca), cert: own?.cert ?? (await read(cert)), key: own?.key ?? (await read(key)) }
}

const sameMaterial = (a: Material, b: Material | undefined): boolean =>
  b !== undefined && (['ca', 'cert', 'key'] as const).every((part) => String(a[part]) === String(b[part]))
