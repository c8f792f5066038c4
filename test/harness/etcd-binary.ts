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

function onPath(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'etcd'))
    .find((path) => existsSync(path) && spawnSync(path, ['--version']).status === 0)
}
