import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'

describe('each worker of a server with --workers 2', function () {
  this.timeout(120_000)
  let server: ExampleServer

  beforeEach(async () => {
    server = await ExampleServer.start('sample-apiserver', { args: ['--workers', '2'] })
    while (!server.output.includes('Ready at')) await sleep(20)
  })
  afterEach(() => server.stop())

  /** In the order of their start, unless the numbers begin anew. */
  const workers = (): number[] =>
    spawnSync('pgrep', ['-P', String(server.child.pid)], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter(Boolean)
      .map(Number)

  it('takes up a new certificate', async () => {
    const [cert, key] = ['apiserver.crt', 'apiserver.key'].map((file) => join(server.directory, 'certs', file))
    expect(await shown()).to.not.include('renewed')
    const request = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=renewed'.split(' ')
    execFileSync('openssl', ['req', ...request, '-keyout', key ?? '', '-out', cert ?? ''], { stdio: 'ignore' })
    const deadline = Date.now() + 20_000
    let names: string[] = []
    while (names.some((name) => name !== 'renewed') || names.length === 0) {
      expect(Date.now(), names.join(', ')).to.be.lessThan(deadline)
      await sleep(100)
      names = await shown()
    }
  })

  /** Whom the certificates name that two connections at a time are shown: one from each worker. */
  async function shown(): Promise<string[]> {
    const sockets: TLSSocket[] = []
    for (let i = 0; i < 2; i++) {
      const socket = connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      sockets.push(socket)
    }
    const names = sockets.map((socket) => socket.getPeerCertificate().subject.CN)
    for (const socket of sockets) socket.destroy()
    return names.map(String)
  }

  it('is started again, but not for ever: the server ends and says what to do', async () => {
    const exit = once(server.child, 'exit')
    const [kept] = workers()
    const killed = new Set<number>()
    while (server.child.exitCode === null) {
      const next = workers().find((pid) => pid !== kept && !killed.has(pid))
      if (next !== undefined && !server.output.includes('error: ')) {
        process.kill(next, 'SIGKILL')
        killed.add(next)
      }
      await sleep(20)
    }
    expect(await exit).to.deep.equal([1, null])
    expect(server.output).to.match(/^error: worker 1 was killed 6 times, each time soon after its start; .* memory: /m)
    expect(killed.size).to.equal(6)
  })
})
