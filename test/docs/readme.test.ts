import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { expect } from 'chai'
import ts from 'typescript'
import { freePort } from '../harness/example-server.ts'
import { kubectl } from '../harness/kubectl.ts'

const root = join(import.meta.dirname, '..', '..')
const codeIn = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => code)
const blocks = codeIn('README.md')

describe('README.md', function () {
  this.timeout(60_000)
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache', 'readme-'))
  after(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it('has at most 120 lines, and code', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length).to.be.at.most(121)
    expect(blocks).to.have.length.at.least(1)
  })

  it('shows code that type-checks, as the packages’ do', () => {
    const published = codeIn('packages/framework/README.md')
    expect(published).to.have.length(1)
    const files = [...blocks, ...published].map((code, i) => {
      const file = join(folder, `block-${String(i)}.ts`)
      writeFileSync(file, code)
      return file
    })
    const { config } = ts.readConfigFile(join(root, 'tsconfig.check.json'), (path) => ts.sys.readFile(path))
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files }, ts.sys, root)
    const program = ts.createProgram(files, { ...options, noEmit: true })
    const problems = ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, '\n'))
    expect(problems).to.deep.equal([])
  })

  it('shows a server that runs', async () => {
    const port = await freePort()
    const [code = ''] = blocks
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(
      join(folder, 'server.ts'),
      code.replace('new ApiServer({', `new ApiServer({ securePort: ${String(port)}, bindAddress: '127.0.0.1',`),
    )
    const child = spawn(process.execPath, ['--import', 'tsx', 'server.ts'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(createInterface({ input: child.stdout }), 'line')
      const manifest = JSON.stringify({
        apiVersion: 'demo.example.com/v1',
        kind: 'Widget',
        metadata: { name: 'one' },
        spec: { size: 13 },
      })
      const { stderr } = kubectl(join(folder, 'kubeconfig'), ['create', '-f', '-'], { input: manifest })
      expect(stderr).to.include('spec.size: Invalid value: 13: is unlucky')
      const { stdout } = kubectl(join(folder, 'kubeconfig'), ['get', 'wd'])
      expect(stdout).to.equal('')
    } finally {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    }
  })
})
