import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request, type RequestOptions } from 'node:https'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClusterCertificates, type CertificatePaths } from './cluster-certificates.ts'
import type { ClusterBinaries } from './cluster-binaries.ts'
import type { ClusterNetwork } from './cluster-network.ts'
import { LoggedProcess } from './logged-process.ts'

const [firstPort, lastPort] = [8300, 8399]
const claims = new Set<string>()
process.once('exit', () => {
  for (const file of claims) rmSync(file, { force: true })
})

/** A free port that nobody else is given, even while nobody listens on it: what is killed by a test comes back there. */
export async function clusterPort(): Promise<number> {
  for (let port = firstPort; port <= lastPort; port++) {
    if (!claim(port)) continue
    const server = createServer().listen(port, '127.0.0.1')
    const free = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ]).catch(() => false)
    if (!free) continue
    server.close()
    await once(server, 'close')
    return port
  }
  throw new Error(`no port is free between ${String(firstPort)} and ${String(lastPort)}`)
}

/** Whether no process that lives, this one included, has the port. It is this one's until it ends. */
function claim(port: number): boolean {
  const file = join(tmpdir(), `apiserver-kit-port-${String(port)}`)
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
  } catch {
    if (isAlive(Number(readFileSync(file, 'utf8')))) return false
    writeFileSync(file, String(process.pid))
  }
  claims.add(file)
  return true
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Who somebody is at kube-apiserver, as a kubeconfig and as the files in it. */
export interface Identity extends CertificatePaths {
  readonly kubeconfig: string
}

export interface ClusterAnswer {
  readonly status: number
  readonly text: string
  /** The text as JSON. */
  readonly body: any
}

export interface ClusterRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly as?: Identity
}

/** A control plane of this machine's: etcd, kube-apiserver with its aggregation layer, kube-controller-manager. */
export class Cluster {
  readonly folder: string
  readonly certificates: ClusterCertificates
  readonly binaries: ClusterBinaries
  readonly url: string
  readonly admin: Identity
  readonly etcd: LoggedProcess
  readonly kubeApiserver: LoggedProcess
  readonly kubeControllerManager: LoggedProcess
  readonly #ports: Readonly<Record<'etcd' | 'peer' | 'apiserver' | 'controllers', number>>
  readonly #agents = new Map<string, Agent>()
  readonly #network: ClusterNetwork | undefined

  private constructor(
    binaries: ClusterBinaries,
    ports: Readonly<Record<'etcd' | 'peer' | 'apiserver' | 'controllers', number>>,
    network: ClusterNetwork | undefined,
  ) {
    this.binaries = binaries
    this.#network = network
    network?.attach(this)
    this.#ports = ports
    this.folder = mkdtempSync(join(tmpdir(), 'cluster-'))
    this.certificates = new ClusterCertificates(join(this.folder, 'pki'))
    this.url = `https://127.0.0.1:${String(ports.apiserver)}`
    this.admin = this.identity('admin', ['system:masters'])
    mkdirSync(join(this.folder, 'logs'))
    this.etcd = this.#process('etcd', binaries.etcd, this.#etcdFlags())
    this.kubeApiserver = this.#process('kube-apiserver', binaries.kubeApiserver, this.#apiserverFlags())
    const controllers = this.#controllerFlags()
    this.kubeControllerManager = this.#process('kube-controller-manager', binaries.kubeControllerManager, controllers)
  }

  /** With a network Services have addresses that lead somewhere, and Deployments have pods (which a PodNode runs). */
  static async start(binaries: ClusterBinaries, network?: ClusterNetwork): Promise<Cluster> {
    const ports = {
      etcd: await clusterPort(),
      peer: await clusterPort(),
      apiserver: await clusterPort(),
      controllers: await clusterPort(),
    }
    const cluster = new Cluster(binaries, ports, network)
    try {
      await cluster.etcd.start(() => fetch(`http://127.0.0.1:${String(ports.etcd)}/health`).then((a) => a.ok))
      await cluster.startApiserver()
      await cluster.kubeControllerManager.start(() =>
        cluster.send('GET', '/api/v1/namespaces/default/serviceaccounts/default').then(({ status }) => status === 200),
      )
    } catch (error) {
      await cluster.stop({ keepLogs: true })
      throw error
    }
    return cluster
  }

