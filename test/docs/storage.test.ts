import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect } from 'chai'

const root = join(import.meta.dirname, '..', '..')
const guide = readFileSync(join(root, 'docs/guides/storage.md'), 'utf8')
const mocha = join(dirname(createRequire(import.meta.url).resolve('mocha/package.json')), 'bin/mocha.js')

const goodBackend = `
import { MemoryBackend } from '@apiserver-kit/framework/storage'
export class MyBackend extends MemoryBackend {}
`
/** Forgets what a write demands. */
const badBackend = `
import { MemoryBackend } from '@apiserver-kit/framework/storage'
export class MyBackend extends MemoryBackend {
  async commit(write) {
    const found = await this.get(write.key)
    return super.commit({ ...write, expectedModRevision: found?.modRevision ?? 0 })
  }
}
`

describe('docs/guides/storage.md', function () {
  this.timeout(180_000)
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache', 'storage-guide-'))
  after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const test = /```ts conformance\n([^]*?)```/.exec(guide)?.[1] ?? ''

  /** Runs the guide's test against a backend: how many passed and failed. */
  function judge(backend: string): { passes: number; failures: number } {
    writeFileSync(join(folder, 'my-backend.ts'), backend)
    writeFileSync(join(folder, 'my-backend.test.ts'), test)
    const flags = [
      '--no-config',
      '--import=tsx',
      '--timeout',
      '20000',
      '--reporter',
      'json',
      join(folder, 'my-backend.test.ts'),
    ]
    const { stdout, stderr } = spawnSync(process.execPath, [mocha, ...flags], { cwd: root, encoding: 'utf8' })
    const start = stdout.indexOf('{\n  "stats"')
    expect(start, stdout + stderr).to.be.at.least(0)
    return (JSON.parse(stdout.slice(start)) as { stats: { passes: number; failures: number } }).stats
  }

  it('shows a test of four lines that a right backend passes', () => {
    expect(test.trim().split('\n')).to.have.length(4)
    const { passes, failures } = judge(goodBackend)
    expect(failures).to.equal(0)
    expect(passes).to.be.greaterThan(30)
  })

  it('and a wrong one does not', () => {
    expect(judge(badBackend).failures).to.be.greaterThan(0)
  })

  it('names the flags that there are', () => {
    const known = spawnSync(process.execPath, ['--import', 'tsx', 'server.ts', '--help'], {
      cwd: join(root, 'examples/sample-apiserver'),
      encoding: 'utf8',
    }).stdout
    const named = [...guide.matchAll(/`--((?:etcd|data)-[a-z-]+)/g)].map(([, flag = '']) => flag)
    expect(named).to.have.length.greaterThan(6)
    for (const flag of named) expect(known, flag).to.contain(`--${flag} `)
  })
})
