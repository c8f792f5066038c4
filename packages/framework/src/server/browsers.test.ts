import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { pino } from 'pino'
import { ApiServer } from './api-server.ts'
import { standaloneOptions } from './fixture.test.ts'
import type { ApiServerOptions } from './options.ts'

type Headers = Readonly<Record<string, string | string[] | undefined>>

describe('headers for browsers, and the log of requests', () => {
  const directory = mkdtempSync(join(tmpdir(), 'browsers-'))
  let server: ApiServer
  let log: string
  async function start(options: Partial<ApiServerOptions> = {}): Promise<void> {
    log = ''
    server = new ApiServer({
      ...standaloneOptions(directory),
      log: pino({ level: 'info' }, { write: (line) => (log += line) }),
      ...options,
    })
    await server.listen()
  }
  afterEach(() => server.close())
  after(() => {
    rmSync(directory, { recursive: true })
  })
  const send = (
    method: string,
    path: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; headers: Headers }> =>
    new Promise((resolve, reject) => {
      const options = { method, headers, rejectUnauthorized: false, agent: false as const }
      const outgoing = request(`${server.url}${path}`, options, (answer) => {
        answer.resume().on('end', () => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers })
        })
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
  const corsOf = (headers: Headers): string[] =>
    Object.keys(headers).filter((name) => name.startsWith('access-control-'))

  it('lets pages of allowed origins call, before anybody asks who they are', async () => {
    await start({ corsAllowedOrigins: ['^https://a\\.io$'] })
    const { status, headers } = await send('OPTIONS', '/apis', { origin: 'https://a.io' })
    expect(status).to.equal(204)
    expect(headers).to.include({
      'access-control-allow-origin': 'https://a.io',
      'access-control-allow-methods': 'POST, GET, OPTIONS, PUT, DELETE, PATCH',
      'access-control-allow-headers':
        'Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, X-Requested-With, If-Modified-Since',
      'access-control-expose-headers': 'Date',
      'access-control-allow-credentials': 'true',
    })
    const got = await send('GET', '/healthz', { origin: 'https://a.io' })
    expect([got.status, got.headers['access-control-allow-origin']]).to.deep.equal([200, 'https://a.io'])
  })
  it('lets no other page call, and none at all by default', async () => {
    // In Go's dialect, as the flag is.
    await start({ corsAllowedOrigins: ['(?i)\\Ahttps://a\\.io\\z'] })
    expect(corsOf((await send('OPTIONS', '/healthz', { origin: 'https://A.io' })).headers)).to.have.length(5)
    await server.close()
    await start({ corsAllowedOrigins: ['^https://a\\.io$'] })
    for (const origin of ['https://b.io', 'https://a.io.evil', 'http://a.io', 'null'])
      expect(corsOf((await send('OPTIONS', '/healthz', { origin })).headers), origin).to.deep.equal([])
    await server.close()
    await start()
    const { status, headers } = await send('OPTIONS', '/healthz', { origin: 'https://a.io' })
    expect([status, corsOf(headers), headers['strict-transport-security']]).to.deep.equal([200, [], undefined])
  })
  it('tells of HTTPS what it was told to', async () => {
    await start({ strictTransportSecurityDirectives: ['max-age=31536000', 'includeSubDomains'] })
    const { headers } = await send('GET', '/nope', {})
    expect(headers['strict-transport-security']).to.equal('max-age=31536000; includeSubDomains')
  })
  it('writes a line for each request at verbosity 3, without secrets, and none below', async () => {
    await start({ verbosity: 3 })
    const headers = { 'user-agent': 'me/1', 'audit-id': 'i', authorization: 'Bearer canary', cookie: 'canary' }
    await send('GET', '/healthz?x=1', { ...headers, 'x-remote-user': 'canary' })
    const [entry] = log.split('\n').filter((line) => line.includes('"HTTP"'))
    expect(JSON.parse(entry ?? '{}')).to.deep.include({
      msg: 'HTTP',
      verb: 'GET',
      URI: '/healthz?x=1',
      userAgent: 'me/1',
      'audit-ID': 'i',
      resp: 200,
    })
    expect(log).to.not.include('canary')
    await server.close()
    await start({ verbosity: 2 })
    await send('GET', '/healthz', {})
    expect(log).to.not.include('HTTP')
  })
})
