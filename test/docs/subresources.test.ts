import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import ts from 'typescript'
import { freePort } from '../harness/example-server.ts'
import { kubectl } from '../harness/kubectl.ts'

const root = join(import.meta.dirname, '..', '..')
const guide = readFileSync(join(root, 'docs/guides/subresources.md'), 'utf8')
const files = [...guide.matchAll(/```ts (\S+)\n([^]*?)```/g)].map(([, name = '', code = '']) => ({ name, code }))

describe('docs/guides/subresources.md', function () {
  this.timeout(60_000)
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache', 'subresources-guide-'))
  const config = join(folder, 'kubeconfig')
  const machines = '/apis/lab.example.com/v1/namespaces/default/machines'
  let stop: (() => Promise<void>) | undefined
  before(async () => {
    for (const { name, code } of files) writeFileSync(join(folder, name), code)
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const port = await freePort()
    const main = readFileSync(join(folder, 'server.ts'), 'utf8')
    const flags = `securePort: ${String(port)}, bindAddress: '127.0.0.1', `
    writeFileSync(join(folder, 'main.ts'), main.replace('new ApiServer({ ', `new ApiServer({ ${flags}`))
    const child = spawn(process.execPath, ['--import', 'tsx', 'main.ts'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    stop = async () => {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    }
    await once(createInterface({ input: child.stdout }), 'line')
    const one = {
      apiVersion: 'lab.example.com/v1',
      kind: 'Machine',
      metadata: { name: 'one' },
      spec: { image: 'linux' },
    }
    expect(kubectl(config, ['create', '-f', '-'], { input: JSON.stringify(one) }).stderr).to.equal('')
  })
  after(async () => {
    await stop?.()
    rmSync(folder, { recursive: true, force: true })
  })

  it('shows code that type-checks', () => {
    expect(files.map(({ name }) => name)).to.include.members([
      'restart.ts',
      'log.ts',
      'exec.ts',
      'tunnel.ts',
      'server.ts',
    ])
    const paths = files.map(({ name }) => join(folder, name))
    const { config: json } = ts.readConfigFile(join(root, 'tsconfig.check.json'), (path) => ts.sys.readFile(path))
    const { options } = ts.parseJsonConfigFileContent({ ...json, include: [], files: paths }, ts.sys, root)
    const program = ts.createProgram(paths, { ...options, noEmit: true })
    const problems = ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, '\n'))
    expect(problems).to.deep.equal([])
  })

  it('shows an action', () => {
    const restart = { apiVersion: 'lab.example.com/v1', kind: 'Restart', spec: {} }
    const file = join(folder, 'restart.json')
    writeFileSync(file, JSON.stringify(restart))
    const { stdout } = kubectl(config, ['create', '--raw', `${machines}/one/restart`, '-f', file])
    expect(JSON.parse(stdout)).to.include({ kind: 'Restarted', image: 'linux', afterSeconds: 30 })
  })

  it('shows a stream', () => {
    const { stdout } = kubectl(config, ['get', '--raw', `${machines}/one/log?tailLines=3`])
    expect(stdout).to.equal('linux 1\nlinux 2\nlinux 3\n')
    expect(kubectl(config, ['get', '--raw', `${machines}/one/log?tailLines=-1`]).stderr).to.include('BadRequest')
  })

  it('shows a process', async () => {
    const { default: WebSocket } = await import('ws')
    const { server, tls } = connectionOf(config)
    const socket = new WebSocket(
      `${server.replace('https', 'wss')}${machines}/one/exec?command=cat&stdin=1&stdout=1`,
      ['v5.channel.k8s.io'],
      tls,
    )
    const messages: string[] = []
    socket.on('message', (data) => messages.push((data as Buffer).toString()))
    await once(socket, 'open')
    const closed = once(socket, 'close')
    socket.send(Buffer.from('\0hello'))
    socket.send(Buffer.from([255, 0]))
    await closed
    expect(messages).to.deep.equal(['\x01', '\x01hello', '\x03{"metadata":{},"status":"Success"}'])
  })

  it('shows a connection', () => {
    const { stdout, stderr } = kubectl(config, ['get', '--raw', `${machines}/one/tunnel/a/b?port=8080`])
    expect(stderr).to.equal('')
    expect(stdout).to.equal('port 8080, path /a/b\n')
  })
})

/** What a kubeconfig says of its only cluster and its only user. */
function connectionOf(file: string): { server: string; tls: { ca: Buffer; cert: Buffer; key: Buffer } } {
  const text = readFileSync(file, 'utf8')
  const data = (member: string): Buffer =>
    Buffer.from(new RegExp(`"?${member}"?: "?([A-Za-z0-9+/=]+)`).exec(text)?.[1] ?? '', 'base64')
  return {
    server: /"?server"?: "?(https:[^"\s]+)/.exec(text)?.[1] ?? '',
    tls: {
      ca: data('certificate-authority-data'),
      cert: data('client-certificate-data'),
      key: data('client-key-data'),
    },
  }
}
