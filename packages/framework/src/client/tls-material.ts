import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import { ConfigError } from './config-error.ts'
import type { ClientCertificate } from './credentials.ts'
import type { KubeConfig, PemSource } from './kube-config.ts'

/** How often certificates in files are looked at. */
const rereadMs = 60_000

interface Material {
  readonly ca: Buffer | string | undefined
  readonly cert: Buffer | string | undefined
  readonly key: Buffer | string | undefined
}

/** What tls.connect and agents take. */
export interface TlsSettings {
  readonly secureContext: SecureContext
  readonly servername: string
  readonly rejectUnauthorized: boolean
}

/** The certificates of a kubeconfig, read again when their files or its credentials change. */
export class TlsMaterial {
  readonly #config: KubeConfig
  #material: Material | undefined
  #settings: TlsSettings | undefined
  #checkedAt = -Infinity

  constructor(config: KubeConfig) {
    this.#config = config
  }

  /** The same object as long as nothing changes. Throws {@link ConfigError} when a certificate cannot be read. */
  async current(): Promise<TlsSettings> {
    const own = await this.#config.credentials.certificate?.()
    if (this.#settings && !this.#stale(own)) return this.#settings
    let material: Material
    try {
      material = await readMaterial(this.#config, own)
    } catch (cause) {
      if (!this.#settings) throw new ConfigError(`cannot read certificates: ${(cause as Error).message}`, { cause })
      this.#checkedAt = performance.now()
      return this.#settings
    }
    this.#checkedAt = performance.now()
    if (this.#settings && sameMaterial(material, this.#material)) return this.#settings
    this.#material = material
    return (this.#settings = this.#settingsOf(material))
  }

  #stale(own: ClientCertificate | undefined): boolean {
    if (own && own.cert !== this.#material?.cert) return true
    const { ca, cert, key } = this.#config
    const inFiles = [ca, cert, key].some((source) => source !== undefined && 'file' in source)
    return inFiles && performance.now() - this.#checkedAt >= rereadMs
  }

  #settingsOf(material: Material): TlsSettings {
    const { server, tlsServerName, insecureSkipTlsVerify } = this.#config
    const host = new URL(server).hostname.replace(/^\[|\]$/g, '')
    try {
      return {
        secureContext: createSecureContext({ ...material, minVersion: 'TLSv1.2' }),
        servername: tlsServerName ?? (isIP(host) ? '' : host),
        rejectUnauthorized: !insecureSkipTlsVerify,
      }
    } catch (cause) {
      throw new ConfigError(`cannot use certificates: ${(cause as Error).message}`, { cause })
    }
  }
}

async function readMaterial({ ca, cert, key }: KubeConfig, own: ClientCertificate | undefined): Promise<Material> {
  const read = async (source: PemSource | undefined): Promise<Buffer | undefined> =>
    source && ('data' in source ? source.data : await readFile(source.file))
  return { ca: await read(ca), cert: own?.cert ?? (await read(cert)), key: own?.key ?? (await read(key)) }
}

const sameMaterial = (a: Material, b: Material | undefined): boolean =>
  b !== undefined && (['ca', 'cert', 'key'] as const).every((part) => String(a[part]) === String(b[part]))
