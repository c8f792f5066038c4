import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import Koa from 'koa'
import { pino, type Logger } from 'pino'
import { AdmissionChain } from '../auth/admission/chain.ts'
import { NamespaceLifecycle } from '../auth/admission/namespace-lifecycle.ts'
import { privilegedGroup } from '../auth/authentication/authenticator.ts'
import { AuthenticationChain } from '../auth/authentication/chain.ts'
import { PeerCertificates } from '../auth/authentication/peer-certificates.ts'
import { X509Authenticator } from '../auth/authentication/x509.ts'
import { AlwaysAllowPaths } from '../auth/authorization/always-allow-paths.ts'
import { DefaultRoles } from '../auth/authorization/default-roles.ts'
import { PrivilegedGroups } from '../auth/authorization/privileged-groups.ts'
import { UnionAuthorizer } from '../auth/authorization/union.ts'
import { DiscoveryRoutes } from '../endpoints/discovery/discovery-routes.ts'
import { Dispatcher } from '../endpoints/dispatcher.ts'
import { OpenApiRoutes } from '../endpoints/openapi/openapi-routes.ts'
import { groupResource } from '../meta/group-version.ts'
import { ResourceRegistry } from '../registry/resource-registry.ts'
import type { Resource } from '../registry/resource.ts'
import type { Backend } from '../storage/backend.ts'
import { Cacher } from '../storage/cacher/index.ts'
import type { Storage } from '../storage/storage.ts'
import { Store } from '../storage/store.ts'
import { director } from './director.ts'
import { filterChain } from './filters/chain.ts'
import { Draining } from './filters/draining.ts'
import { defaults, type ApiServerOptions } from './options.ts'
import type { RequestState } from './request-state.ts'
import { HealthRoutes } from './routes/health.ts'
import { ownCertificates, writePrivate, type OwnCertificates } from './serving/certificate-files.ts'
import { ClientAuthorities } from './serving/client-authorities.ts'
import { kubeconfigText } from './serving/kubeconfig.ts'
import { SecureServer, type RequestListener } from './serving/secure-server.ts'
import { ClusterResources } from './standalone/cluster-resources.ts'

