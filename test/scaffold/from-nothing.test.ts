import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { freePort } from '../harness/example-server.ts'
import { kubectlPath } from '../harness/kubectl.ts'
import { LocalRegistry, packPackages } from './local-registry.ts'

/** What somebody does who has nothing yet: the packages come from a registry, the folder is empty and outside of this repository. */
describe('from an empty folder to kubectl get', function () {
  this.timeout(600_000)
  const folder = mkdtempSync(join(tmpdir(), 'from nothing '))
  const empty = join(folder, 'empty')
  let registry: LocalRegistry | undefined
  let tarballs: string[]
  let server: ChildProcess | undefined

  before(async () => {
    mkdirSync(empty)
    const packages = packPackages(folder, ['framework', 'cli', 'create-apiserver-kit'])
    tarballs = packages.map(({ tarball }) => tarball)
    registry = await LocalRegistry.start(packages)
  })
  after(async () => {
    if (server?.pid !== undefined) {
      const exit = once(server, 'exit')
      process.kill(-server.pid, 'SIGINT')
      await exit
    }
    registry?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const environment = (): NodeJS.ProcessEnv => ({
    ...process.env,
    ...(registry ? { 'npm_config_@apiserver-kit:registry': registry.url } : {}),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    NO_COLOR: '1',
  })

  async function run(directory: string, command: string, ...args: string[]): Promise<string> {
    const child = spawn(command, args, { cwd: directory, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    expect(code, `${command} ${args.join(' ')}\n${out}${err}`).to.equal(0)
    return out
  }

  it('takes five commands', async function () {
    const kubectl = kubectlPath()
    const port = String(await freePort())
    const project = join(empty, 'shop')
    const began = performance.now()
    let commands = 0
    const typed = (directory: string, line: string): Promise<string> => {
      commands++
      const [program = '', ...args] = line.split(' ')
      return run(directory, program, ...args)
    }
    await typed(empty, 'npx --yes @apiserver-kit/cli init --domain example.org --directory shop')
    await typed(project, 'npm install')
    await typed(project, 'npx apiserver-kit create resource --group sales --version v1 --kind Order')
    commands++
    server = spawn('npm', ['start', '--', '--secure-port', port], {
      cwd: project,
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    let output = ''
    server.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const kubeconfig = join(project, 'data/kubeconfig')
    while (!(output.includes('Ready at') && existsSync(kubeconfig))) await setTimeout(50)
    commands++
    await run(project, kubectl, '--kubeconfig', kubeconfig, 'get', 'orders.sales.example.org')
    const seconds = (performance.now() - began) / 1000
    // The promise is a minute, which a machine with other work may not keep: it is told, not asked.
    const test = this.test
    if (test) test.title += ` (${commands} commands, ${seconds.toFixed(1)} s)`
    expect(registry?.asked).to.include('@apiserver-kit/cli').and.to.include('@apiserver-kit/framework')
    expect(commands).to.be.at.most(5)
  })

  it('goes on with kinds in two versions, a controller, a subresource; npm test passes', async () => {
    const project = join(empty, 'shop')
    const cli = (...args: string[]): Promise<string> => run(project, 'npx', 'apiserver-kit', ...args)
    await cli('create', 'resource', '--group', 'sales', '--version', 'v1', '--kind', 'Invoice', '--no-controller')
    await cli('create', 'resource', '--group', 'sales', '--version', 'v1', '--kind', 'Region', '--cluster-scoped')
    await cli('create', 'version', '--group', 'sales', '--kind', 'Order', '--version', 'v2')
    await cli('create', 'version', '--group', 'sales', '--kind', 'Invoice', '--version', 'v2')
    await cli('create', 'controller', '--group', 'sales', '--kind', 'Invoice')
    await cli('create', 'subresource', '--group', 'sales', '--kind', 'Order', '--subresource', 'refund')
    await run(project, 'npm', 'test')
    const built = await cli('build')
    expect(built).to.include('create dist/sbom.cdx.json')
    const sbom = JSON.parse(readFileSync(join(project, 'dist/sbom.cdx.json'), 'utf8')) as {
      components: { name: string }[]
    }
    expect(sbom.components.map(({ name }) => name))
      .to.include('lmdb')
      .and.not.include('mocha')
  })

  it('begins with npm create, too', async () => {
    const [, , creator = ''] = tarballs
    await run(empty, 'npx', '--yes', '--package', creator, 'create-apiserver-kit', 'other', '--domain', 'example.org')
    expect(JSON.parse(readFileSync(join(empty, 'other/package.json'), 'utf8'))).to.include({ name: 'other' })
  })
})
