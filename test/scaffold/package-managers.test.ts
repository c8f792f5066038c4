import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { main } from '../harness/recorded-cli.ts'
import { LocalRegistry, packPackages } from './local-registry.ts'

/** As users have them, without being installed here; and what each writes down. */
const managers = [
  // The last that runs on the oldest Node of ours.
  { name: 'pnpm', packed: 'pnpm@10.34.9', lockfile: 'pnpm-lock.yaml', git: false },
  { name: 'pnpm', packed: 'pnpm@9.15.9', lockfile: 'pnpm-lock.yaml', git: true },
  { name: 'yarn', packed: 'yarn@1.22.22', lockfile: 'yarn.lock', git: false },
  { name: 'yarn', packed: '@yarnpkg/cli-dist@4.18.1', lockfile: 'yarn.lock', git: false },
]

describe('a generated project on another package manager', function () {
  this.timeout(600_000)
  const folder = mkdtempSync(join(tmpdir(), 'package managers '))
  let registry: LocalRegistry
  before(async () => {
    registry = await LocalRegistry.start(packPackages(folder, ['framework', 'cli']))
  })
  after(() => {
    registry.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function run(directory: string, command: string, ...args: string[]): Promise<string> {
    // Packages of one version, but not of one text, are told apart by nobody's cache.
    const [cache, global] = [join(folder, 'cache'), join(folder, 'yarn')]
    const env = { ...process.env, NO_COLOR: '1', CI: '1', YARN_CACHE_FOLDER: cache, YARN_GLOBAL_FOLDER: global }
    const child = spawn(command, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    expect(code, `${command} ${args.join(' ')}\n${out}${err}`).to.equal(0)
    return out
  }

  for (const { name, packed, lockfile, git } of managers)
    it(`installs, tests and builds with ${packed}, in a folder with a space, ${git ? 'in a git repository' : 'without git'}`, async () => {
      const project = join(folder, `${packed.replace('/', ' ')} project`)
      mkdirSync(project)
      if (git) await run(project, 'git', 'init', '--quiet')
      const manager = (...args: string[]): Promise<string> =>
        run(project, 'npx', '--yes', '--package', packed, name, ...args)
      const flags = ['--domain', 'example.org', '--package-manager', name]
      const said = await run(project, process.execPath, main, 'init', ...flags)
      expect(said)
        .to.include(`\n  ${name} install\n  ${name} apiserver-kit create resource`)
        .and.to.include(`\n  ${name} start\n`)
      // Where a user has nothing to say: the packages are published.
      writeFileSync(join(project, '.npmrc'), `@apiserver-kit:registry=${registry.url}\n`)
      // yarn 4 takes packages that are a day old, from servers that others cannot read; ours is of this moment and this machine.
      const yarn = `npmScopes: { apiserver-kit: { npmRegistryServer: '${registry.url.slice(0, -1)}' } }
npmPreapprovedPackages: ['@apiserver-kit/*']
unsafeHttpWhitelist: ['127.0.0.1']
enableImmutableInstalls: false
`
      if (packed.includes('cli-dist')) appendFileSync(join(project, '.yarnrc.yml'), yarn)
      const installed = await manager('install')
      expect(installed).to.not.match(/ignored build scripts/i)
      expect(existsSync(join(project, lockfile))).to.equal(true)
      const resource = ['create', 'resource', '--group', 'sales', '--version', 'v1', '--kind', 'Order']
      expect(await manager('apiserver-kit', ...resource)).to.include(`\n  ${name} test\n`)
      await manager('test')
      await manager('apiserver-kit', 'build')
      const sbom = JSON.parse(readFileSync(join(project, 'dist/sbom.cdx.json'), 'utf8')) as {
        components: { name: string }[]
      }
      expect(sbom.components.map((component) => component.name)).to.include('lmdb')
    })
})
