import { expect } from 'chai'
import { once, setMaxListeners } from 'node:events'
import { createServer } from 'node:https'
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCertificate } from '../server/serving/certificate-builder.ts'
import { Client, type ClientOptions } from './client.ts'
import { ConnectionError } from './connection-error.ts'
import { KubeConfig } from './kube-config.ts'
import { Widget, event, listOf, widget } from './scripted-server.test.ts'

type Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void

const dates = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
const serving = createCertificate({ commonName: 's', names: ['127.0.0.1'], usages: ['serverAuth'], ...dates })

describe('Client over HTTP/2', () => {
  let server: Http2SecureServer
  let client: Client
  let sessions: ServerHttp2Session[]
  let connections: Socket[]
  const seen: string[] = []

  const start = async (listener: Listener, options: ClientOptions = {}, allowHTTP1 = true): Promise<void> => {
    sessions = []
    connections = []
    seen.length = 0
    server = createSecureServer({ cert: serving.certificate, key: serving.key, allowHTTP1 }, (request, response) => {
      seen.push(`${request.httpVersion} ${request.method} ${request.url}`)
      listener(request, response)
    })
    server.on('session', (session) => sessions.push(session))
    server.on('secureConnection', (socket) => connections.push(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    client = new Client(new KubeConfig({ server: url, insecureSkipTlsVerify: true }), options)
  }
  afterEach(async () => {
    client.close()
    const closed = once(server, 'close')
    server.close()
    for (const socket of connections) socket.destroy()
    await closed
  })
  const widgets = () => client.resource(Widget).namespace('default')
  const rejection = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => expect.fail('it was answered'),
      (error: unknown) => error,
    )
  const answer = (response: Http2ServerResponse, object: object): void => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(object))
  }

  it('sends everything over one connection, watches and a hundred requests at once included', async () => {
    await start((request, response) => {
      if (request.url.includes('watch=true')) {
        response.write(event('ADDED', widget('w', 1)))
        return
      }
      setTimeout(() => answer(response, widget('a', 1)), 20)
    })
    const watch = widgets().watch()
    expect((await watch.next()).value).to.have.property('type', 'ADDED')
    const body = { ...widget('a', 0), spec: { size: 3 } }
    const all = [...Array.from({ length: 100 }, () => widgets().get('a')), widgets().update(body)]
    expect((await Promise.all(all)).map(({ metadata }) => metadata.name)).to.deep.equal(Array(101).fill('a'))
    await watch.return()
    expect(connections).to.have.length(1)
    expect(new Set(seen.map((line) => line.slice(0, 4)))).to.deep.equal(new Set(['2.0 ']))
  })

  it('goes on with HTTP/1.1 where the server speaks nothing else, and does not ask again', async () => {
    await start((_, response) => answer(response, widget('a', 1)), { http2: true })
    client.close()
    const closed = once(server, 'close')
    server.close()
    await closed
    const plain = createServer({ cert: serving.certificate, key: serving.key }, (_, response) => {
      response.end(JSON.stringify(widget('a', 1)))
    }).listen(0, '127.0.0.1')
    plain.on('secureConnection', (socket: Socket) => connections.push(socket))
    await once(plain, 'listening')
    const url = `https://127.0.0.1:${String((plain.address() as AddressInfo).port)}`
    client = new Client(new KubeConfig({ server: url, insecureSkipTlsVerify: true }))
    for (let n = 0; n < 3; n++) expect((await widgets().get('a')).metadata.name).to.equal('a')
    // The one that asked, which may have gone before the server saw it, and the one that is kept.
    expect(connections.length).to.be.at.most(2)
    server = plain as unknown as Http2SecureServer
  })

  it('speaks HTTP/1.1 when it is told to, and for guarded writes', async () => {
    await start((_, response) => answer(response, widget('a', 1)))
    const guarded = client
      .guarded({ check: () => {} })
      .resource(Widget)
      .namespace('default')
    await guarded.get('a')
    await guarded.create(widget('a', 0))
    await guarded.create(widget('b', 0))
    expect(seen.map((line) => line.slice(0, 8))).to.deep.equal(['2.0 GET ', '1.1 POST', '1.1 POST'])
    expect(connections).to.have.length(2)
    client.close()
    client = new Client(client.config, { http2: false })
    await widgets().get('a')
    expect(seen.at(-1)).to.match(/^1\.1 GET/)
  })

  it('opens a connection anew after GOAWAY and after a cut, and sends reads again', async () => {
    let cut = true
    await start((_, response) => {
      if (cut && seen.length === 2) {
        cut = false
        response.stream.session?.destroy()
        return
      }
      answer(response, widget('a', seen.length))
    })
    await widgets().get('a')
    expect((await widgets().get('a')).metadata.resourceVersion).to.equal('3')
    expect(connections).to.have.length(2)
    sessions.at(-1)?.goaway()
    await sleep(20)
    await widgets().get('a')
    expect(connections).to.have.length(3)
  })

  it('sends any request again that the server has refused before it looked at it, and no other write', async () => {
    let refusals = 2
    await start((_, response) => {
      if (refusals-- > 0) response.stream.close(constants.NGHTTP2_REFUSED_STREAM)
      else if (refusals < -2) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
      else answer(response, widget('a', 1))
    })
    await widgets().create(widget('a', 0))
    expect(seen).to.have.length(3)
    await widgets().create(widget('a', 0))
    expect(await rejection(widgets().create(widget('a', 0)))).to.be.instanceOf(ConnectionError)
    expect(seen).to.have.length(5)
  })

  it('takes an answer that is reset, late or too long for a failure, and leaves the others alone', async () => {
    await start(
      (request, response) => {
        if (request.url.endsWith('/reset')) {
          response.write('{"kind":')
          setTimeout(() => response.stream.close(constants.NGHTTP2_CANCEL), 10)
        } else if (request.url.endsWith('/long')) answer(response, { metadata: {}, text: 'x'.repeat(5000) })
        else if (!request.url.endsWith('/late')) answer(response, widget('a', 1))
      },
      { requestTimeoutMs: 100, maxResponseBytes: 1000 },
    )
    expect(await rejection(widgets().get('reset')))
      .to.be.instanceOf(ConnectionError)
      .and.include({ code: 'ECONNRESET' })
    expect(await rejection(widgets().get('late')))
      .to.be.instanceOf(ConnectionError)
      .and.include({ code: 'ETIMEDOUT' })
    expect(await rejection(widgets().get('long'))).to.include({ code: 'EMSGSIZE' })
    await widgets().get('a')
    expect(connections).to.have.length(1)
  })

  it('ends the stream alone when a signal aborts or a loop is left', async () => {
    const closed: Promise<unknown>[] = []
    await start((request, response) => {
      closed.push(once(response, 'close'))
      if (request.url.includes('watch=true')) response.write(event('ADDED', widget('w', 1)))
    })
    const abort = new AbortController()
    const asked = rejection(widgets().get('a', { signal: abort.signal }))
    for await (const _ of widgets().watch()) break
    abort.abort(new Error('enough'))
    expect(await asked).to.have.property('message', 'enough')
    await Promise.all(closed)
    expect(closed).to.have.length(2)
    expect(sessions[0]?.closed).to.equal(false)
  })

  it('is not held up by a watch that nobody reads', async () => {
    await start((request, response) => {
      if (!request.url.includes('watch=true')) {
        answer(response, listOf(1, [widget('a', 1)]))
        return
      }
      const line = event('ADDED', { ...widget('w', 1), data: 'x'.repeat(100_000) })
      const fill = (): void => {
        while (response.write(line));
        response.once('drain', fill)
      }
      fill()
    })
    const watch = widgets().watch()
    await watch.next()
    await sleep(200)
    for (let n = 0; n < 20; n++) expect((await widgets().list()).items).to.have.length(1)
    await watch.return()
  })

  it('finds out that a connection is dead when an answer is late', async function () {
    this.timeout(15_000)
    await start(() => {}, { requestTimeoutMs: 50 })
    const [first] = await Promise.all([rejection(widgets().get('a')), once(server, 'secureConnection')])
    expect(first).to.include({ code: 'ETIMEDOUT' })
    // Nothing is read any more, as when packets are dropped on the way.
    connections[0]?.pause()
    ;(connections[0] as unknown as { _handle: { readStop(): void } })._handle.readStop()
    expect(await rejection(widgets().get('a'))).to.include({ code: 'ETIMEDOUT' })
    await sleep(6500)
    await rejection(widgets().get('a'))
    expect(connections.length).to.be.greaterThan(1)
  })
})

