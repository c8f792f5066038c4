import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { groupResource } from '../meta/group-version.ts'
import type { InstalledGroup } from '../registry/installed.ts'
import { ResourceRegistry } from '../registry/resource-registry.ts'
import type { Resource } from '../registry/resource.ts'
import { migrateStorages, type StorageMigration } from '../registry/storage-migration.ts'
import type { Backend } from '../storage/backend.ts'
import { application } from './application.ts'
import { Auditing } from './auditing.ts'
import { Draining } from './filters/draining.ts'
import { ServerMetrics } from './metrics/server-metrics.ts'
import { defaults, type ApiServerOptions } from './options.ts'
import { HealthRoutes } from './routes/health.ts'
import { ownCertificates, renewDaily, writePrivate, type OwnCertificates } from './serving/certificate-files.ts'
import { kubeconfigText } from './serving/kubeconfig.ts'
import { SecureServer } from './serving/secure-server.ts'
import { ServingCertificates } from './serving/serving-certificates.ts'
import { serverLog } from './server-log.ts'
import { Shutdown } from './shutdown.ts'
import { ServerStores } from './stores.ts'
import { surroundingsOf } from './surroundings-of.ts'
import type { Surroundings } from './surroundings.ts'

/**
 * An extension API server: install resources, then {@link listen}. Several in one process do not know of each other.
 *
 * ```ts
 * await new ApiServer({ backend: new LmdbBackend('./data') }).install(new FlunderResource()).listen()
 * ```
 */
export class ApiServer {
  readonly options: ApiServerOptions & typeof defaults
  readonly log: Logger
  readonly health: HealthRoutes
  readonly metrics = new ServerMetrics()
  readonly #registry = new ResourceRegistry()
  readonly #stores: ServerStores
  readonly #draining = new Draining()
  readonly #shutdown: Shutdown
  #surroundings: Surroundings | undefined
  #certificates: ServingCertificates | undefined
  #renewal: NodeJS.Timeout | undefined
  #auditing: Auditing | undefined
  #serving: SecureServer | undefined
  #own: OwnCertificates | undefined
  #ready = false
  #stopping: Promise<void> | undefined

  constructor(options: ApiServerOptions) {
    this.options = { ...defaults, ...definedOf(options) }
    this.log = options.log ?? serverLog({ verbosity: this.options.verbosity, format: this.options.loggingFormat })
    this.health = new HealthRoutes(this.log)
    this.#shutdown = new Shutdown(this.#draining, this.options)
    this.#stores = new ServerStores(this.options.backend, this.options.etcdPrefix)
  }

