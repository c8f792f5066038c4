import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const src = join(import.meta.dirname, '..')
const root = join(src, '..', '..', '..')
const readJson = (...path: string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(join(root, ...path), 'utf8')) as Record<string, unknown>

describe('the source', () => {
  const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  )
  const using = (pattern: RegExp): string[] =>
    sources.filter((file) => pattern.test(readFileSync(join(src, file), 'utf8')))

  it('is all there', () => {
    expect(sources.length).to.be.greaterThan(300)
    expect(using(/\bimport\b/).length).to.be.greaterThan(250)
  })
  it('makes no code of text', () => {
    expect(using(/\bnew Function\(|[^.\w]eval\(|node:vm'/)).to.deep.equal([])
  })
  it('takes nothing of koa that a client decides (CVE-2025-8129, CVE-2026-27959)', () => {
    expect(using(/\bctx\.(?:redirect|hostname|host|origin|ips?|protocol|secure|subdomains)\b/)).to.deep.equal([])
    expect(using(/\bproxy: true|app\.proxy/)).to.deep.equal([])
  })
  it('has no path but written ones for the router (CVE-2026-4926)', () => {
    const given = using(/\brouter\.(?:all|get|post|put|patch|delete|use)\(/).flatMap((file) =>
      [...readFileSync(join(src, file), 'utf8').matchAll(/\brouter\.\w+\(\s*(\[[^\]]*\]|[^,]+),/g)].map(
        ([, path]) => path,
      ),
    )
    expect(given.length).to.be.greaterThan(5)
    const named = ['`/${endpoint}`', '`/${endpoint}/${check.name}`', 'Object.keys(registries)', "'/version/*rest'"]
    for (const path of given) if (!named.includes(path ?? '')) expect(path).to.match(/^[[\]'\w/, ]+$/)
  })
  it("runs patterns of schemas and of flags on Go's engine, whose time is bounded (CVE-2025-69873)", () => {
    expect(using(/from 'ajv/)).to.deep.equal([])
    // All others are patterns of the program itself.
    expect(using(/\bnew RegExp\((?!\s*['`/]|String\.raw)/)).to.have.members([
      // One with a single repetition is no slower natively.
      'schema/validation/reg-exp.ts',
      // In authors' tests.
      'testing/arbitrary-value.ts',
    ])
  })
})

describe('what the framework brings along', () => {
  const { packages } = readJson('package-lock.json') as {
    packages: Record<string, { hasInstallScript?: boolean; integrity?: string; dependencies?: Record<string, string> }>
  }
  /** Where each package is that the framework needs to run, by way of others as well. */
  const runtime = (): string[] => {
    const found = new Set<string>()
    const queue = Object.keys(manifest('framework')['dependencies'] ?? {})
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const path = [`packages/framework/node_modules/${name}`, `node_modules/${name}`].find((at) => packages[at])
      if (path === undefined || found.has(path)) continue
      found.add(path)
      queue.push(...Object.keys(packages[path]?.dependencies ?? {}))
    }
    return [...found]
  }
  const manifest = (name: string): Record<string, Record<string, string>> =>
    readJson('packages', name, 'package.json') as Record<string, Record<string, string>>

  it('is pinned, and comes from a registry with its hash', () => {
    for (const name of ['framework', 'cli'])
      for (const [dependency, version] of Object.entries(manifest(name)['dependencies'] ?? {}))
        if (!dependency.startsWith('@apiserver-kit/')) expect(version, dependency).to.match(/^\d+\.\d+\.\d+$/)
    for (const path of runtime()) expect(packages[path]?.integrity, path).to.match(/^sha512-/)
  })

  it('runs no script when it is installed but that of lmdb and what it needs', () => {
    const scripted = runtime().filter((path) => packages[path]?.hasInstallScript)
    // protobufjs is never loaded: see below.
    expect(scripted).to.have.members(['node_modules/lmdb', 'node_modules/protobufjs'])
  })

  it('has no part of which code can be made from data (CVE-2026-41242, CVE-2024-21534, CVE-2021-4279)', () => {
    const never = [
      '@kubernetes/client-node',
      'node-forge',
      'jsonpath-plus',
      'fast-json-patch',
      'tar-fs',
      'axios',
      'ajv',
    ]
    expect(runtime().filter((path) => never.some((name) => path.endsWith(`node_modules/${name}`)))).to.deep.equal([])
    // It comes with grpc-js, for what we do not use.
    const script = "require('@grpc/grpc-js'); process.stdout.write(Object.keys(require.cache).join('\\n'))"
    const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: join(src, '..'), encoding: 'utf8' })
    expect(stdout).to.include('/@grpc/grpc-js/').and.not.include('/protobufjs/')
  })
})
