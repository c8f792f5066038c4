import { request } from 'node:https'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CertificateAndKey } from '../../packages/framework/src/server/serving/certificate-builder.ts'
import type { CertificatePaths } from './cluster-certificates.ts'
import { clusterPort, type Cluster } from './cluster.ts'
import { LoggedProcess } from './logged-process.ts'

const root = join(import.meta.dirname, '..', '..')
const namespace = 'wardle'
const account = 'apiserver'
const group = 'wardle.example.com'
const versions = ['v1beta1', 'v1alpha1']

const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices'
const servingName = 'wardle-apiserver'
const servingNames = [`${account}.${namespace}.svc`, 'localhost', '127.0.0.1']

export interface DirectAnswer {
  readonly status: number
  readonly text: string
}

export interface DirectRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly certificate?: CertificatePaths
  readonly body?: unknown
}

/**
 * examples/sample-apiserver behind the aggregation layer of a cluster, with a service account of its own that may do as little as an extension API
 * server needs. The Service leads out of the cluster, to this machine.
 */
export class AggregatedExample {
  readonly cluster: Cluster
  readonly url: string
  readonly #port: number
  readonly #tokenFile: string
  readonly #process: LoggedProcess
  #trusted: string

  private constructor(cluster: Cluster, port: number, kubeconfig: string, tokenFile: string) {
    this.#tokenFile = tokenFile
    this.cluster = cluster
    this.#port = port
    this.#trusted = cluster.certificates.servingCa
    this.url = `https://127.0.0.1:${String(port)}`
    const { cert, key } = cluster.certificates.serving(servingName, servingNames)
    const flags = [
      ...['--secure-port', String(port), '--bind-address', '127.0.0.1'],
      ...['--data-dir', join(cluster.folder, 'wardle'), '--cert-dir', join(cluster.folder, 'wardle-certs')],
      ...['--tls-cert-file', cert, '--tls-private-key-file', key, '--kubeconfig', kubeconfig],
    ]
    this.#process = new LoggedProcess(
      'wardle-apiserver',
      process.execPath,
      [join(root, 'scripts/run.mjs'), 'server.ts', ...flags],
      join(cluster.folder, 'logs', 'wardle-apiserver.log'),
      join(root, 'examples/sample-apiserver'),
    )
  }

  /** The account, its roles and the Service; nothing runs and nothing is registered yet. */
  static async prepare(cluster: Cluster): Promise<AggregatedExample> {
    for (const [path, body] of accountObjects()) await created(cluster, path, body)
    const port = await clusterPort()
    const tokenFile = join(cluster.folder, 'wardle-apiserver.token')
    await renewToken(cluster, tokenFile, 'token-1')
    const kubeconfig = cluster.kubeconfig('wardle-apiserver', { tokenFile })
    await created(cluster, `/api/v1/namespaces/${namespace}/services`, {
      metadata: { name: account },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    })
    return new AggregatedExample(cluster, port, kubeconfig, tokenFile)
  }

  /** Starts the process; it is ready then. */
  async start(): Promise<void> {
    await this.#process.start(() => this.get('/readyz').then(({ status }) => status === 200), 30_000)
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#process.stop(signal)
  }

  /** Creates the APIServices. */
  async register(): Promise<void> {
    for (const [index, version] of versions.entries())
      await created(this.cluster, apiServices, {
        metadata: { name: `${version}.${group}` },
        spec: {
          ...{ group, version, groupPriorityMinimum: 1000, versionPriority: 20 - index },
          service: { namespace, name: account, port: this.#port },
          caBundle: base64(this.#trusted),
        },
      })
  }

  /** Deletes the APIServices, as an uninstallation does. */
  async unregister(): Promise<void> {
    for (const version of versions) await this.cluster.send('DELETE', `${apiServices}/${version}.${group}`)
  }

  /** Signs the serving certificate anew, and writes it over the old one. */
  renewServingCertificate(issuer: CertificateAndKey): void {
    this.cluster.certificates.serving(servingName, servingNames, issuer)
  }

  /** Who signs the serving certificate, PEM: as of now kube-apiserver believes these, and no others. */
  async trust(authorities: string): Promise<void> {
    this.#trusted = authorities
    const headers = { 'content-type': 'application/merge-patch+json' }
    for (const version of versions) {
      const patch = { spec: { caBundle: base64(authorities) } }
      const answer = await this.cluster.send('PATCH', `${apiServices}/${version}.${group}`, patch, { headers })
      if (answer.status !== 200) throw new Error(answer.text)
    }
  }

  /** Another token for the process, bound to a Secret of that name: once the Secret is deleted, the token is worth nothing. */
  renewToken(name: string): Promise<void> {
    return renewToken(this.cluster, this.#tokenFile, name)
  }

  async revokeToken(name: string): Promise<void> {
    await this.cluster.send('DELETE', `/api/v1/namespaces/${namespace}/secrets/${name}`)
  }

  /** Changes the Service, as the endpoints of a new pod would: the cluster then looks again whether the server is there. */
  async touchService(): Promise<void> {
    const patch = { metadata: { annotations: { touched: String(Date.now()) } } }
    const headers = { 'content-type': 'application/merge-patch+json' }
    const { status, text } = await this.cluster.send(
      'PATCH',
      `/api/v1/namespaces/${namespace}/services/${account}`,
      patch,
      { headers },
    )
    if (status !== 200) throw new Error(text)
  }

  /** Waits until every APIService says that it is (or is not) Available, and kube-apiserver hands requests on (or does not). */
  async waitUntilAvailable(wanted = true, timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs
    let said: string[] = []
    const wantedWord = wanted ? 'True' : 'False'
    while (Date.now() < deadline) {
      said = await Promise.all(versions.map((version) => this.#availability(version)))
      if (said.every((text) => text.startsWith(wantedWord)) && (await this.#isReached()) === wanted) return
      await sleep(25)
    }
    throw new Error(`the APIServices are ${said.join('; ')} after ${String(timeoutMs)} ms\n${this.#process.tail()}`)
  }

  /** The aggregation layer follows an APIService's condition with a delay of its own. */
  async #isReached(): Promise<boolean> {
    const answers = await Promise.all(versions.map((v) => this.cluster.send('GET', `/apis/${group}/${v}`)))
    return answers.every(({ status }) => status === 200)
  }

  async #availability(version: string): Promise<string> {
    const { body } = await this.cluster.send('GET', `${apiServices}/${version}.${group}`)
    const conditions = (body?.status?.conditions ?? []) as { type: string; status: string; message: string }[]
    const condition = conditions.find(({ type }) => type === 'Available')
    return condition ? `${condition.status}: ${condition.message}` : 'Unknown'
  }

  /** A GET past the aggregation layer. */
  get(path: string, direct: DirectRequest = {}): Promise<DirectAnswer> {
    return this.send('GET', path, direct)
  }

  /** A request past the aggregation layer, with the certificate and the headers given. */
  send(method: string, path: string, { headers = {}, certificate, body }: DirectRequest = {}): Promise<DirectAnswer> {
    const identity = certificate && { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) }
    const text = body === undefined ? '' : JSON.stringify(body)
    const content =
      text === '' ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
    const options = {
      ...{ method, ...identity, ca: this.#trusted },
      ...{ headers: { ...content, ...headers }, agent: false as const, timeout: 10_000 },
    }
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.url}${path}`, options, (answer) => {
        let answered = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (answered += chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, text: answered })
        })
      })
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer`)))
      outgoing.on('error', reject)
      outgoing.end(text)
    })
  }
}

