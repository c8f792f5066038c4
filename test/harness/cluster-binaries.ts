import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { goBuild } from './go-build.ts'
import { kubectlPath } from './kubectl.ts'

const root = join(import.meta.dirname, '..', '..')
const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const

/** The programs of a control plane; absolute paths. */
export interface ClusterBinaries {
  readonly etcd: string
  readonly kubeApiserver: string
  readonly kubeControllerManager: string
  readonly kubectl: string
}

/**
 * The control plane of KUBEBUILDER_ASSETS, and of test/cluster/control-plane what is not there (setup-envtest brings no kube-controller-manager),
 * built when it was not yet. Throws CannotBuild where a program can be had in neither way.
 */
export function clusterBinaries(): ClusterBinaries {
  const [etcd, kubeApiserver, kubeControllerManager] = programs.map((name) => asset(name) ?? built(name))
  if (!etcd || !kubeApiserver || !kubeControllerManager) throw new Error('a program has no name')
  return { etcd, kubeApiserver, kubeControllerManager, kubectl: asset('kubectl') ?? kubectlPath() }
}

/** The etcd of that control plane by itself. */
export const clusterEtcd = (): string => asset('etcd') ?? built('etcd')

function asset(name: string): string | undefined {
  const assets = process.env.KUBEBUILDER_ASSETS
  if (!assets) return undefined
  if (!existsSync(assets)) throw new Error(`KUBEBUILDER_ASSETS is ${assets}, which is not there`)
  const path = join(assets, name)
  return existsSync(path) ? path : undefined
}

const built = (name: string): string => join(goBuild('control-plane', name, versionFlags()), name)

/** What the release build links in: without it the server calls itself v0.0.0-master. */
function versionFlags(): string[] {
  const module = readFileSync(join(root, 'test', 'cluster', 'control-plane', 'go.mod'), 'utf8')
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\S*)/.exec(module) ?? []
  const values = Object.entries({ gitVersion: version, gitMajor: major, gitMinor: minor })
  return values.map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value ?? ''}`)
}
