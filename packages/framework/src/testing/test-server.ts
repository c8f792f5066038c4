import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import type { AdmissionPlugin } from '../auth/admission/plugin.ts'
import type { Authorizer } from '../auth/authorization/authorizer.ts'
import { Client, type ClientOptions } from '../client/client.ts'
import { isAlreadyExists } from '../client/error-kinds.ts'
import { KubeConfig, type PemSource } from '../client/kube-config.ts'
import type { ResourceKind } from '../client/resource-kind.ts'
import type { Resource } from '../registry/resource.ts'
import { ApiServer } from '../server/api-server.ts'
import type { Backend } from '../storage/backend.ts'
import { MemoryBackend } from '../storage/backends/memory/index.ts'
import { FaultProxy } from './fault-proxy.ts'

/** What a TestServer is made of. Every member has a default. */
export interface TestServerOptions {
  /** Served beside the namespaces, leases and events that every server without a cluster has. */
  readonly resources?: readonly Resource[]
  readonly admission?: readonly AdmissionPlugin[]
  readonly authorizers?: readonly Authorizer[]
  /** Default: memory. */
  readonly backend?: Backend
  /** Made at the start, beside `default`. */
  readonly namespaces?: readonly string[]
  /** Default: says nothing. */
  readonly log?: Logger
}

/** Who a client of a TestServer is, beside the options of every Client. */
export interface TestClientOptions extends ClientOptions {
  /** Who asks. Default: the administrator, who may do everything. */
  readonly user?: string
  readonly groups?: readonly string[]
}

const Namespace: ResourceKind = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', scope: 'Cluster' }

/**
 * A whole server in this process, for tests, with a client that goes to it through {@link faults}:
 *
 * ```ts
 * const server = await TestServer.start({ resources: [new WidgetResource()] })
 * await server.client.resource(Widget).create(…)
 * server.faults.dropWatches()
 * await server.close()
 * ```
 */
export class TestServer {
  readonly apiServer: ApiServer
  /** The administrator, through {@link faults}. */
  readonly client: Client
  /** What is to go wrong between clients and the server. */
  readonly faults: FaultProxy
  /** The administrator, past the faults: to arrange and to look. */
  readonly directClient: Client
  /** Removed by {@link close}; for whatever a test wants to write. */
  readonly directory: string
  /** The administrator's, past the faults: for processes and tools. */
  readonly kubeconfig: string
  readonly #clients: Client[] = []

  private constructor(apiServer: ApiServer, directClient: Client, faults: FaultProxy, directory: string) {
    this.apiServer = apiServer
    this.directClient = directClient
    this.faults = faults
    this.directory = directory
    this.kubeconfig = join(directory, 'kubeconfig')
    this.client = this.newClient()
  }

  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const directory = mkdtempSync(join(tmpdir(), 'test-server-'))
    const apiServer = new ApiServer({
      backend: options.backend ?? new MemoryBackend(),
      bindAddress: '127.0.0.1',
      securePort: 0,
      certDir: join(directory, 'certificates'),
      writeKubeconfig: join(directory, 'kubeconfig'),
      standalone: true,
      ...(options.admission ? { admission: options.admission } : {}),
      ...(options.authorizers ? { authorizers: options.authorizers } : {}),
      log: options.log ?? pino({ level: 'silent' }),
    })
    for (const resource of options.resources ?? []) apiServer.install(resource)
    await apiServer.listen()
    const config = KubeConfig.load(join(directory, 'kubeconfig'))
    const [ca, cert, key] = [config.ca, config.cert, config.key].map(dataOf)
    if (!ca || !cert || !key) throw new Error('the server wrote a kubeconfig without certificates')
    const faults = await FaultProxy.start({ url: apiServer.url, ca, cert, key })
    const server = new TestServer(apiServer, new Client(config), faults, directory)
    for (const namespace of options.namespaces ?? []) await server.createNamespace(namespace)
    return server
  }

  /** Another client, through the faults; closed with the server. */
  newClient({ user, groups, ...options }: TestClientOptions = {}): Client {
    const impersonation = {
      ...(user === undefined ? {} : { 'Impersonate-User': user }),
      ...(groups === undefined ? {} : { 'Impersonate-Group': groups }),
    }
    const client = new Client(new KubeConfig({ server: this.faults.url, impersonation }), options)
    this.#clients.push(client)
    return client
  }

  /** Also when it is there already. */
  async createNamespace(name: string): Promise<void> {
    await this.directClient
      .resource(Namespace)
      .create({ metadata: { name } })
      .catch((error: unknown) => {
        if (!isAlreadyExists(error)) throw error
      })
  }

  /** A kubeconfig whose requests go through the faults, for processes of their own. Returns the file. */
  writeFaultyKubeconfig(): string {
    const file = join(this.directory, 'faulty.kubeconfig')
    const cluster = { name: 'test', cluster: { server: this.faults.url } }
    const context = { name: 'test', context: { cluster: 'test', user: 'test' } }
    const user = { name: 'test', user: {} }
    const config = { apiVersion: 'v1', kind: 'Config', 'current-context': 'test' }
    writeFileSync(file, JSON.stringify({ ...config, clusters: [cluster], contexts: [context], users: [user] }))
    return file
  }

  /** Ends everything and removes the files. May be called twice. */
  async close(): Promise<void> {
    for (const client of [...this.#clients, this.directClient]) client.close()
    await this.faults.close()
    await this.apiServer.close()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

const dataOf = (source: PemSource | undefined): Buffer | undefined =>
  source && 'data' in source ? source.data : undefined
