import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'

const [kills, connecting] = [8, 12]
const patienceMs = 4000

describe('connections to a server with --workers 2', function () {
  this.timeout(120_000)
  let server: ExampleServer

  before(async () => {
    server = await ExampleServer.start('sample-apiserver', { args: ['--workers', '2'] })
    while (!server.output.includes('Ready at')) await sleep(20)
  })
  after(() => server.stop())

  const workers = (): number[] =>
    spawnSync('pgrep', ['-P', String(server.child.pid)], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter(Boolean)
      .map(Number)
  const serving = (): number => server.output.split('a worker serves again').length - 1

  it('are answered or cut, none is left hanging, while workers are killed', async () => {
    const ended = { answered: 0, cut: 0, hung: 0 }
    const halt = new AbortController()
    const clients = Array.from({ length: connecting }, async () => {
      while (!halt.signal.aborted) {
        const answer = server.get('/version').then(
          ({ status }) => (status === 200 ? 'answered' : 'cut'),
          () => 'cut' as const,
        )
        ended[await Promise.race([answer, sleep(patienceMs, 'hung' as const)])]++
      }
    })
    for (let kill = 0; kill < kills; kill++) {
      await sleep(300)
      const pid = workers()[kill % 2]
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
      while (serving() <= kill) await sleep(20)
    }
    halt.abort()
    await Promise.all(clients)
    expect(ended.hung, JSON.stringify(ended)).to.equal(0)
    expect(ended.answered).to.be.greaterThan(kills)
  })
})
