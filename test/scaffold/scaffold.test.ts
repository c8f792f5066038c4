import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { freePort } from '../harness/example-server.ts'
import { kubectl, kubectlPath } from '../harness/kubectl.ts'

const root = join(import.meta.dirname, '..', '..')
const npm = (directory: string, ...args: string[]): string =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund'], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** What the CLI writes, as a user has it: from packed tarballs, outside of this repository. */
describe('a generated project', function () {
  this.timeout(600_000)
  const folder = mkdtempSync(join(tmpdir(), 'apiserver-kit-scaffold-'))
  const project = join(folder, 'project')
  let tarballs: string[]
  const cli = (...args: string[]): string =>
    execFileSync(process.execPath, [join(project, 'node_modules/@apiserver-kit/cli/dist/main.js'), ...args], {
      cwd: project,
      encoding: 'utf8',
    })

  before(() => {
    tarballs = ['framework', 'cli'].map((name) => {
      const packed = npm(join(root, 'packages', name), 'pack', '--json', '--pack-destination', folder)
      const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }]
      return join(folder, filename)
    })
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    npm(bin, 'install', '--prefix', bin, ...tarballs)
    execFileSync(process.execPath, [
      join(bin, 'node_modules/@apiserver-kit/cli/dist/main.js'),
      'init',
      '--domain',
      'example.org',
      '--directory',
      project,
    ])
    npm(project, 'install', ...tarballs)
    cli('create', 'resource', '--group', 'shop', '--version', 'v1beta1', '--kind', 'BigOrder')
  })
  after(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it('has nothing of the template left', () => {
    const files = readdirSync(project, { recursive: true, encoding: 'utf8' }).filter(
      (f) => !f.startsWith('node_modules') && /\.(ts|json|md)$/.test(f),
    )
    for (const file of files.filter((f) => f !== 'package-lock.json' && f !== 'README.md'))
      expect(readFileSync(join(project, file), 'utf8'), file).to.not.match(/widget|example\.com|\bdemo\b/i)
    expect(existsSync(join(project, 'apis/shop/v1beta1/big-order.ts'))).to.equal(true)
  })

  it('type-checks and passes its own tests', () => {
    npm(project, 'test')
  })

  it('takes a second kind and refuses to write over the first', () => {
    cli('create', 'resource', '--group', 'shop', '--version', 'v1beta1', '--kind', 'Policy')
    npm(project, 'run', 'types')
    const again = (): string => cli('create', 'resource', '--group', 'shop', '--version', 'v1beta1', '--kind', 'Policy')
    expect(again()).to.include('Nothing to change')
    const file = join(project, 'server/policy.ts')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, `${text}// mine\n`)
    expect(again).to.throw(/server\/policy.ts is there already: nothing was changed/)
    writeFileSync(file, text)
  })

  it('runs: its controller reports into status', async () => {
    kubectlPath()
    const port = await freePort()
    const child = spawn('npm', ['start', '--', '--secure-port', String(port)], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    try {
      const kubeconfig = join(project, 'data/kubeconfig')
      await until(
        () => output.includes('Ready at') && existsSync(kubeconfig),
        () => output,
      )
      const manifest = JSON.stringify({
        apiVersion: 'shop.example.org/v1beta1',
        kind: 'BigOrder',
        metadata: { name: 'first' },
        spec: { size: 3 },
      })
      const created = kubectl(kubeconfig, ['apply', '-f', '-'], { input: manifest })
      expect(created.code, created.stderr).to.equal(0)
      await until(
        () => kubectl(kubeconfig, ['get', 'bigorders', 'first', '-o', 'jsonpath={.status.ready}']).stdout === 'true',
        () => output,
      )
    } finally {
      const exit = once(child, 'exit')
      process.kill(-(child.pid ?? 0), 'SIGINT')
      await exit
    }
  })
})

async function until(done: () => boolean, explain: () => string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (done()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`not within 30 s:\n${explain()}`)
}
