import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const cache = join(root, '.cache', 'cluster')

/** This machine has no Go, or one that cannot get the modules: what would be built is left out, and its tests say so. */
export class CannotBuild extends Error {
  override readonly name = 'CannotBuild'
}

/** What Go says when its modules, or the release of Go that they want, are out of reach. Anything else is a mistake of ours. */
const outOfReach =
  /dial tcp|no such host|server misbehaving|connection (refused|reset)|timeout|network is unreachable|no route to host|module lookup disabled|proxyconnect|x509:|unexpected EOF|40[347] |50\d |requires go >=|toolchain not available/i

/** Whether Go complains of what this machine has or reaches. */
export const isOutOfReach = (complaint: string): boolean => outOfReach.test(complaint)

export const hasGo = (): boolean => spawnSync('go', ['version']).status === 0

/**
 * A program of a Go module under test/cluster; the folder it stands in. Built again when a file of the module, the flags or Go change.
 * Throws {@link CannotBuild} where that is impossible, and an Error where it fails.
 */
export function goBuild(module: string, name: string, ldflags: readonly string[] = []): string {
  if (!hasGo()) throw new CannotBuild('Go is not installed')
  const source = join(root, 'test', 'cluster', module)
  const folder = join(cache, `${module}-${fingerprint(source, ldflags)}`)
  if (existsSync(join(folder, name))) return folder
  const program = existsSync(join(source, name)) ? `./${name}` : '.'
  const began = performance.now()
  const partial = `${folder}.${String(process.pid)}`
  mkdirSync(partial, { recursive: true })
  console.error(`${name}: go build (some minutes, once) …`)
  const stopTicking = tick(name)
  try {
    download(source, program)
    const { status, error } = spawnSync(
      'go',
      ['build', '-trimpath', '-ldflags', ['-s', '-w', ...ldflags].join(' '), '-o', `${partial}/`, program],
      { cwd: source, stdio: ['ignore', 2, 2], env: { ...process.env, CGO_ENABLED: '0' } },
    )
    if (status !== 0)
      throw new Error(
        `go build of ${name} in test/cluster/${module} failed: ${error?.message ?? 'the lines above say why'}`,
      )
    mkdirSync(folder, { recursive: true })
    renameSync(join(partial, name), join(folder, name))
  } finally {
    stopTicking()
    rmSync(partial, { recursive: true, force: true })
  }
  console.error(`${name}: built in ${String(Math.round((performance.now() - began) / 1000))} s`)
  return folder
}

/** A program that some module's build has left here, whatever it was made of; for machines whose Go is gone. */
export function builtBefore(name: string): string | undefined {
  if (!existsSync(cache)) return undefined
  return readdirSync(cache)
    .map((folder) => join(cache, folder, name))
    .find((path) => existsSync(path))
}

const tickSeconds = 30

/** Says again and again that the build goes on: this thread waits for it. */
function tick(name: string): () => void {
  const program = `
    setInterval(() => console.error(${JSON.stringify(`${name}: still building, `)} + Math.round(performance.now() / 1000) + ' s'), ${String(tickSeconds * 1000)})
    process.stdin.resume().on('end', () => process.exit())`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 2, 2] })
  return () => void child.kill()
}

/** Gets the modules that the program needs. */
function download(source: string, program: string): void {
  const { status, stderr, error } = spawnSync('go', ['list', '-deps', program], {
    cwd: source,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, CGO_ENABLED: '0' },
  })
  if (status === 0) return
  const why = error?.message ?? stderr.trim()
  if (isOutOfReach(why)) throw new CannotBuild(`Go cannot get its modules: ${lastLine(why)}`)
  throw new Error(`go list -deps ${program} in ${source} failed: ${why}`)
}

const lastLine = (text: string): string => text.slice(text.lastIndexOf('\n') + 1)

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