describe('Client with a rate limit', () => {
  it('lets a burst through and then so many a second, watches apart', async () => {
    const server = createSecureServer({ cert: serving.certificate, key: serving.key }, (_, response) => {
      response.end(JSON.stringify(widget('a', 1)))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const client = new Client(new KubeConfig({ server: url, insecureSkipTlsVerify: true }), { qps: 50, burst: 5 })
    const startedAt = performance.now()
    await Promise.all(Array.from({ length: 5 }, () => client.resource(Widget).get('a')))
    const burstMs = performance.now() - startedAt
    await Promise.all(Array.from({ length: 10 }, () => client.resource(Widget).get('a')))
    expect(performance.now() - startedAt)
      .to.be.at.least(190)
      .and.greaterThan(burstMs)
    const abort = new AbortController()
    setMaxListeners(0, abort.signal)
    const queued = Array.from({ length: 20 }, () => client.resource(Widget).get('a', { signal: abort.signal }))
    abort.abort(new Error('enough'))
    const results = await Promise.allSettled(queued)
    expect(results.every(({ status }) => status === 'rejected')).to.equal(true)
    client.close()
    server.close()
  })

  it('refuses numbers that are none', () => {
    const config = new KubeConfig({ server: 'http://127.0.0.1:1' })
    expect(() => new Client(config, { qps: 0 })).to.throw(TypeError)
  })
})
