import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { expect } from 'chai'
import { StatusError } from '../../meta/status.ts'
import { Resource } from '../../registry/resource.ts'
import type { Getter } from '../../registry/rest.ts'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { ApiServer } from '../api-server.ts'
import { standaloneOptions } from '../fixture.test.ts'
import type { ApiServerOptions } from '../options.ts'

const Slow = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Slow',
  plural: 'slows',
  scope: 'Cluster',
  schema: Type.Object({}),
})
type Slow = ObjectOf<typeof Slow>

/** Reading one takes until somebody says so. */
class SlowResource extends Resource<Slow> implements Getter<Slow> {
  readonly storageVersion = Slow
  readonly order: string[] = []
  readonly #held: (() => void)[] = []
  async get(name: string): Promise<Slow> {
    this.order.push(name)
    await new Promise<void>((resolve) => this.#held.push(resolve))
    throw StatusError.notFound({ group: 'example.com', resource: 'slows' }, name)
  }
  get held(): number {
    return this.#held.length
  }
  release(count = Infinity): void {
    for (const go of this.#held.splice(0, count)) go()
  }
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly text: string
  readonly ms: number
}

describe('requests under way', () => {
  const directory = mkdtempSync(join(tmpdir(), 'in-flight-'))
  const agent = new Agent({ keepAlive: true, maxSockets: 500, rejectUnauthorized: false })
  let slow: SlowResource
  let server: ApiServer
  async function start(options: Partial<ApiServerOptions> = {}): Promise<void> {
    const tokens = join(directory, 'tokens')
    writeFileSync(tokens, 'admin,root,,system:masters\ngreedy,greedy,\nmodest,modest,\n')
    slow = new SlowResource()
    server = new ApiServer({
      ...standaloneOptions(directory),
      tokenAuthFile: tokens,
      maxRequestsInflight: 4,
      authorizers: [{ authorize: () => Promise.resolve({ decision: 'Allow' }) }],
      ...options,
    }).install(slow)
    await server.listen()
  }
  afterEach(async () => {
    const over = setInterval(() => {
      slow.release()
    }, 5)
    await server.close()
    clearInterval(over)
  })
  after(() => {
    agent.destroy()
    rmSync(directory, { recursive: true })
  })

  const send = (token: string, path: string, method = 'GET'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const begin = performance.now()
      const options = { method, agent, headers: { authorization: `Bearer ${token}` } }
      const outgoing = request(`${server.url}${path}`, options, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => {
          const { statusCode = 0, headers } = answer
          resolve({ status: statusCode, retryAfter: headers['retry-after'], text, ms: performance.now() - begin })
        })
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
  const slows = (name: string): string => `/apis/example.com/v1/slows/${name}`
  async function until(check: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 5000; !check();) {
      if (Date.now() > deadline) throw new Error('it did not come to pass in 5 s')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  it('a user who asks much does not keep others out, nor the administrator, probes, writes and watches', async () => {
    await start()
    const greedy = Array.from({ length: 300 }, (_, i) => send('greedy', slows(`g${String(i)}`)))
    const refused = (await Promise.all(greedy.slice(54))).slice(0, 10)
    for (const { status, retryAfter, text } of refused)
      expect([status, retryAfter, text]).to.deep.equal([429, '1', 'Too many requests, please try again later.\n'])
    expect(slow.held).to.equal(4)
    for (const [token, path, wanted] of [
      ['admin', '/version', 200],
      ['admin', '/api/v1/namespaces', 200],
      ['greedy', '/healthz', 200],
      ['modest', '/readyz', 200],
    ] as const) {
      const { status, ms } = await send(token, path)
      expect([path, status]).to.deep.equal([path, wanted])
      expect(ms).to.be.lessThan(100)
    }
    expect((await send('greedy', slows('x'), 'DELETE')).status).to.equal(405)
    expect((await send('greedy', '/api/v1/namespaces?watch=true&timeoutSeconds=1')).status).to.equal(200)
    const modest = send('modest', slows('modest'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    slow.release(1)
    await until(() => slow.order.length === 5)
    expect(slow.order.at(-1)).to.equal('modest')
    const metrics = (await send('admin', '/metrics')).text
    expect(metrics).to.match(/^apiserver_flowcontrol_rejected_requests_total\{.*reason="queue-full"\} 246$/m)
    expect(metrics).to.match(/^apiserver_current_inqueue_requests\{request_kind="readOnly"\} 50$/m)
    const over = setInterval(() => {
      slow.release()
    }, 5)
    const served = await Promise.all([...greedy.slice(0, 54), modest])
    clearInterval(over)
    expect(new Set(served.map(({ status }) => status))).to.deep.equal(new Set([404]))
  })

  it('without fairness, whoever comes too late is sent away at once', async () => {
    await start({ enablePriorityAndFairness: false })
    const held = Array.from({ length: 4 }, (_, i) => send('greedy', slows(`g${String(i)}`)))
    await until(() => slow.held === 4)
    expect(await send('modest', slows('m'))).to.deep.include({ status: 429, retryAfter: '1' })
    slow.release()
    await Promise.all(held)
    await until(() => slow.held === 0)
  })

  it('who waits too long is sent away', async () => {
    await start({ requestTimeoutSeconds: 0.4 })
    const held = Array.from({ length: 4 }, (_, i) => send('greedy', slows(`g${String(i)}`)))
    await until(() => slow.held === 4)
    const { status, ms } = await send('modest', slows('m'))
    expect(status).to.equal(429)
    expect(ms).to.be.within(90, 300)
    for (const { status: code } of await Promise.all(held)) expect(code).to.equal(504)
  })

  it('0 is no limit', async () => {
    await start({ maxRequestsInflight: 0 })
    const held = Array.from({ length: 450 }, (_, i) => send('greedy', slows(`g${String(i)}`)))
    await until(() => slow.held === 450)
    slow.release()
    await Promise.all(held)
  })
})
