import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls'
import { WatchedFiles } from '../../util/watched-file.ts'
import type { CertificateAndKey } from './certificate-builder.ts'

/** A certificate and its key in files; `names`: the hosts it is for, by default those that it says itself. */
export interface CertificateFiles {
  readonly certFile: string
  readonly keyFile: string
  readonly names?: readonly string[]
}

export interface ServingCertificatesOptions {
  /** For whoever asks for no host that another is for. */
  readonly main: CertificateAndKey | CertificateFiles
  readonly sni?: readonly CertificateFiles[]
  readonly minVersion?: SecureVersion
  /** OpenSSL's list. */
  readonly ciphers?: string
  /** OpenSSL's list. Default Node's. */
  readonly curves?: string
  /** Told of files that cannot be used; what was there before them stays. */
  readonly onError: (error: unknown) => void
}

interface Loaded {
  readonly files: CertificateFiles | undefined
  pair: CertificateAndKey
}

/** What the server shows to clients in the TLS handshake, by the host they ask for; read again when the files change. */
export class ServingCertificates {
  readonly #options: ServingCertificatesOptions
  readonly #watched: WatchedFiles[] = []
  readonly #main: Loaded
  readonly #sni: readonly Loaded[]
  #authorities: readonly string[] = []
  #byName = new Map<string, SecureContext>()
  /** Told when {@link contextOptions} are other ones. */
  onChange: () => void = () => undefined

  /** Throws when a file cannot be read, or a key does not belong to its certificate. */
  constructor(options: ServingCertificatesOptions) {
    this.#options = options
    try {
      this.#main = 'certFile' in options.main ? this.#load(options.main) : { files: undefined, pair: options.main }
      this.#sni = (options.sni ?? []).map((files) => this.#load(files))
      this.#build()
    } catch (error) {
      this.close()
      throw error
    }
  }

  get certificate(): string {
    return this.#main.pair.certificate
  }

  /** For the hosts that no other certificate is for. */
  get contextOptions(): SecureContextOptions {
    return this.#contextOptions(this.#main.pair)
  }

  /** PEM of the authorities that clients are told of. */
  setAuthorities(authorities: readonly string[]): void {
    this.#authorities = authorities
    this.#build()
    this.onChange()
  }

  /** For tls's SNICallback: undefined is the main certificate. Exact names come before wildcards. */
  contextFor(host: string): SecureContext | undefined {
    const name = host.toLowerCase()
    return this.#byName.get(name) ?? this.#byName.get(name.replace(/^[^.]+/, '*'))
  }

  /** May be called twice. */
  close(): void {
    for (const files of this.#watched) files.close()
  }

  #load(files: CertificateFiles): Loaded {
    const watched = new WatchedFiles(
      [files.certFile, files.keyFile],
      (contents) => {
        const pair = pairOf(contents)
        // Throws when they do not belong together: half of a new pair is not used.
        createSecureContext(this.#contextOptions(pair))
        loaded.pair = pair
        this.#build()
        this.onChange()
      },
      this.#options.onError,
    )
    this.#watched.push(watched)
    const loaded: Loaded = { files, pair: pairOf(watched.contents) }
    return loaded
  }

  #build(): void {
    createSecureContext(this.contextOptions)
    const byName = new Map<string, SecureContext>()
    const contexts = this.#sni.map((loaded) => ({
      loaded,
      context: createSecureContext(this.#contextOptions(loaded.pair)),
    }))
    const add = (names: readonly string[], context: SecureContext): void => {
      for (const name of names) if (!byName.has(name.toLowerCase())) byName.set(name.toLowerCase(), context)
    }
    // Names that somebody wrote down come before those that a certificate happens to have.
    for (const { loaded, context } of contexts) add(loaded.files?.names ?? [], context)
    for (const { loaded, context } of contexts)
      if (!loaded.files?.names?.length) add(namesOf(loaded.pair.certificate), context)
    this.#byName = byName
  }

  #contextOptions({ certificate, key }: CertificateAndKey): SecureContextOptions {
    const { minVersion = 'TLSv1.2', ciphers, curves } = this.#options
    return {
      cert: certificate,
      key,
      minVersion,
      ...(this.#authorities.length ? { ca: [...this.#authorities] } : {}),
      ...(ciphers === undefined ? {} : { ciphers, honorCipherOrder: true }),
      ...(curves === undefined ? {} : { ecdhCurve: curves }),
    }
  }
}

const pairOf = ([certificate = '', key = '']: readonly string[]): CertificateAndKey => ({ certificate, key })

/** DNS names of a certificate. */
function namesOf(pem: string): string[] {
  const { subjectAltName = '' } = new X509Certificate(pem)
  return subjectAltName.split(', ').flatMap((name) => (name.startsWith('DNS:') ? [name.slice('DNS:'.length)] : []))
}