  /** Serves a resource. `backend` is its own store, where that is not the server's. Only before {@link listen}. */
  install(resource: Resource, options: { readonly backend?: Backend } = {}): this {
    if (this.#serving) throw new TypeError('install resources before listen')
    this.#registry.install(resource)
    if (options.backend) this.#stores.assign(resource, options.backend)
    return this
  }

  /** Opens the stores and serves. Rejects, with everything closed again, when a store or the port is taken, or the cluster refuses. */
  async listen(): Promise<this> {
    try {
      this.#auditing = Auditing.of(this.options, this.log, this.metrics)
      const surroundings = await surroundingsOf(this.options, this.#registry, this.log, this.metrics)
      this.#surroundings = surroundings
      // After the author's own, which discovery then names first.
      for (const resource of surroundings.resources) this.#registry.install(resource)
      await this.#stores.open(this.#registry.resources)
      const { tlsCertFile, certDir } = this.options
      // Behind a cluster and with a certificate given, none is made: the file system may be read-only.
      if (surroundings.trustsOwnAuthority || tlsCertFile === undefined)
        this.#own = ownCertificates(certDir, this.#hostNames())
      await surroundings.start(this.#own?.ca.certificate ?? '')
      await this.#serve(surroundings)
    } catch (error) {
      await this.close()
      throw error
    }
    this.#ready = true
    return this
  }

  /**
   * Rewrites every stored object in the version that new ones are written in: to be done after a change of storageVersion or encodedVersion, before the
   * older version is no longer declared. On a server that listens, besides its work; on another one, the stores are opened for it and the server is closed.
   */
  async migrateStorage(signal?: AbortSignal): Promise<readonly StorageMigration[]> {
    const listens = this.#serving !== undefined
    try {
      if (!listens) await this.#stores.open(this.#registry.resources)
      return await migrateStorages(this.#registry.resources, signal)
    } finally {
      if (!listens) await this.close()
    }
  }

  /** `https://host:port`, after {@link listen}. */
  get url(): string {
    const { bindAddress } = this.options
    const host = ['0.0.0.0', '::', ''].includes(bindAddress) ? '127.0.0.1' : bindAddress
    return `https://${host.includes(':') ? `[${host}]` : host}:${String(this.#listening.port)}`
  }

  /** A kubeconfig of the administrator of a server that stands alone, after {@link listen}. */
  get kubeconfig(): string {
    if (!this.#own || !this.#certificates)
      throw new Error('the server does not listen yet, or has no administrator of its own')
    const { tlsCertFile } = this.options
    const authority = tlsCertFile === undefined ? this.#own.ca.certificate : this.#certificates.certificate
    return kubeconfigText(this.url, authority, this.#own.admin)
  }

  /** Names of the resources installed, in the order of their installation. */
  get resourceNames(): readonly string[] {
    return this.#registry.resources.map(({ storageVersion }) =>
      groupResource({ group: storageVersion.group, resource: storageVersion.plural }),
    )
  }

  /** What is served, as discovery and the manifests of a deployment tell it. */
  get groups(): readonly InstalledGroup[] {
    return this.#registry.groups
  }

  /** Stops at once: no new requests, watches end, what is under way comes to its end, stores are closed. May be called twice. */
  close(): Promise<void> {
    return (this.#stopping ??= this.#shutdown.abrupt(this.#serving).finally(() => this.#stop()))
  }

  /**
   * Stops so that no client notices: the server is not ready, after --shutdown-delay-duration it takes nobody in any more, and those who are connected
   * are told to go with their next answer; then as {@link close}.
   */
  shutDown(): Promise<void> {
    if (!this.#serving) return this.close()
    return (this.#stopping ??= this.#shutdown.graceful(this.#serving).finally(() => this.#stop()))
  }

  get #listening(): SecureServer {
    if (!this.#serving) throw new Error('the server does not listen yet')
    return this.#serving
  }

  readonly #unusableFile = (error: unknown): void => {
    this.log.error({ err: error }, 'a certificate file cannot be used: what was there before stays')
  }

  #hostNames(): string[] {
    const { bindAddress } = this.options
    const names = new Set(['localhost', '127.0.0.1', '::1', hostname()])
    if (bindAddress !== '' && bindAddress !== '0.0.0.0' && bindAddress !== '::') names.add(bindAddress)
    return [...names]
  }

  async #serve(surroundings: Surroundings): Promise<void> {
    const { options } = this
    const { tlsCertFile, tlsPrivateKeyFile } = options
    const given =
      tlsCertFile !== undefined && tlsPrivateKeyFile !== undefined
        ? { certFile: tlsCertFile, keyFile: tlsPrivateKeyFile }
        : undefined
    // The own ones are files too, so that new ones are taken up in the same way.
    if (this.#own) this.#renewal = renewDaily(options.certDir, this.#hostNames(), this.#unusableFile)
    const main = given ?? this.#own?.servingFiles
    if (!main) throw new Error('--tls-cert-file and --tls-private-key-file go together: give both or neither')
    const certificates = new ServingCertificates({
      main,
      ...(options.tlsSniCertKey ? { sni: options.tlsSniCertKey } : {}),
      ...(options.tlsMinVersion ? { minVersion: options.tlsMinVersion } : {}),
      ...(options.tlsCipherSuites === undefined ? {} : { ciphers: options.tlsCipherSuites }),
      onError: this.#unusableFile,
    })
    this.#certificates = certificates
    certificates.setAuthorities(surroundings.authorities)
    surroundings.onAuthoritiesChanged(() => {
      certificates.setAuthorities(surroundings.authorities)
    })
    this.#addHealthChecks(surroundings)
    this.#serving = new SecureServer(
      {
        certificates,
        ...(options.http2MaxStreamsPerConnection === undefined
          ? {}
          : { http2MaxStreamsPerConnection: options.http2MaxStreamsPerConnection }),
        ...(options.disableHttp2Serving ? { disableHttp2: true } : {}),
        onHandshakeError: () => {
          this.metrics.handshakeFailed()
        },
      },
      application({
        options,
        registry: this.#registry,
        surroundings,
        auditing: this.#auditing,
        draining: this.#draining,
        isRefusing: () => this.#shutdown.isRefusing,
        health: this.health,
        metrics: this.metrics,
        log: this.log,
        serverAddress: () => `:${String(this.#listening.port)}`,
      }),
    )
    await this.#serving.listen(options.securePort, options.bindAddress)
    if (options.writeKubeconfig !== undefined) writePrivate(options.writeKubeconfig, this.kubeconfig)
  }

  #addHealthChecks(surroundings: Surroundings): void {
    this.health.add({ name: 'ping', check: () => undefined })
    this.health.add({ name: 'log', check: () => undefined })
    this.health.add({
      name: 'etcd',
      check: () => this.#stores.check(),
    })
    for (const check of surroundings.healthChecks) this.health.add(check)
    this.health.add({
      name: 'shutdown',
      on: ['readyz'],
      check: () => {
        if (this.#stopping) throw new Error('process is shutting down')
        if (!this.#ready) throw new Error('the server is starting')
      },
    })
  }

  async #stop(): Promise<void> {
    clearInterval(this.#renewal)
    this.#certificates?.close()
    await this.#auditing?.close()
    await this.#surroundings?.close()
    for (const resource of this.#registry.resources) await resource.close()
    await this.#stores.close()
  }
}

/** An option that is there but undefined does not hide its default. */
const definedOf = (options: ApiServerOptions): ApiServerOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as ApiServerOptions
