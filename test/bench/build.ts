import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { clusterEtcd } from '../harness/cluster-binaries.ts'
import { CannotBuild, hasGo, isOutOfReach } from '../harness/go-build.ts'

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

/** Builds what is not there yet; Go's server and etcd only where they are to run. Throws {@link NoGo} without Go, and CannotBuild without its modules. */
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
  const { status, stderr } = spawnSync('go', args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 2, 'pipe'],
  })
  process.stderr.write(stderr)
  if (status === 0) return
  if (isOutOfReach(stderr))
    throw new CannotBuild(`Go cannot get its modules: ${stderr.trim().split('\n').at(-1) ?? ''}`)
  throw new Error(`go ${args.join(' ')} failed with ${String(status)}`)
}
