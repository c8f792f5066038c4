import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'
import { Http2Client } from '../harness/http2-client.ts'
import { SteadyLoad } from '../harness/steady-load.ts'

const flunders = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders'
const flunder = (name: string): string =>
  `{"apiVersion":"wardle.example.com/v1alpha1","kind":"Flunder","metadata":{"name":"${name}"}}`

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

describe('Shutdown', function () {
  this.timeout(60_000)
  let server: ExampleServer
  let agent: Agent
  let client: Http2Client
  async function start(...args: string[]): Promise<void> {
    server = await ExampleServer.start('sample-apiserver', { args })
    const { cert, key, ca } = server.credentials
    agent = new Agent({
      keepAlive: true,
      maxSockets: 8,
      cert: readFileSync(cert),
      key: readFileSync(key),
      ca: readFileSync(ca),
    })
    client = new Http2Client(server.url, server.credentials)
  }
  afterEach(async () => {
    client.close()
    agent.destroy()
    await server.stop()
  })

  /** Over HTTP/1.1, on connections that are kept; `fresh`: on one of its own. Rejects unless a whole answer came. */
  const send = (method: string, path: string, body?: string, { fresh = false } = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { cert, key, ca } = server.credentials
      const own = fresh && {
        agent: false as const,
        cert: readFileSync(cert),
        key: readFileSync(key),
        ca: readFileSync(ca),
      }
      const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }
      const outgoing = request(`${server.url}${path}`, { method, agent, headers, ...own }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          if (answer.complete) resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text })
          else reject(new Error(`${method} ${path}: half an answer`))
        })
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  /** A request that is under way until its body is whole. */
  const halfSent = (name: string): { readonly finish: () => void; readonly answer: Promise<number> } => {
    const body = flunder(name)
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const outgoing = request(`${server.url}${flunders}`, { method: 'POST', agent, headers })
    outgoing.write(body.slice(0, 10))
    return {
      finish: () => outgoing.end(body.slice(10)),
      answer: new Promise((resolve, reject) => {
        outgoing.on('response', (answer) => {
          answer.resume()
          resolve(answer.statusCode ?? 0)
        })
        outgoing.on('error', reject)
      }),
    }
  }
  const signal = (): { readonly exit: Promise<number | null>; readonly at: number } => {
    const exit = once(server.child, 'exit').then(([code]) => code as number | null)
    server.child.kill('SIGTERM')
    return { exit, at: performance.now() }
  }

  /** Reads, writes, over both protocols, until nobody listens any more. */
  function load(): SteadyLoad {
    const halt = new Promise<never>(() => undefined)
    return new SteadyLoad(16, async (n) => {
      const ask = n % 2 ? (...call: [string, string, string?]) => send(...call) : client.send.bind(client)
      const name = `load-${String(n)}`
      try {
        for (const [method, path, wanted, body] of [
          ['POST', flunders, 201, flunder(name)],
          ['GET', `${flunders}/${name}`, 200],
          ['GET', flunders, 200],
          ['DELETE', `${flunders}/${name}`, 200],
        ] as const) {
          const { status, text } = await ask(method, path, body)
          if (status !== wanted) return `${method} ${path}: ${String(status)} ${text}`
        }
      } catch (error) {
        // Nobody listens: that request never reached the server, and every load balancer sends it elsewhere.
        if ((error as { code?: string }).code === 'ECONNREFUSED') return halt
        throw error
      }
      return undefined
    })
  }

  for (const args of ['', '--shutdown-delay-duration 1s', '--workers 2', '--workers 2 --shutdown-delay-duration 1s'])
    it(`fails no request under load, over HTTP/1.1 and HTTP/2, and ends watches: ${args || 'no flags'}`, async () => {
      await start(...args.split(' ').filter(Boolean))
      const watch = `${flunders}?watch=true`
      const watches = [send('GET', watch, undefined, { fresh: true }), client.send('GET', watch)]
      const work = load()
      await sleep(1500)
      const { exit, at } = signal()
      expect(await exit).to.equal(0)
      expect(performance.now() - at).to.be.lessThan(10_000)
      // Whoever has still no answer will not get one: the process is gone.
      const problems = await Promise.race([work.stop(), sleep(500, work.problems)])
      expect(problems.slice(0, 5)).to.deep.equal([])
      expect(work.sent).to.be.greaterThan(50)
      for (const { status } of await Promise.all(watches)) expect(status).to.equal(200)
      expect(client.goaways).to.be.greaterThan(0)
    })

  it('is not ready at once, and serves all the same for the time of --shutdown-delay-duration', async () => {
    await start('--shutdown-delay-duration', '1s')
    const { exit, at } = signal()
    while ((await send('GET', '/readyz', undefined, { fresh: true })).status === 200)
      expect(performance.now() - at).to.be.lessThan(300)
    const { text } = await send('GET', '/readyz', undefined, { fresh: true })
    expect(text).to.include('[-]shutdown failed: reason withheld\nreadyz check failed')
    for (const path of ['/livez', '/healthz', flunders]) {
      const { status, headers } = await send('GET', path)
      expect([path, status, headers['connection']]).to.deep.equal([path, 200, 'keep-alive'])
    }
    expect(await exit).to.equal(0)
    expect(performance.now() - at).to.be.greaterThan(1000)
  })

  it('answers what is under way, and closes connections with the next answer', async () => {
    await start()
    const held = halfSent('held')
    await send('GET', '/version')
    const { exit } = signal()
    await sleep(300)
    const { status, headers } = await send('GET', '/version')
    expect([status, headers['connection']]).to.deep.equal([200, 'close'])
    held.finish()
    expect(await held.answer).to.equal(201)
    expect(await exit).to.equal(0)
  })

  it('answers 429 to what comes while it drains, with --shutdown-send-retry-after', async () => {
    await start('--shutdown-send-retry-after')
    const held = halfSent('held')
    await send('GET', '/version')
    const { exit } = signal()
    await sleep(300)
    const { status, headers, text } = await send('GET', flunders, undefined, { fresh: true })
    expect([status, text]).to.deep.equal([429, 'The apiserver is shutting down, please try again later.\n'])
    expect(headers).to.include({ 'retry-after': '5', connection: 'close' })
    const over2 = await client.send('GET', flunders)
    expect([over2.status, over2.headers['retry-after']]).to.deep.equal([429, '5'])
    for (const path of ['/livez', '/healthz', '/metrics', '/readyz/ping'])
      expect((await send('GET', path, undefined, { fresh: true })).status, path).to.equal(200)
    held.finish()
    expect(await held.answer).to.equal(201)
    expect(await exit).to.equal(0)
  })

  it('ends watches one after the other, with --shutdown-watch-termination-grace-period', async () => {
    await start('--shutdown-watch-termination-grace-period', '2s')
    const session = await client.session()
    const ends: number[] = []
    const watches = Array.from({ length: 300 }, async () => {
      const stream = session.request({ ':path': `${flunders}?watch=true` })
      await once(stream, 'response')
      return { ended: once(stream.resume(), 'close').then(() => ends.push(performance.now())) }
    })
    const open = await Promise.all(watches)
    const { exit, at } = signal()
    await Promise.all(open.map(({ ended }) => ended))
    const after = ends.map((end) => end - at)
    expect(Math.min(...after)).to.be.lessThan(500)
    expect(Math.max(...after)).to.be.within(1000, 3000)
    expect(await exit).to.equal(0)
  })

  for (const args of [[], ['--workers', '2']])
    it(`ends at once on a second signal, ${args.join(' ') || 'one process'}`, async () => {
      await start(...args)
      const held = halfSent('held')
      held.answer.catch(() => undefined)
      await send('GET', '/version')
      await endsOnSecondSignal()
    })

  for (const args of [[], ['--workers', '2']])
    it(`ends at once on a second signal while a write is under way in the store, ${args.join(' ') || 'one process'}`, async () => {
      await start(...args)
      // All of them wait for the one that has LMDB's lock.
      const holder = await holdLock(join(server.directory, 'data'))
      const write = send('POST', flunders, flunder('held')).catch(() => undefined)
      await sleep(300)
      await endsOnSecondSignal()
      holder.kill('SIGKILL')
      await write
      const { directory } = server
      server = await ExampleServer.start('sample-apiserver', { directory })
      expect((await server.send('POST', flunders, flunder('next'))).status).to.equal(201)
    })

  async function endsOnSecondSignal(): Promise<void> {
    const exit = once(server.child, 'exit')
    server.child.kill('SIGTERM')
    await sleep(200)
    const again = performance.now()
    server.child.kill('SIGTERM')
    const ended = await Promise.race([exit, sleep(5000)])
    expect(ended).to.deep.equal([null, 'SIGTERM'])
    expect(performance.now() - again).to.be.lessThan(1000)
  }

  /** Another process, which has LMDB's lock for writes until it is killed. */
  async function holdLock(path: string): Promise<ChildProcess> {
    const program = `import { open } from 'lmdb'
      open({ path: process.argv[1], noSubdir: false, maxDbs: 8 }).transactionSync(() => {
        console.log('held')
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      })`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', program, path], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    return holder
  }
})
