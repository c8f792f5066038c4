import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
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

/** The control plane of KUBEBUILDER_ASSETS, else the one of test/cluster/control-plane, built when it is not there yet. Without both and without Go: undefined. */
export function clusterBinaries(): ClusterBinaries | undefined {
  const assets = process.env.KUBEBUILDER_ASSETS
  if (assets) return inFolder(assets, join(assets, 'kubectl'))
  if (!hasGo()) return undefined
  return inFolder(goBuild('control-plane', programs, versionFlags()), kubectlPath())
}

/** The programs of a Go module under test/cluster; the folder they stand in. Built again when a file of the module, the flags or Go change. */
export function goBuild(module: string, names: readonly string[], ldflags: readonly string[] = []): string {
  const source = join(root, 'test', 'cluster', module)
  const folder = join(root, '.cache', 'cluster', `${module}-${fingerprint(source, ldflags)}`)
  if (names.every((name) => existsSync(join(folder, name)))) return folder
  console.log(`building ${names.join(', ')} (some minutes, once) …`)
  const partial = `${folder}.${String(process.pid)}`
  mkdirSync(partial, { recursive: true })
  const packages = names.map((name) => (existsSync(join(source, name)) ? `./${name}` : '.'))
  const { status, error } = spawnSync(
    'go',
    ['build', '-trimpath', '-ldflags', ['-s', '-w', ...ldflags].join(' '), '-o', `${partial}/`, ...packages],
    { cwd: source, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, CGO_ENABLED: '0' } },
  )
  if (status !== 0)
    throw new Error(`go build of test/cluster/${module} failed: ${error?.message ?? 'the lines above say why'}`)
  rmSync(folder, { recursive: true, force: true })
  renameSync(partial, folder)
  return folder
}

export const hasGo = (): boolean => spawnSync('go', ['version']).status === 0

function inFolder(folder: string, kubectl: string): ClusterBinaries {
  const [etcd, kubeApiserver, kubeControllerManager] = programs.map((name) => join(folder, name))
  if (!etcd || !kubeApiserver || !kubeControllerManager) throw new Error('a program has no name')
  for (const path of [etcd, kubeApiserver, kubeControllerManager, kubectl])
    if (!existsSync(path)) throw new Error(`${path} is not there: KUBEBUILDER_ASSETS must hold a whole control plane`)
  return { etcd, kubeApiserver, kubeControllerManager, kubectl }
}

/** What the release build links in: without it the server calls itself v0.0.0-master. */
function versionFlags(): string[] {
  const module = readFileSync(join(root, 'test', 'cluster', 'control-plane', 'go.mod'), 'utf8')
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\S*)/.exec(module) ?? []
  const values = Object.entries({ gitVersion: version, gitMajor: major, gitMinor: minor })
  return values.map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value ?? ''}`)
}

function fingerprint(source: string, ldflags: readonly string[]): string {
  const hash = createHash('sha256')
  const { stdout } = spawnSync('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { encoding: 'utf8' })
  hash.update(JSON.stringify([stdout, ldflags]))
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(go|mod|sum)$/.test(file),
  )
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(source, file)))
  return hash.digest('hex').slice(0, 12)
}
