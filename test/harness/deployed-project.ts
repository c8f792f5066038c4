import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { TemporaryProject } from '../scaffold/temporary-project.ts'
import type { ClusterBinaries } from './cluster-binaries.ts'
import { ClusterNetwork } from './cluster-network.ts'
import { Cluster } from './cluster.ts'
import { DeployedPod } from './deployed-pod.ts'
import { eventually } from './eventually.ts'

const main = join(import.meta.dirname, '..', '..', 'packages/cli/dist/main.js')
const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices'
const ours = 'v1.shop.example.org'
const merge = { 'content-type': 'application/merge-patch+json' }

/** What `apiserver-kit doctor --json` says of one APIService. */
export interface Diagnosis {
  readonly healthy: boolean
  readonly cause?: { readonly step: string; readonly says: string; readonly fix: string }
  readonly findings: readonly { readonly step: string; readonly outcome: string; readonly says: string }[]
}

export interface ProgramRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A project that the CLI made and that serves Orders, in a control plane as `apiserver-kit manifests` and `kubectl apply -k` put it there. */
export class DeployedProject {
  readonly cluster: Cluster
  readonly network: ClusterNetwork
  readonly project: TemporaryProject

  private constructor(cluster: Cluster, network: ClusterNetwork, project: TemporaryProject) {
    this.cluster = cluster
    this.network = network
    this.project = project
  }

  /** The project is built and has manifests; nothing is laid yet. */
  static async prepare(binaries: ClusterBinaries): Promise<DeployedProject> {
    const network = new ClusterNetwork()
    const cluster = await Cluster.start(binaries, network)
    const project = new TemporaryProject()
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Order')
    project.ok('manifests', '--name', 'shop', '--namespace', 'shop-system')
    project.ok('build', '--no-sbom')
    return new DeployedProject(cluster, network, project)
  }

  /** Lays the manifests. */
  apply(): Promise<string> {
    return this.kubectl('apply', '-k', join(this.project.directory, 'manifests/overlays/default'), '--server-side')
  }

  /** The pod of the server, or of the controller; it does not run yet. */
  pod(component: 'apiserver' | 'controller'): Promise<DeployedPod> {
    const { cluster, network } = this
    return DeployedPod.take({ cluster, network, image: this.project.directory }, 'shop-system', component)
  }

  /** As the administrator; throws with what kubectl says where it fails. */
  async kubectl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryKubectl(...args)
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}\n${stdout}${stderr}`)
    return stdout
  }

  tryKubectl(...args: string[]): Promise<ProgramRun> {
    const flags = ['--kubeconfig', this.cluster.admin.kubeconfig, '--cache-dir', join(this.cluster.folder, 'cache')]
    return run(this.cluster.binaries.kubectl, [...flags, ...args])
  }

  /** The CLI, in the project. */
  cli(...args: string[]): Promise<ProgramRun> {
    return run(process.execPath, [main, ...args], this.project.directory)
  }

  /** What the doctor says of our APIService, or of that. */
  async doctor(name = ours): Promise<Diagnosis> {
    const flags = ['--kubeconfig', this.cluster.admin.kubeconfig, '--apiservice', name, '--json']
    const { stdout, stderr } = await this.cli('doctor', ...flags)
    const [diagnosis] = (stdout === '' ? [] : JSON.parse(stdout)) as Diagnosis[]
    if (!diagnosis) throw new Error(stdout + stderr)
    return diagnosis
  }

  /** Waits until the cluster says so of the APIService; as it looks only now and then, its Service is touched again and again. */
  async untilAvailable(wanted = true, name = ours, timeoutMs = 60_000): Promise<void> {
    const said = wanted ? 'True' : 'False'
    let touched = Date.now()
    const isSo = async (): Promise<boolean> => {
      if ((await this.available(name)).status === said) return true
      if (Date.now() - touched > 2000) {
        touched = Date.now()
        const patch = { metadata: { annotations: { touched: String(touched) } } }
        await this.cluster.send('PATCH', '/api/v1/namespaces/shop-system/services/shop', patch, { headers: merge })
      }
      return false
    }
    await eventually(`${name} is available: ${said}`, isSo, timeoutMs)
  }

  /** Waits until the cluster has taken up our schemas, which it asks for once a minute. */
  async untilExplained(): Promise<void> {
    const isSo = async (): Promise<boolean> => {
      const { body } = await this.cluster.send('GET', '/openapi/v3')
      return 'apis/shop.example.org/v1' in (body.paths as object)
    }
    await eventually('the cluster has our schemas', isSo, 90_000)
  }

  /** The condition of the APIService. */
  async available(name = ours): Promise<Readonly<Record<string, string>>> {
    const { body } = await this.cluster.send('GET', `${apiServices}/${name}`)
    return body?.status?.conditions?.find(({ type }: { type: string }) => type === 'Available') ?? {}
  }

  async stop({ keepLogs = false } = {}): Promise<void> {
    await this.cluster.stop({ keepLogs })
    await this.network.close()
    this.project.remove()
  }
}

/** Not spawnSync: the network of the cluster is of this process. */
async function run(program: string, args: readonly string[], cwd?: string): Promise<ProgramRun> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 90_000,
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number | null, stdout, stderr }
}
