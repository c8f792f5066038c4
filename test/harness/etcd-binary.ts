import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { clusterEtcd } from './cluster-binaries.ts'
import { builtBefore, CannotBuild } from './go-build.ts'

/** An etcd for the tests, or why there is none. */
export type FoundEtcd = { readonly path: string } | { readonly reason: string }

/**
 * ETCD_BINARY, else the one of KUBEBUILDER_ASSETS, else the one that Go has built here or builds now, else the one on the PATH (as Debian's
 * etcd-server). Throws when one that is named is not there, and when a build fails.
 */
export function findEtcd(): FoundEtcd {
  const { ETCD_BINARY: path } = process.env
  if (path) {
    if (!existsSync(path)) throw new Error(`ETCD_BINARY is ${path}, which is not there`)
    return { path }
  }
  try {
    return { path: clusterEtcd() }
  } catch (error) {
    if (!(error instanceof CannotBuild)) throw error
    const path = builtBefore('etcd') ?? onPath()
    return path ? { path } : { reason: `${error.message}, and no etcd is on the PATH` }
  }
}

/** As 3.006: versions can be compared. */
function etcdVersion(path: string): number {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  const [, major = 0, minor = 0] = /etcd Version: (\d+)\.(\d+)/.exec(stdout) ?? []
  return Number(major) + Number(minor) / 1000
}

/** Whether the fault test can read its log to the end, for which etcd must answer requests for progress; else why not. */
export function findEtcdForFaults(): FoundEtcd {
  const etcd = findEtcd()
  if ('reason' in etcd || etcdVersion(etcd.path) >= 3.006) return etcd
  return { reason: `${etcd.path} is older than 3.6` }
}

function onPath(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'etcd'))
    .find((path) => existsSync(path) && spawnSync(path, ['--version']).status === 0)
}