/** Whoever asks, health is told. */
const pathsForEverybody = ['/healthz', '/readyz', '/livez']

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
  readonly #registry = new ResourceRegistry()
  readonly #backends = new Map<Resource, Backend>()
  readonly #storages: Storage[] = []
  readonly #draining = new Draining()
  readonly #cluster: ClusterResources | undefined
  #serving: SecureServer | undefined
  #own: OwnCertificates | undefined
  #ready = false
  #stopping: Promise<void> | undefined

  constructor(options: ApiServerOptions) {
    this.options = { ...defaults, ...definedOf(options) }
    this.log = options.log ?? pino({ level: 'warn' })
    this.health = new HealthRoutes(this.log)
    if (options.kubeconfig !== undefined)
      throw new Error(
        'a cluster behind the server (--kubeconfig) is not supported by this version: leave the flag away to run it alone',
      )
    this.#cluster = new ClusterResources(this.#registry)
  }

  /** Serves a resource. `backend` is its own store, where that is not the server's. Only before {@link listen}. */
  install(resource: Resource, options: { readonly backend?: Backend } = {}): this {
    if (this.#serving) throw new TypeError('install resources before listen')
    this.#registry.install(resource)
    if (options.backend) this.#backends.set(resource, options.backend)
    return this
  }

  /** Opens the stores and serves. Rejects, with everything closed again, when a store or the port is taken. */
  async listen(): Promise<this> {
    try {
      // After the author's own, which discovery then names first.
      for (const resource of this.#cluster?.resources ?? []) this.#registry.install(resource)
      await Promise.all([...this.#allBackends()].map((backend) => backend.open()))
      for (const resource of this.#registry.resources) this.#attach(resource)
      await Promise.all(this.#storages.map((storage) => storage.ready()))
      await this.#cluster?.start()
      await this.#serve()
    } catch (error) {
      await this.close()
      throw error
    }
    this.#ready = true
    return this
  }

  /** `https://host:port`, after {@link listen}. */
  get url(): string {
    const { bindAddress } = this.options
    const host = ['0.0.0.0', '::', ''].includes(bindAddress) ? '127.0.0.1' : bindAddress
    return `https://${host.includes(':') ? `[${host}]` : host}:${String(this.#listening.port)}`
  }

  /** A kubeconfig of the administrator, after {@link listen}. */
  get kubeconfig(): string {
    const { tlsCertFile } = this.options
    if (!this.#own) throw new Error('the server does not listen yet')
    return kubeconfigText(
      this.url,
      tlsCertFile === undefined ? this.#own.ca.certificate : readFileSync(tlsCertFile, 'utf8'),
      this.#own.admin,
    )
  }

  /** Names of the resources installed, in the order of their installation. */
  get resourceNames(): readonly string[] {
    return this.#registry.resources.map(({ storageVersion }) =>
      groupResource({ group: storageVersion.group, resource: storageVersion.plural }),
    )
  }

  /** Stops: no new requests, watches end, what is under way comes to its end, stores are closed. May be called twice. */
  close(): Promise<void> {
    return (this.#stopping ??= this.#stop())
  }

  get #listening(): SecureServer {
    if (!this.#serving) throw new Error('the server does not listen yet')
    return this.#serving
  }

  #allBackends(): Set<Backend> {
    return new Set([this.options.backend, ...this.#backends.values()])
  }

  #attach(resource: Resource): void {
    const backend = this.#backends.get(resource) ?? this.options.backend
    resource.attach({
      createStorage: (resourcePrefix, codec) => {
        const store = new Store(backend, { prefix: this.options.etcdPrefix, resourcePrefix, codec })
        const storage = new Cacher(store)
        this.#storages.push(storage)
        return storage
      },
    })
  }

  async #serve(): Promise<void> {
    const { bindAddress, securePort, certDir, tlsCertFile, tlsPrivateKeyFile } = this.options
    const names = new Set(['localhost', '127.0.0.1', '::1', hostname()])
    if (bindAddress !== '' && bindAddress !== '0.0.0.0' && bindAddress !== '::') names.add(bindAddress)
    this.#own = ownCertificates(certDir, [...names])
    const authorities = new ClientAuthorities(this.#own.ca.certificate, this.options.clientCaFile)
    const app = this.#application(authorities)
    this.#serving = new SecureServer(
      {
        certificate: tlsCertFile === undefined ? this.#own.serving.certificate : readFileSync(tlsCertFile, 'utf8'),
        key: tlsPrivateKeyFile === undefined ? this.#own.serving.key : readFileSync(tlsPrivateKeyFile, 'utf8'),
        clientAuthorities: authorities.certificates,
      },
      requestListener(app.callback()),
    )
    await this.#serving.listen(securePort, bindAddress)
    if (this.options.writeKubeconfig !== undefined) writePrivate(this.options.writeKubeconfig, this.kubeconfig)
  }

  #application(authorities: ClientAuthorities): Koa<RequestState> {
    const peers = new PeerCertificates()
    const app = new Koa<RequestState>()
    const chain = filterChain({
      log: this.log,
      draining: this.#draining,
      authenticator: new AuthenticationChain([new X509Authenticator(peers, authorities)], { anonymous: true }),
      authorizer: new UnionAuthorizer([
        new PrivilegedGroups(privilegedGroup),
        new AlwaysAllowPaths(pathsForEverybody),
        new DefaultRoles(),
      ]),
      requestTimeoutMs: this.options.requestTimeoutSeconds * 1000,
      maxReadsInFlight: this.options.maxRequestsInflight,
      maxWritesInFlight: this.options.maxMutatingRequestsInflight,
    })
    for (const filter of chain) app.use(filter)
    app.use(this.#director())
    return app
  }

  #director(): ReturnType<typeof director> {
    const plugins = [
      ...(this.#cluster ? [new NamespaceLifecycle(this.#cluster)] : []),
      ...(this.options.admission ?? []),
    ]
    const dispatcher = new Dispatcher(this.#registry, new AdmissionChain(plugins))
    dispatcher.refresh()
    this.#addHealthChecks()
    const groups = (): ResourceRegistry['groups'] => this.#registry.groups
    return director(
      dispatcher,
      [
        new DiscoveryRoutes(groups, { serverAddress: () => `:${String(this.#listening.port)}` }),
        new OpenApiRoutes(groups, { title: 'apiserver-kit', version: 'v0' }),
      ],
      this.health,
    )
  }

  #addHealthChecks(): void {
    this.health.add({ name: 'ping', check: () => undefined })
    this.health.add({ name: 'log', check: () => undefined })
    this.health.add({
      name: 'etcd',
      check: async () => {
        for (const backend of this.#allBackends()) await backend.currentRevision()
      },
    })
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
    this.#serving?.stopAccepting()
    await this.#draining.stop(this.options.requestTimeoutSeconds * 1000)
    this.#serving?.destroy()
    await this.#cluster?.close()
    for (const resource of this.#registry.resources) await resource.close()
    for (const backend of this.#allBackends()) await backend.close()
  }
}

/** An option that is there but undefined does not hide its default. */
const definedOf = (options: ApiServerOptions): ApiServerOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as ApiServerOptions

/** koa's listener speaks of HTTP/1.1 only, and of promises that nobody waits for: the chain catches everything. */
const requestListener =
  (callback: ReturnType<Koa['callback']>): RequestListener =>
  (request, response) => {
    void callback(request, response)
  }
