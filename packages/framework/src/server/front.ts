import type { ApiServerOptions, defaults } from './options.ts'
import { renewDaily, type OwnCertificates } from './serving/certificate-files.ts'
import { SecureServer, type RequestListener } from './serving/secure-server.ts'
import { ServingCertificates } from './serving/serving-certificates.ts'
import type { Surroundings } from './surroundings.ts'

export interface FrontParts {
  readonly options: ApiServerOptions & typeof defaults
  readonly own: OwnCertificates | undefined
  /** False where another process makes the own ones anew. */
  readonly renewsOwn: boolean
  readonly hostNames: readonly string[]
  readonly surroundings: Surroundings
  readonly application: RequestListener
  readonly onUnusableFile: (error: unknown) => void
  readonly onHandshakeError: () => void
}

/** The port with its certificates, and who answers there now: the next server of a reload takes it over with all its connections. */
export class Front {
  readonly serving: SecureServer
  readonly certificates: ServingCertificates
  readonly #renewal: NodeJS.Timeout | undefined
  #application: RequestListener
  #surroundings: Surroundings

  constructor(parts: FrontParts) {
    const { options, own } = parts
    const { tlsCertFile, tlsPrivateKeyFile, certDir } = options
    const given =
      tlsCertFile !== undefined && tlsPrivateKeyFile !== undefined
        ? { certFile: tlsCertFile, keyFile: tlsPrivateKeyFile }
        : undefined
    const main = given ?? own?.servingFiles
    if (!main) throw new Error('--tls-cert-file and --tls-private-key-file go together: give both or neither')
    // The own ones are files too, so that new ones are taken up in the same way.
    if (own && parts.renewsOwn) this.#renewal = renewDaily(certDir, [...parts.hostNames], parts.onUnusableFile)
    this.certificates = new ServingCertificates({
      main,
      ...(options.tlsSniCertKey ? { sni: options.tlsSniCertKey } : {}),
      ...(options.tlsMinVersion ? { minVersion: options.tlsMinVersion } : {}),
      ...(options.tlsCipherSuites === undefined ? {} : { ciphers: options.tlsCipherSuites }),
      ...(options.tlsCurvePreferences === undefined ? {} : { curves: options.tlsCurvePreferences }),
      onError: parts.onUnusableFile,
    })
    this.#application = parts.application
    this.#surroundings = parts.surroundings
    this.#followAuthorities(parts.surroundings)
    this.serving = new SecureServer(
      {
        certificates: this.certificates,
        ...(options.http2MaxStreamsPerConnection === undefined
          ? {}
          : { http2MaxStreamsPerConnection: options.http2MaxStreamsPerConnection }),
        ...(options.disableHttp2Serving ? { disableHttp2: true } : {}),
        onHandshakeError: parts.onHandshakeError,
      },
      (request, response) => {
        this.#application(request, response)
      },
    )
  }

  /** From now on, `application` answers, on the connections that there are too. */
  pass(application: RequestListener, surroundings: Surroundings): void {
    this.#application = application
    this.#surroundings = surroundings
    this.#followAuthorities(surroundings)
  }

  close(): void {
    clearInterval(this.#renewal)
    this.certificates.close()
  }

  #followAuthorities(surroundings: Surroundings): void {
    this.certificates.setAuthorities(surroundings.authorities)
    surroundings.onAuthoritiesChanged(() => {
      if (surroundings === this.#surroundings) this.certificates.setAuthorities(surroundings.authorities)
    })
  }
}
