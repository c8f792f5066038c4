import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { groupResource } from '../meta/group-version.ts'
import type { InstalledGroup } from '../registry/installed.ts'
import { outlives } from '../registry/outlives.ts'
import { ResourceRegistry } from '../registry/resource-registry.ts'
import type { Resource } from '../registry/resource.ts'
import { migrateStorages, type StorageMigration } from '../registry/storage-migration.ts'
import type { Backend } from '../storage/backend.ts'
import { application } from './application.ts'
import { Auditing } from './auditing.ts'
import { Draining, type DrainingOptions } from './filters/draining.ts'
import { Front } from './front.ts'
import { ServerMetrics } from './metrics/server-metrics.ts'
import { defaults, type ApiServerOptions } from './options.ts'
import { HealthRoutes } from './routes/health.ts'
import { ownCertificates, writePrivate, type OwnCertificates } from './serving/certificate-files.ts'
import { kubeconfigText } from './serving/kubeconfig.ts'
import type { Listener } from './serving/listener.ts'
import type { RequestListener, SecureServer } from './serving/secure-server.ts'
import { serverLog } from './server-log.ts'
import { Shutdown } from './shutdown.ts'
import { ServerStores } from './stores.ts'
import { Tracer } from './tracing/tracer.ts'
import { surroundingsOf } from './surroundings-of.ts'
import type { Surroundings } from './surroundings.ts'
import type { Processes } from './workers/processes.ts'

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
  #auditing: Auditing | undefined
  #tracer: Tracer | undefined
  #front: Front | undefined
  #own: OwnCertificates | undefined
  /** Whose places this one has taken, while something of theirs is still under way. */
  #former = new Set<ApiServer>()
  #ready = false
  #stopping: Promise<void> | undefined
  #leads = true
  #listener: Listener | undefined

  constructor(options: ApiServerOptions) {
    this.options = { ...defaults, ...definedOf(options) }
    this.log = options.log ?? serverLog({ verbosity: this.options.verbosity, format: this.options.loggingFormat })
    this.health = new HealthRoutes(this.log)
    this.#shutdown = new Shutdown({ stop: (limits) => this.#endRequests(limits) }, this.options)
    this.#stores = new ServerStores(this.options.backend, this.options.etcdPrefix, this.metrics.storage)
  }

  /** Serves a resource. `backend` is its own store, where that is not the server's. Only before {@link listen}. */
  install(resource: Resource, options: { readonly backend?: Backend } = {}): this {
    if (this.#front) throw new TypeError('install resources before listen')
    this.#registry.install(resource)
    if (options.backend) this.#stores.assign(resource, options.backend)
    return this
  }

  /**
   * Opens the stores and serves. Rejects, with everything closed again, when a store or the port is taken, or the cluster refuses. With `replacing`, a server
   * of this process that listens, its port, connections, stores and revisions are taken over, and its watches go on where the resource is still the same;
   * when that fails, the other one goes on as it was.
   */
  async listen({ replacing }: { readonly replacing?: ApiServer } = {}): Promise<this> {
    try {
      this.#tracer = await Tracer.of(this.options.tracingConfigFile, this.log)
      this.#auditing = Auditing.of(this.options, this.log, this.metrics)
      const surroundings = await surroundingsOf(this.options, this.#registry, this.log, this.metrics)
      this.#surroundings = surroundings
      // After the author's own, which discovery then names first.
      for (const resource of surroundings.resources) this.#registry.install(resource)
      if (replacing) this.#stores.share(replacing.#stores)
      await this.#stores.open(this.#registry.resources, { traced: this.#tracer !== undefined })
      const { tlsCertFile, certDir } = this.options
      // Behind a cluster and with a certificate given, none is made: the file system may be read-only.
      if (surroundings.trustsOwnAuthority || tlsCertFile === undefined)
        this.#own = ownCertificates(certDir, this.#hostNames())
      await surroundings.start(this.#own?.ca.certificate ?? '')
      if (replacing) this.#replace(replacing, surroundings)
      else await this.#serve(surroundings)
    } catch (error) {
      await this.close()
      throw error
    }
    this.#ready = true
    return this
  }

  /** Before {@link listen}: other processes of this server serve, too. As {@link runApiServer} does it for `--workers`. */
  join(processes: Processes): this {
    this.#leads = processes.leads
    this.#listener = processes.listener
    this.#stores.shareAmong((store) => processes.backendGroup(store))
    return this
  }

  /** Instead of {@link listen}: has the stores open for the processes that serve. */
  async keep(processes: Processes): Promise<void> {
    await this.join(processes).#stores.keep()
  }

  /**
   * Rewrites every stored object in the version that new ones are written in: to be done after a change of storageVersion or encodedVersion, before the
   * older version is no longer declared. On a server that listens, besides its work; on another one, the stores are opened for it and the server is closed.
   */
  async migrateStorage(signal?: AbortSignal): Promise<readonly StorageMigration[]> {
    const listens = this.#front !== undefined
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
    if (!this.#own || !this.#front)
      throw new Error('the server does not listen yet, or has no administrator of its own')
    const { tlsCertFile } = this.options
    const authority = tlsCertFile === undefined ? this.#own.ca.certificate : this.#front.certificates.certificate
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
    return (this.#stopping ??= this.#shutdown.abrupt(this.#front?.serving).finally(() => this.#stop()))
  }

  /**
   * Stops so that no client notices: the server is not ready, after --shutdown-delay-duration it takes nobody in any more, and those who are connected
   * are told to go with their next answer; then as {@link close}.
   */
  shutDown(): Promise<void> {
    if (!this.#front) return this.close()
    return (this.#stopping ??= this.#shutdown.graceful(this.#front.serving).finally(() => this.#stop()))
  }

  get #listening(): SecureServer {
    if (!this.#front) throw new Error('the server does not listen yet')
    return this.#front.serving
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
    this.#front = new Front({
      options,
      own: this.#own,
      renewsOwn: this.#leads,
      hostNames: this.#hostNames(),
      surroundings,
      application: this.#application(surroundings),
      onUnusableFile: this.#unusableFile,
      onHandshakeError: () => {
        this.metrics.handshakeFailed()
      },
    })
    if (this.#listener) await this.#listening.listenBy(this.#listener)
    else await this.#listening.listen(options.securePort, options.bindAddress)
    if (options.writeKubeconfig !== undefined && this.#leads) writePrivate(options.writeKubeconfig, this.kubeconfig)
  }

  /** Without a moment in which nobody answers. What the other one has under way comes to its end there. */
  #replace(other: ApiServer, surroundings: Surroundings): void {
    const front = other.#front
    if (!front || other.#stopping) throw new Error('the server to replace does not listen')
    const answer = this.#application(surroundings)
    this.#front = front
    this.#former = other.#former.add(other)
    front.pass(answer, surroundings)
    this.#stores.takeOver(other.#stores)
    other.#stopping = other.#retire(this.#registry).finally(() => this.#former.delete(other))
  }

  /** Another one answers now: watches that it would answer differently come back to it, the others end here when their clients end them. */
  async #retire(next: ResourceRegistry): Promise<void> {
    await this.#surroundings?.close()
    this.#draining.endSome(({ info }) => !outlives(info, this.#registry, next))
    await this.#draining.idle()
    await this.#closeParts()
  }

  /** Also of those whose places it has taken. */
  async #endRequests(limits: DrainingOptions): Promise<void> {
    await Promise.all([this, ...this.#former].map((server) => server.#draining.stop(limits)))
  }

  #application(surroundings: Surroundings): RequestListener {
    this.#addHealthChecks(surroundings)
    return application({
      options: this.options,
      registry: this.#registry,
      surroundings,
      auditing: this.#auditing,
      tracer: this.#tracer,
      draining: this.#draining,
      isRefusing: () => this.#shutdown.isRefusing,
      health: this.health,
      metrics: this.metrics,
      log: this.log,
      serverAddress: () => `:${String(this.#listening.port)}`,
    })
  }

  #addHealthChecks(surroundings: Surroundings): void {
    this.health.add({ name: 'ping', check: () => undefined })
    this.health.add({ name: 'log', check: () => undefined })
    this.health.add({
      name: 'etcd',
      check: () => this.#stores.check(this.options.etcdHealthcheckTimeoutSeconds * 1000),
    })
    this.health.add({
      name: 'etcd-readiness',
      on: ['readyz'],
      check: () => this.#stores.check(this.options.etcdReadycheckTimeoutSeconds * 1000),
    })
    for (const hook of [
      ...surroundings.startHooks,
      this.options.enablePriorityAndFairness ? 'priority-and-fairness-filter' : 'max-in-flight-filter',
      'start-apiserver-admission-initializer',
    ])
      this.health.add({
        name: `poststarthook/${hook}`,
        check: () => {
          if (!this.#ready) throw new Error('not finished')
        },
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
    this.#front?.close()
    for (const server of [this, ...this.#former]) await server.#closeParts()
    await this.#stores.close()
  }

  async #closeParts(): Promise<void> {
    await this.#auditing?.close()
    await this.#tracer?.close()
    await this.#surroundings?.close()
    for (const resource of this.#registry.resources) await resource.close()
  }
}

/** An option that is there but undefined does not hide its default. */
const definedOf = (options: ApiServerOptions): ApiServerOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as ApiServerOptions
