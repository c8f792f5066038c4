import { mkdirSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { connect } from 'node:tls'
import { join } from 'node:path'
import { clusterPort, type Cluster } from './cluster.ts'
import type { ClusterNetwork } from './cluster-network.ts'
import { eventually } from './eventually.ts'
import { LoggedProcess } from './logged-process.ts'

const merge = { 'content-type': 'application/merge-patch+json' }
const node = 'node-1'
let pods = 0

/**
 * The pod of a Deployment, for which this does what a scheduler, a kubelet and a container runtime do: a process of this machine with the container's
 * arguments and environment, its Secrets as folders, and the token of its account. A kubeconfig with that token stands for what a pod finds below
 * /var/run/secrets, as a process of this machine has no folders of its own.
 */
export class DeployedPod {
  /** Of no network: {@link ClusterNetwork} knows who is meant. */
  readonly ip: string
  /** Of this machine, where the container's is meant. */
  readonly port: number
  readonly #cluster: Cluster
  readonly #pod: any
  readonly #folder: string
  readonly #process: LoggedProcess
  #logged = 0

  /** `image` is the folder that the container's program stands in. Nothing runs yet. */
  private constructor(cluster: Cluster, pod: any, port: number, image: string) {
    this.#cluster = cluster
    this.#pod = pod
    this.port = port
    this.ip = `203.0.113.${String(++pods)}`
    this.#folder = join(cluster.folder, 'pods', pod.metadata.name as string)
    mkdirSync(this.#folder, { recursive: true })
    const log = join(this.#folder, 'log')
    this.#process = new LoggedProcess(pod.metadata.name as string, 'env', this.#command(), log, image)
  }

  /** Takes the one pod with that component's label to the node. */
  static async take(
    { cluster, network, image }: { cluster: Cluster; network: ClusterNetwork; image: string },
    namespace: string,
    component: string,
  ): Promise<DeployedPod> {
    const path = `/api/v1/namespaces/${namespace}/pods`
    const chosen = `${path}?labelSelector=app.kubernetes.io/component%3D${component}`
    let pod: any
    await eventually(`a pod of the ${component}`, async () => {
      pod = (await cluster.send('GET', chosen)).body.items[0]
      return pod !== undefined
    })
    await cluster.send('POST', '/api/v1/nodes', { metadata: { name: node } })
    const bound = await cluster.send('POST', `${path}/${pod.metadata.name as string}/binding`, {
      ...{ apiVersion: 'v1', kind: 'Binding', metadata: { name: pod.metadata.name } },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    })
    if (bound.status !== 201) throw new Error(bound.text)
    const taken = new DeployedPod(cluster, pod, await clusterPort(), image)
    if (taken.#containerPort !== undefined) network.lead(taken.ip, taken.#containerPort, taken.port)
    await taken.mount()
    return taken
  }

  get path(): string {
    return `/api/v1/namespaces/${this.#namespace}/pods/${this.#pod.metadata.name as string}`
  }

  /** Its log since the last start. */
  log(): string {
    return this.#process.log().slice(this.#logged)
  }

  /** Runs it until it is ready, and tells the cluster. False when it ends before, or is not ready in time. */
  async start(timeoutMs = 30_000): Promise<boolean> {
    this.#logged = this.#process.log().length
    const ready = await this.#process
      .start(() => this.#isReady(), timeoutMs)
      .then(
        () => true,
        () => false,
      )
    const ended = this.#process.ended
    await this.report(ended ? { waiting: { reason: 'CrashLoopBackOff' } } : runningNow(), ready)
    return ready
  }

  /** Ends the process; the cluster learns nothing of it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#process.stop(signal)
  }

  async restart(timeoutMs?: number): Promise<boolean> {
    await this.stop()
    return this.start(timeoutMs)
  }

  /** Says what a kubelet says about the one container. */
  async report(state: object, ready: boolean): Promise<void> {
    const { name, image } = this.#container as { name: string; image: string }
    const conditions = ['PodScheduled', 'ContainersReady', 'Ready'].map((type) => ({
      type,
      status: ready || type === 'PodScheduled' ? 'True' : 'False',
    }))
    const status = {
      ...{ phase: 'Running', podIP: this.ip, podIPs: [{ ip: this.ip }], hostIP: '127.0.0.1', conditions },
      containerStatuses: [{ name, image, imageID: '', ready, started: ready, restartCount: 0, state }],
    }
    const said = await this.#cluster.send('PATCH', `${this.path}/status`, { status }, { headers: merge })
    if (said.status !== 200) throw new Error(said.text)
  }

  /** The PEM that it serves with. */
  certificate(): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerX509Certificate()?.toString() ?? '')
        socket.destroy()
      })
      socket.on('error', reject)
    })
  }

  /** Writes its Secrets and a new token, as they are in the cluster now. */
  async mount(): Promise<void> {
    const account = `/api/v1/namespaces/${this.#namespace}/serviceaccounts/${this.#pod.spec.serviceAccountName as string}`
    const token = await this.#cluster.send('POST', `${account}/token`, { spec: { expirationSeconds: 3600 } })
    if (token.status !== 201) throw new Error(token.text)
    writeFileSync(this.#tokenFile, token.body.status.token as string, { mode: 0o600 })
    for (const { name, secret } of this.#pod.spec.volumes as any[]) {
      mkdirSync(join(this.#folder, name as string), { recursive: true })
      if (!secret) continue
      const path = `/api/v1/namespaces/${this.#namespace}/secrets/${secret.secretName as string}`
      const { body } = await this.#cluster.send('GET', path)
      for (const [file, data] of Object.entries((body.data ?? {}) as Record<string, string>))
        writeFileSync(join(this.#folder, name as string, file), Buffer.from(data, 'base64'))
    }
  }

  /** For env(1): the container's own, but that its folders are ones of this machine, and so is its port. */
  #command(): string[] {
    const {
      args,
      env = [],
      volumeMounts,
    } = this.#container as {
      readonly args: readonly string[]
      readonly env?: readonly { name: string; value: string }[]
      readonly volumeMounts: readonly { name: string; mountPath: string }[]
    }
    const inFolder = (arg: string): string => {
      const mount = volumeMounts.find(({ mountPath }) => `${arg}/`.includes(`=${mountPath}/`))
      return mount ? arg.replace(`=${mount.mountPath}`, () => `=${join(this.#folder, mount.name)}`) : arg
    }
    const name = this.#pod.metadata.name as string
    const kubeconfig = this.#cluster.kubeconfig(name, { tokenFile: this.#tokenFile })
    const port = this.#containerPort === undefined ? [] : [`--kubeconfig=${kubeconfig}`]
    return [
      ...[`KUBECONFIG=${kubeconfig}`, ...env.map((one) => `${one.name}=${one.value}`), process.execPath],
      ...args.map((arg) => inFolder(arg).replace(/^(--secure-port)=.*/, `$1=${String(this.port)}`)),
      ...port,
    ]
  }

  get #namespace(): string {
    return this.#pod.metadata.namespace as string
  }
  get #container(): any {
    return this.#pod.spec.containers[0]
  }
  get #containerPort(): number | undefined {
    return this.#container.ports?.[0]?.containerPort as number | undefined
  }
  get #tokenFile(): string {
    return join(this.#folder, 'token')
  }

  /** By its readinessProbe; without one it is ready when it runs. */
  #isReady(): Promise<boolean> {
    const path = this.#container.readinessProbe?.httpGet.path as string | undefined
    if (path === undefined) return Promise.resolve(true)
    return new Promise((resolve) => {
      const url = `https://127.0.0.1:${String(this.port)}${path}`
      get(url, { rejectUnauthorized: false, agent: false, timeout: 2000 }, (answer) => {
        answer.resume()
        resolve(answer.statusCode === 200)
      }).on('error', () => {
        resolve(false)
      })
    })
  }
}

const runningNow = (): object => ({ running: { startedAt: new Date().toISOString() } })
