import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { pino } from 'pino'
import type { AuthorizationDecision } from '../../auth/authorization/authorizer.ts'
import type { RequestState } from '../request-state.ts'
import { ServerMetrics } from '../metrics/server-metrics.ts'
import { filterChain } from './chain.ts'
import { Draining } from './draining.ts'

/** As much of a response as the filters touch. */
class FakeResponse extends EventEmitter {
  statusCode = 0
  headersSent = false
  destroyed = false
  writableFinished = false
  writableEnded = false
  body = ''
  readonly headers = new Map<string, unknown>()
  setHeader(name: string, value: unknown): void {
    this.headers.set(name, value)
  }
  getHeader(name: string): unknown {
    return this.headers.get(name)
  }
  end(body: string | Buffer = ''): void {
    this.body = body.toString()
    this.headersSent = this.writableFinished = this.writableEnded = true
  }
  destroy(): void {
    this.destroyed = true
  }
}

interface Setup {
  url?: string
  method?: string
  user?: string
  decision?: AuthorizationDecision | Error
  draining?: Draining
  requestTimeoutMs?: number
  handler?: (state: RequestState) => Promise<void>
}

async function pass(setup: Setup = {}): Promise<{ response: FakeResponse; asked: string[]; handled: boolean }> {
  const response = new FakeResponse()
  const asked: string[] = []
  let handled = false
  const chain = filterChain({
    log: pino({ level: 'silent' }),
    requestHeaders: () => undefined,
    metrics: new ServerMetrics(),
    known: { serves: () => true, hasPath: () => true },
    draining: setup.draining ?? new Draining(),
    authenticator: {
      name: 'fake',
      authenticate: () => {
        asked.push('authenticate')
        if (setup.user === undefined) return Promise.resolve(undefined)
        return Promise.resolve({ user: { name: setup.user, uid: '', groups: [], extra: {} } })
      },
    },
    authorizer: {
      authorize: ({ verb, user }) => {
        asked.push(`authorize ${user.name} ${verb}`)
        const decision = setup.decision ?? { decision: 'Allow' as const }
        return decision instanceof Error ? Promise.reject(decision) : Promise.resolve(decision)
      },
    },
    requestTimeoutMs: setup.requestTimeoutMs ?? 60_000,
    maxReadsInFlight: 1,
    maxWritesInFlight: 1,
  })
  const request = { url: setup.url ?? '/apis/g/v1/things', method: setup.method ?? 'GET', headers: {}, rawHeaders: [] }
  const ctx = { req: request, res: response, method: request.method, url: request.url, state: {} as RequestState }
  const handler = async (): Promise<void> => {
    handled = true
    await setup.handler?.(ctx.state)
  }
  type Step = (ctx: unknown, next: () => Promise<unknown>) => unknown
  const run = [...chain, handler].reduceRight<() => Promise<unknown>>(
    (next, step) => async () => (step as Step)(ctx, next),
    () => Promise.resolve(),
  )
  await run()
  return { response, asked, handled }
}

describe('filterChain', () => {
  it('authenticates, then authorizes, then handles; every answer has an Audit-Id and is not to be cached', async () => {
    const { response, asked, handled } = await pass({ user: 'jane' })
    expect(asked).to.deep.equal(['authenticate', 'authorize jane list'])
    expect(handled).to.equal(true)
    expect(response.headers.get('audit-id')).to.match(/^[-0-9a-f]{36}$/)
    expect(response.headers.get('cache-control')).to.equal('no-cache, private')
  })
  it('answers 401 and asks nobody else when there is no identity', async () => {
    const { response, asked, handled } = await pass()
    expect(asked).to.deep.equal(['authenticate'])
    expect(handled).to.equal(false)
    expect(response.statusCode).to.equal(401)
    expect(response.headers.has('audit-id')).to.equal(true)
  })
  it('answers 403 for no opinion, and 500 when the authorizer fails: neither means yes', async () => {
    const none = await pass({ user: 'jane', decision: { decision: 'NoOpinion' } })
    expect([none.response.statusCode, none.handled]).to.deep.equal([403, false])
    const failed = await pass({ user: 'jane', decision: new Error('unreachable') })
    expect([failed.response.statusCode, failed.handled]).to.deep.equal([500, false])
  })
  it('answers a failing handler with 500 and a text', async () => {
    const { response } = await pass({ user: 'jane', handler: () => Promise.reject(new TypeError('bug')) })
    expect(response.statusCode).to.equal(500)
    expect(response.body).to.include('This request caused apiserver to panic')
  })
  it('answers 504 when the time is over, and aborts', async () => {
    let aborted = false
    const { response } = await pass({
      user: 'jane',
      requestTimeoutMs: 10,
      handler: ({ exchange }) =>
        new Promise((resolve) => {
          exchange.context.signal.addEventListener('abort', () => {
            aborted = true
            resolve()
          })
        }),
    })
    expect(response.statusCode).to.equal(504)
    expect(aborted).to.equal(true)
  })
  it('answers 400 for a timeout that is no duration', async () => {
    const { response } = await pass({ user: 'jane', url: '/apis/g/v1/things?timeout=bad' })
    expect(response.statusCode).to.equal(400)
    expect(response.body).to.include('invalid timeout specified in the request URL - time: invalid duration')
  })
  it('answers 503 while it drains', async () => {
    const draining = new Draining()
    await draining.stop({ limitMs: 10 })
    const { response, handled } = await pass({ user: 'jane', draining })
    expect([response.statusCode, handled]).to.deep.equal([503, false])
    expect(response.headers.get('retry-after')).to.equal('1')
  })
})