async function created(cluster: Cluster, path: string, body: unknown): Promise<void> {
  const { status, text } = await cluster.send('POST', path, body)
  if (status !== 201) throw new Error(`POST ${path}: ${text}`)
}

async function renewToken(cluster: Cluster, file: string, name: string): Promise<void> {
  const secrets = `/api/v1/namespaces/${namespace}/secrets`
  await created(cluster, secrets, { metadata: { name } })
  const { body: secret } = await cluster.send('GET', `${secrets}/${name}`)
  const boundObjectRef = { apiVersion: 'v1', kind: 'Secret', name, uid: secret.metadata.uid as string }
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`
  const { status, text, body } = await cluster.send('POST', path, { spec: { expirationSeconds: 3600, boundObjectRef } })
  if (status !== 201) throw new Error(`no token: ${text}`)
  writeFileSync(file, body.status.token as string, { mode: 0o600 })
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** What every extension API server needs: to ask who somebody is and what they may do, to know which certificates are trusted, to see namespaces. */
function accountObjects(): [path: string, body: unknown][] {
  const rbac = '/apis/rbac.authorization.k8s.io/v1'
  const name = 'wardle-apiserver'
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace }]
  const roleRef = (kind: string, role: string): unknown => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: role })
  const watched = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']
  watched.push('validatingadmissionpolicies', 'validatingadmissionpolicybindings')
  watched.push('mutatingadmissionpolicies', 'mutatingadmissionpolicybindings')
  const verbs = ['get', 'list', 'watch']
  const rules = [
    { apiGroups: [''], resources: ['namespaces'], verbs },
    { apiGroups: ['admissionregistration.k8s.io'], resources: watched, verbs },
  ]
  const bound = (metadata: object, role: unknown): unknown => ({ metadata, subjects, roleRef: role })
  return [
    ['/api/v1/namespaces', { metadata: { name: namespace } }],
    [`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: account } }],
    [`${rbac}/clusterroles`, { metadata: { name }, rules }],
    [`${rbac}/clusterrolebindings`, bound({ name }, roleRef('ClusterRole', name))],
    [`${rbac}/clusterrolebindings`, bound({ name: `${name}-auth` }, roleRef('ClusterRole', 'system:auth-delegator'))],
    [
      `${rbac}/namespaces/kube-system/rolebindings`,
      bound({ name }, roleRef('Role', 'extension-apiserver-authentication-reader')),
    ],
  ]
}
