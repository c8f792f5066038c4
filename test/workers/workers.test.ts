import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { HttpsClient } from '../faults/https-client.ts'
import { ExampleServer } from '../harness/example-server.ts'

const flunders = '/apis/wardle.example.com/v1beta1/namespaces/default/flunders'

interface Flunder {
  metadata: { name: string; resourceVersion: string; labels?: Record<string, string> }
}
interface List {
  metadata: { resourceVersion: string }
  items: Flunder[]
}

const flunder = (name: string, labels: Record<string, string> = {}): unknown => ({
  apiVersion: 'wardle.example.com/v1beta1',
  kind: 'Flunder',
  metadata: { name, labels },
  spec: {},
})

/** Whoever has nobody to collect it is dead all the same. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    return stat[stat.lastIndexOf(')') + 2] !== 'Z'
  } catch {
    return false
  }
}

describe('a server with --workers 2', function () {
  this.timeout(120_000)
  let server: ExampleServer
  const clients: HttpsClient[] = []

  before(async () => {
    server = await ExampleServer.start('sample-apiserver', { args: ['--workers', '2'] })
    while (!server.output.includes('Ready at')) await sleep(20)
  })
  after(async () => {
    for (const client of clients) client.close()
    await server.stop()
  })

  /** A connection of its own, and so another worker than the one before it. */
  function connect(): HttpsClient {
    const client = new HttpsClient(server.url, server.credentials)
    clients.push(client)
    return client
  }

  const workers = (): number[] =>
    execFileSync('pgrep', ['-P', String(server.child.pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number)

  async function answered<T>(client: HttpsClient, code: number, ...request: [string, string, unknown?]): Promise<T> {
    const answer = await client.send(...request)
    expect(answer?.code, JSON.stringify(answer?.body)).to.equal(code)
    return answer?.body as T
  }

  it('serves from both, each its own connections', async () => {
    const four = [connect(), connect(), connect(), connect()]
    for (const client of four) await answered(client, 200, 'GET', flunders)
    for (const pid of workers()) {
      process.kill(pid, 'SIGSTOP')
      const asked = four.map((client) => client.send('GET', flunders))
      const inTime = await Promise.all(asked.map((one) => Promise.race([one.then(() => true), sleep(1500, false)])))
      process.kill(pid, 'SIGCONT')
      expect(inTime.filter(Boolean), 'those of the other worker').to.have.length(2)
      for (const answer of await Promise.all(asked)) expect(answer?.code).to.equal(200)
    }
  })

  it('shows through every worker what was answered by any', async () => {
    const [one, other] = [connect(), connect()]
    for (let round = 0; round < 150; round++) {
      const [writer, reader] = round % 2 ? [one, other] : [other, one]
      const name = `mine-${String(round)}`
      const { metadata } = await answered<Flunder>(writer, 201, 'POST', flunders, flunder(name))
      const rv = metadata.resourceVersion
      const read = await answered<Flunder>(reader, 200, 'GET', `${flunders}/${name}`)
      expect(read.metadata.resourceVersion).to.equal(rv)
      const path = ['', `?resourceVersion=${rv}`, `?resourceVersion=${rv}&resourceVersionMatch=Exact&limit=500`]
      const list = await answered<List>(reader, 200, 'GET', `${flunders}${path[round % 3] ?? ''}`)
      expect(Number(list.metadata.resourceVersion)).to.be.at.least(Number(rv))
      expect(list.items.map((item) => item.metadata.name)).to.include(name)
      const changed = { ...read, metadata: { ...read.metadata, labels: { round: String(round) } } }
      const next = await answered<Flunder>(reader, 200, 'PUT', `${flunders}/${name}`, changed)
      expect(Number(next.metadata.resourceVersion)).to.be.greaterThan(Number(rv))
      await answered(writer, 409, 'PUT', `${flunders}/${name}`, changed)
      await answered(writer, 200, 'DELETE', `${flunders}/${name}`)
      await answered(reader, 404, 'GET', `${flunders}/${name}`)
    }
  })

  it('tells all watchers the same events in the same order, whoever wrote them', async () => {
    const from = (await answered<List>(connect(), 200, 'GET', flunders)).metadata.resourceVersion
    const [writers, watchers, each] = [4, 6, 50]
    const seen = Array.from({ length: watchers }, () => follow(connect(), from, writers * each * 3))
    const written = Array.from({ length: writers }, async (_, w) => {
      const client = connect()
      const revisions: string[] = []
      for (let i = 0; i < each; i++) {
        const path = `${flunders}/w${String(w)}-${String(i)}`
        const made = await answered<Flunder>(client, 201, 'POST', flunders, flunder(path.slice(flunders.length + 1)))
        const body = { ...made, metadata: { ...made.metadata, labels: { again: 'true' } } }
        revisions.push(made.metadata.resourceVersion)
        revisions.push((await answered<Flunder>(client, 200, 'PUT', path, body)).metadata.resourceVersion)
        await answered(client, 200, 'DELETE', path)
      }
      return revisions
    })
    const acknowledged = (await Promise.all(written)).flat().map(Number)
    const [first = [], ...others] = await Promise.all(seen)
    const revisions = first.map((line) => Number(line.split(' ')[2]))
    expect(revisions).to.deep.equal([...new Set(revisions)].sort((a, b) => a - b))
    expect(revisions).to.include.members(acknowledged)
    for (const other of others) expect(other).to.deep.equal(first)
  })

  /** The first `count` events after a revision, as `TYPE name revision`. */
  async function follow(client: HttpsClient, resourceVersion: string, count: number): Promise<string[]> {
    const path = `${flunders}?watch=1&timeoutSeconds=60&resourceVersion=${resourceVersion}`
    const stream = await client.open(path, new AbortController().signal)
    const lines: string[] = []
    if (!stream) return lines
    let text = ''
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const ended = (text + chunk.toString()).split('\n')
      text = ended.pop() ?? ''
      for (const line of ended) {
        const { type, object } = JSON.parse(line) as { type: string; object: Flunder }
        lines.push(`${type} ${object.metadata.name} ${object.metadata.resourceVersion}`)
      }
      if (lines.length >= count) break
    }
    return lines
  }

  it('adds the metrics of both up, and sets both back', async () => {
    const counted = async (): Promise<number> => {
      const { body } = await server.get('/metrics')
      const lines = body.split('\n').filter((line) => line.startsWith('apiserver_request_total{verb="GET"'))
      expect(new Set(lines.map((line) => line.split(' ')[0])).size).to.equal(lines.length)
      return lines
        .filter((line) => line.includes('resource="fischers"'))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
    }
    const fischer = '/apis/wardle.example.com/v1alpha1/fischers/none'
    for (const client of [connect(), connect(), connect(), connect()]) await answered(client, 404, 'GET', fischer)
    expect(await counted()).to.equal(4)
    expect((await server.send('DELETE', '/metrics')).status).to.equal(200)
    // The other worker hears of it a moment later.
    await sleep(200)
    expect(await counted()).to.equal(0)
  })

  it('puts another worker in the place of one that was killed, and the rest goes on', async () => {
    const name = 'survivor'
    await answered(connect(), 201, 'POST', flunders, flunder(name))
    let restarts = 0
    for (const killed of workers()) {
      process.kill(killed, 'SIGKILL')
      // Until node:cluster has noticed, a few milliseconds, it hands connections to the one that has ended.
      while (server.output.split('a worker has ended').length <= restarts + 1) await sleep(5)
      await sleep(50)
      // Whoever still has a connection to it connects anew.
      for (const client of [connect(), connect(), connect()]) {
        const { metadata } = await answered<Flunder>(client, 200, 'GET', `${flunders}/${name}`)
        const body = { ...(flunder(name) as object), metadata: { ...metadata, labels: { after: String(killed) } } }
        await answered(client, 200, 'PUT', `${flunders}/${name}`, body)
      }
      restarts++
      while (server.output.split('a worker serves again').length <= restarts) await sleep(20)
    }
  })

  it('comes to its end as a whole', async () => {
    const before = workers()
    expect(before).to.have.length(2)
    const exit = once(server.child, 'exit')
    server.child.kill('SIGTERM')
    expect(await exit).to.deep.equal([0, null])
    for (const pid of before) expect(isAlive(pid)).to.equal(false)
  })

  it('ends its workers when the first process is killed, and another server takes over at once', async () => {
    const { directory, port } = server
    server = await ExampleServer.start('sample-apiserver', { directory, port, args: ['--workers', '2'] })
    while (!server.output.includes('Ready at')) await sleep(20)
    const before = workers()
    const exit = once(server.child, 'exit')
    server.child.kill('SIGKILL')
    await exit
    server = await ExampleServer.start('sample-apiserver', { directory, port })
    await answered(connect(), 200, 'GET', `${flunders}/survivor`)
    for (const pid of before) expect(isAlive(pid)).to.equal(false)
  })

  it('does not start, and says why, where another server has the data', async () => {
    const { directory } = server
    const error = await ExampleServer.start('sample-apiserver', { directory, args: ['--workers', '2'] }).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(String(error)).to.match(/exited with 1:\s+error: the data folder .* is in use by process/)
  })

  it('does not start, and says why, where the port is taken', async () => {
    const error = await ExampleServer.start('sample-apiserver', { port: server.port, args: ['--workers', '2'] }).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(String(error)).to.match(/error: port \d+ of 127.0.0.1 is taken/)
  })
})