  /** One call of etcd's, past kube-apiserver, by the path and JSON of its gateway: keys and values are base64. */
  async etcdCall(path: string, body: object): Promise<Record<string, unknown>> {
    const url = `http://127.0.0.1:${String(this.#ports.etcd)}/v3/${path}`
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`etcd answered ${String(answer.status)}: ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }

  async startApiserver(): Promise<void> {
    await this.kubeApiserver.start(() => this.send('GET', '/readyz').then(({ status }) => status === 200))
  }

  /** A new certificate of the client authority, and a kubeconfig with it. */
  identity(user: string, groups: readonly string[] = []): Identity {
    const name = user.replace(/[^\w.-]/g, '-')
    const paths = this.certificates.client(name, user, groups)
    const credentials = { 'client-certificate': paths.cert, 'client-key': paths.key }
    return { ...paths, kubeconfig: this.kubeconfig(name, credentials) }
  }

  /** A kubeconfig for kube-apiserver; `user` as its file format says. */
  kubeconfig(name: string, user: Readonly<Record<string, string>>): string {
    const path = join(this.folder, `${name}.kubeconfig`)
    const cluster = { server: this.url, 'certificate-authority': this.certificates.path('serving-ca.crt') }
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'cluster', cluster }],
      users: [{ name, user }],
      contexts: [{ name: 'cluster', context: { cluster: 'cluster', user: name, namespace: 'default' } }],
      'current-context': 'cluster',
    }
    writeFileSync(path, JSON.stringify(config, undefined, 2), { mode: 0o600 })
    return path
  }

  /** One request to kube-apiserver, as the administrator unless told otherwise. */
  send(
    method: string,
    path: string,
    body?: unknown,
    { headers = {}, as = this.admin }: ClusterRequest = {},
  ): Promise<ClusterAnswer> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const options: RequestOptions = { method, agent: this.#agent(as), headers: { ...headers }, timeout: 30_000 }
    if (text !== undefined)
      options.headers = {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text)),
        ...headers,
      }
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.url}${path}`, options, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          const answered = Buffer.concat(chunks).toString()
          resolve({ status: answer.statusCode ?? 0, text: answered, body: jsonOf(answered) })
        })
      })
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer in 30 s`)))
      outgoing.on('error', reject)
      outgoing.end(text)
    })
  }

  /** Ends what runs, the last first. The folder goes too, unless its logs are to be read. */
  async stop({ keepLogs = false } = {}): Promise<void> {
    for (const agent of this.#agents.values()) agent.destroy()
    await this.kubeControllerManager.stop()
    await this.kubeApiserver.stop()
    await this.etcd.stop()
    if (keepLogs) console.log(`the logs of the control plane are in ${join(this.folder, 'logs')}`)
    else rmSync(this.folder, { recursive: true, force: true })
  }

  #process(name: string, binary: string, flags: readonly string[]): LoggedProcess {
    return new LoggedProcess(name, binary, flags, join(this.folder, 'logs', `${name}.log`))
  }

  #agent({ cert, key }: Identity): Agent {
    let agent = this.#agents.get(cert)
    if (!agent) {
      const [certPem, keyPem] = [readFileSync(cert), readFileSync(key)]
      agent = new Agent({ keepAlive: true, cert: certPem, key: keyPem, ca: this.certificates.servingCa })
      this.#agents.set(cert, agent)
    }
    return agent
  }

  #etcdFlags(): string[] {
    const [client, peer] = [this.#ports.etcd, this.#ports.peer].map((port) => `http://127.0.0.1:${String(port)}`)
    return [
      ...['--name=m', `--data-dir=${join(this.folder, 'etcd')}`, '--log-level=warn', '--unsafe-no-fsync'],
      ...[`--listen-client-urls=${client ?? ''}`, `--advertise-client-urls=${client ?? ''}`],
      ...[`--listen-peer-urls=${peer ?? ''}`, `--initial-advertise-peer-urls=${peer ?? ''}`],
      `--initial-cluster=m=${peer ?? ''}`,
    ]
  }

  #apiserverFlags(): string[] {
    const { certificates: files } = this
    const serving = files.serving('kube-apiserver', ['127.0.0.1', 'localhost', 'kubernetes.default.svc'])
    const proxy = files.frontProxy('front-proxy-client', 'front-proxy-client')
    return [
      `--etcd-servers=http://127.0.0.1:${String(this.#ports.etcd)}`,
      ...['--bind-address=127.0.0.1', `--secure-port=${String(this.#ports.apiserver)}`],
      ...['--advertise-address=127.0.0.1', '--endpoint-reconciler-type=none', '--service-cluster-ip-range=10.0.0.0/24'],
      ...[`--tls-cert-file=${serving.cert}`, `--tls-private-key-file=${serving.key}`],
      ...[`--client-ca-file=${files.path('client-ca.crt')}`, '--authorization-mode=RBAC'],
      ...[`--service-account-issuer=${this.url}`, `--service-account-key-file=${files.path('service-accounts.pub')}`],
      `--service-account-signing-key-file=${files.path('service-accounts.key')}`,
      // It tells in its log when it has taken up new certificates.
      '--vmodule=dynamic_serving_content=2',
      // The aggregation layer.
      ...[`--proxy-client-cert-file=${proxy.cert}`, `--proxy-client-key-file=${proxy.key}`],
      `--requestheader-client-ca-file=${files.path('front-proxy-ca.crt')}`,
      ...['--requestheader-allowed-names=front-proxy-client', '--requestheader-username-headers=X-Remote-User'],
      ...['--requestheader-group-headers=X-Remote-Group', '--requestheader-extra-headers-prefix=X-Remote-Extra-'],
      ...(this.#network ? [`--egress-selector-config-file=${this.#network.configuration}`] : []),
    ]
  }

  #controllerFlags(): string[] {
    const { certificates: files } = this
    const { kubeconfig } = this.identity('system:kube-controller-manager')
    const controllers = ['namespace', 'garbage-collector', 'serviceaccount', 'clusterrole-aggregation', 'resourcequota']
    if (this.#network) controllers.push('deployment', 'replicaset', 'endpointslice', 'persistentvolumeclaim-protection')
    return [
      ...[`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--use-service-account-credentials'],
      ...['--bind-address=127.0.0.1', `--secure-port=${String(this.#ports.controllers)}`],
      ...[`--cert-dir=${join(this.folder, 'pki')}`, `--root-ca-file=${files.path('serving-ca.crt')}`],
      `--service-account-private-key-file=${files.path('service-accounts.key')}`,
      `--controllers=${controllers.map((name) => `${name}-controller`).join(',')}`,
    ]
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
