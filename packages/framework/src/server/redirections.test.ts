import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { WebhookClient } from '../auth/admission/webhooks/webhook-client.ts'
import { WebhookServer } from '../auth/admission/webhooks/webhook-server.test.ts'
import { WebhookUsers } from '../auth/admission/webhooks/webhook-users.ts'
import { Client } from '../client/client.ts'
import { KubeConfig } from '../client/kube-config.ts'
import type { Connecter, ConnectRequest } from '../registry/rest.ts'
import { Subresource } from '../registry/subresource.ts'
import { Depot } from './requests/fixture.test.ts'
import { Lab, type Machine } from './subresources/fixture.test.ts'

class Page extends Subresource<Machine> implements Connecter {
  readonly name = 'page'
  readonly connectMethods = ['GET'] as const

  connect(_name: string, { response, query }: ConnectRequest): Promise<void> {
    const location = 'https://elsewhere.example.com/'
    switch (query.get('by')) {
      case 'writeHead':
        response.writeHead(307, { location })
        break
      case 'kept':
        response.statusCode = 304
        break
      default:
        response.statusCode = 302
        response.setHeader('location', location)
    }
    response.end()
    return Promise.resolve()
  }
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('redirections', () => {
  it('are no answer of the server, but to the newer hash of a document of its own (CVE-2022-3172)', async () => {
    const depot = new Depot()
    await depot.start()
    const base = '/apis/depot.example.com/v1'
    const paths = ['/', '/apis', base, '/openapi/v2', '/openapi/v3', '/version', '/healthz', '/metrics', '/debug/pprof']
    const resources = [`${base}/crates`, `${base}/namespaces/default/crates`, `${base}/namespaces/default/crates/a`]
    for (const path of [...paths, ...resources, '//elsewhere.example.com', '/\\elsewhere', '/nope', '/apis//', '/.'])
      for (const method of ['GET', 'POST', 'DELETE'])
        for (const end of ['', '/', '//', '/..', '?x=//elsewhere.example.com'])
          expect((await depot.send(method, path + end)).code, `${method} ${path}${end}`).to.satisfy(
            (code: number) => code < 300 || code >= 400,
          )
    // That of a document with a stale hash is checked where it is made: it is below the server's own path.
    expect((await depot.send('GET', `/openapi/v3${base}?hash=0`)).code).to.equal(301)
    await depot.stop()
  })

  it("are no answer of an author's connecter, over HTTP/1.1 and HTTP/2", async () => {
    const lab = new Lab([new Page()])
    await lab.start()
    const session = connectHttp2(lab.server.url, lab.tls)
    for (const [by, code] of [
      ['writeHead', 500],
      ['', 500],
      ['kept', 304],
    ] as const) {
      const { code: first, headers } = await lab.send(`/one/page?by=${by}`)
      expect([first, headers.location], by).to.deep.equal([code, undefined])
      const stream = session.request({ ':path': new URL(lab.url(`/one/page?by=${by}`)).pathname + `?by=${by}` })
      const [second] = (await once(stream.resume(), 'response')) as [Record<string, unknown>]
      expect([second[':status'], second['location']], `${by} over HTTP/2`).to.deep.equal([code, undefined])
    }
    session.close()
    await lab.stop()
  })

  it('are followed by no client of ours: neither reviews, nor audit, nor webhooks (CVE-2020-8559)', async () => {
    const asked: (string | undefined)[] = []
    const server: Server = createServer((request, response) => {
      asked.push(request.url)
      response.writeHead(302, { location: `http://${String(request.headers.host)}/elsewhere` }).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const client = new Client(new KubeConfig({ server: url }))
    expect(await failureOf(client.request({ method: 'POST', path: '/here', body: {} }))).to.be.instanceOf(Error)
    expect(await failureOf(client.request({ method: 'GET', path: '/here' }))).to.be.instanceOf(Error)
    client.close()
    server.close()
    expect(asked).to.deep.equal(['/here', '/here'])
    const webhooks = new WebhookServer()
    await webhooks.start()
    const webhook = webhooks.on('/away', () => ({ status: 302, text: 'https://elsewhere' }))
    const asking = new WebhookClient(new WebhookUsers(undefined))
    const { signal } = new AbortController()
    const call = asking.call(webhook, { body: '{"request":{"uid":"1"}}', timeoutSeconds: 5, signal })
    expect(await failureOf(call)).to.be.instanceOf(Error)
    asking.close()
    await webhooks.close()
    expect(webhooks.received).to.have.length(1)
  })
})
