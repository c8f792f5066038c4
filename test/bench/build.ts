import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { clusterEtcd } from '../harness/cluster-binaries.ts'
import { hasGo } from '../harness/go-build.ts'

const serverVersion = 'v0.36.3'
const root = join(import.meta.dirname, '..', '..')

/** Where built programs and the stores of runs are; git does not see it. */
export const cache = join(root, '.cache', 'bench')

export interface Binaries {
  /** The load client. */
  readonly load: string
  /** k8s.io/sample-apiserver. */
  readonly server: string
  readonly etcd: string
}

export class NoGo extends Error {
  override readonly name = 'NoGo'
}

/** Builds what is not there yet; Go's server and etcd only where they are to run. Throws {@link NoGo} on a machine without Go. */
export function build({ alone }: { readonly alone: boolean }): Binaries {
  if (!hasGo()) throw new NoGo('Go is not installed')
  const bin = join(cache, 'bin')
  mkdirSync(bin, { recursive: true })
  const binaries = {
    load: join(bin, 'load'),
    server: join(bin, `sample-apiserver-${serverVersion}`),
    etcd: alone ? '' : clusterEtcd(),
  }
  const here = import.meta.dirname
  go(['build', '-o', binaries.load, '.'], join(here, 'load'))
  if (alone) return binaries
  if (!existsSync(binaries.server)) {
    // The module's own versions of everything, as its authors build it.
    const module = join(cache, `sample-apiserver-${serverVersion}`)
    mkdirSync(module, { recursive: true })
    go(['install', `k8s.io/sample-apiserver@${serverVersion}`], module, { GOBIN: module })

    renameSync(join(module, 'sample-apiserver'), binaries.server)
  }
  return binaries
}

function go(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): void {
  process.stderr.write(`go ${args.join(' ')} …\n`)
  const { status } = spawnSync('go', args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error(`go ${args.join(' ')} failed with ${String(status)}`)
}
