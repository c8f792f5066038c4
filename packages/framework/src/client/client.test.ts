import { expect } from 'chai'
import { createServer as createSecureServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { StatusError } from '../meta/status.ts'
import { createCertificate } from '../server/serving/certificate-builder.ts'
import { ConnectionError } from './connection-error.ts'
import { StaticCredentials, type Credentials } from './credentials.ts'
import {
  Widget,
  ScriptedServer,
  cut,
  event,
  failure,
  json,
  listOf,
  refuse,
  stream,
  widget,
  widgetsPath,
  type Answer,
} from './scripted-server.test.ts'
import type { ClientOptions } from './client.ts'
import type { KubeConfigFields } from './kube-config.ts'

const inNamespace = '/apis/example.com/v1/namespaces/default/widgets'

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not reject')
}

describe('Client', () => {
  let server: ScriptedServer
  const start = async (...script: Answer[]): Promise<void> => void (server = await ScriptedServer.start(script))
  const widgets = (options: ClientOptions = {}, fields: Partial<KubeConfigFields> = {}) =>
    server.client(options, fields).resource(Widget)
  afterEach(() => server.close())

  it('gets an object of a namespace and keeps integers beyond 2^53', async () => {
    await start((response) => void response.end('{"metadata":{"name":"a"},"spec":{"size":9007199254740993}}'))
    const got = await widgets({ userAgent: 'me/1' }).namespace('default').get('a', { resourceVersion: '0' })
    expect(got.spec?.size).to.equal(9007199254740993n)
    const [seen] = server.seen
    expect(seen).to.include({ method: 'GET', path: `${inNamespace}/a` })
    expect(String(seen?.query)).to.equal('resourceVersion=0')
    expect(seen?.headers).to.include({ 'user-agent': 'me/1', accept: 'application/json' })
  })

  it('throws the Status that the server answers, and makes one of an answer that is none', async () => {
    await start(refuse(409, 'Conflict', 'changed'), (response) => void response.writeHead(503).end('proxy says no'))
    const conflict = await rejection(widgets().get('a'))
    expect(conflict).to.be.instanceOf(StatusError).and.include({ code: 409, reason: 'Conflict', message: 'changed' })
    const unavailable = await rejection(widgets().get('a'))
    expect(unavailable).to.be.instanceOf(StatusError).and.include({ code: 503, reason: 'ServiceUnavailable' })
    expect((unavailable as StatusError).status.details?.causes?.[0]?.message).to.equal('proxy says no')
  })

  it('lists, and gives items the apiVersion and kind that servers leave out', async () => {
    await start(json(listOf(7, [{ metadata: { name: 'a' } }])))
    const list = await widgets().list({ labelSelector: 'a in (b,c)', limit: 5 })
    expect(list.metadata.resourceVersion).to.equal('7')
    expect(list.items).to.deep.equal([{ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' } }])
    expect(server.seen[0]?.path).to.equal(widgetsPath)
    expect(server.seen[0]?.query.get('labelSelector')).to.equal('a in (b,c)')
  })

  it('follows continue tokens without repeating the resourceVersion', async () => {
    await start(json(listOf(7, [widget('a', 1)], { continue: 'more' })), json(listOf(7, [widget('b', 2)])))
    const names: (string | undefined)[] = []
    for await (const page of widgets().pages({ resourceVersion: '0', limit: 1 }))
      names.push(...page.items.map((w) => w.metadata.name))
    expect(names).to.deep.equal(['a', 'b'])
    expect(server.seen.map((s) => String(s.query))).to.deep.equal([
      'limit=1&resourceVersion=0',
      'limit=1&continue=more',
    ])
  })

  it('writes with the path, media type and parameters of each verb', async () => {
    await start(json(widget('a', 1)))
    const all = widgets()
    await all.create(widget('a', 0), { fieldManager: 'm', dryRun: true })
    await all.update(widget('a', 1))
    await all.updateStatus(widget('a', 1))
    await all.namespace('default').patch('a', [{ op: 'remove', path: '/spec' }], { type: 'json' })
    await all.namespace('default').patchStatus('a', { status: { ready: true } })
    await all.apply(
      { metadata: { name: 'a', namespace: 'default', managedFields: [] } },
      { fieldManager: 'm', force: true },
    )
    expect(
      server.seen.map((s) => `${s.method} ${s.path} ${String(s.query)} ${s.headers['content-type'] ?? ''}`),
    ).to.deep.equal([
      `POST ${inNamespace} fieldManager=m&dryRun=All application/json`,
      `PUT ${inNamespace}/a  application/json`,
      `PUT ${inNamespace}/a/status  application/json`,
      `PATCH ${inNamespace}/a  application/json-patch+json`,
      `PATCH ${inNamespace}/a/status  application/merge-patch+json`,
      `PATCH ${inNamespace}/a fieldManager=m&force=true application/apply-patch+yaml`,
    ])
    expect(JSON.parse(server.seen[5]?.body ?? '')).to.deep.equal({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a', namespace: 'default' },
    })
  })

  it('deletes with options, and tells an object that waits from one that is gone', async () => {
    await start(json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }), json(widget('a', 3)))
    const all = widgets().namespace('default')
    expect(await all.delete('a', { preconditions: { uid: 'u' }, propagationPolicy: 'Foreground' })).to.equal(undefined)
    expect(JSON.parse(server.seen[0]?.body ?? '')).to.deep.equal({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: 'u' },
      propagationPolicy: 'Foreground',
    })
    expect((await all.delete('a'))?.metadata.resourceVersion).to.equal('3')
  })

  it('refuses names that would be another path', async () => {
    await start(json(widget('a', 1)))
    for (const name of ['', '.', '..', 'a/b', 'a%2fb']) expect(() => void widgets().get(name)).to.throw(TypeError)
    expect(server.seen).to.deep.equal([])
  })

  it('waits as long as Retry-After says and asks again, and gives up on other errors', async () => {
    await start(
      refuse(429, 'TooManyRequests', 'later', { 'Retry-After': '0' }),
      refuse(500, 'InternalError', 'boom'),
      json(widget('a', 1)),
    )
    expect(await rejection(widgets().get('a'))).to.include({ code: 500 })
    expect(server.seen).to.have.length(2)
  })

  it('uses one connection again, and sends a GET again when that connection was cut', async () => {
    await start(json(widget('a', 1)), json(widget('a', 1)), cut, json(widget('a', 2)))
    const client = server.client().resource(Widget)
    await client.get('a')
    await client.get('a')
    expect(server.seen[1]?.socketPort).to.equal(server.seen[0]?.socketPort)
    expect((await client.get('a')).metadata.resourceVersion).to.equal('2')
  })

  it('does not send a write again', async () => {
    await start(json(widget('a', 1)), cut)
    const client = server.client().resource(Widget)
    await client.get('a')
    expect(await rejection(client.create(widget('a', 0)))).to.be.instanceOf(ConnectionError)
    expect(server.seen).to.have.length(2)
  })

  it('throws a ConnectionError when the answer does not come, breaks off or is too long', async () => {
    await start(
      () => {},
      (r) => void (r.writeHead(200), r.write('{'), setTimeout(() => r.destroy(), 10)),
      json(widget('a', 1)),
    )
    expect(await rejection(widgets({ requestTimeoutMs: 50 }).get('a')))
      .to.be.instanceOf(ConnectionError)
      .and.include({ code: 'ETIMEDOUT' })
    expect(await rejection(widgets().get('a')))
      .to.be.instanceOf(ConnectionError)
      .and.include({ code: 'ECONNRESET' })
    expect(await rejection(widgets({ maxResponseBytes: 10 }).get('a'))).to.include({ code: 'EMSGSIZE' })
  })

  it('gives up a body in which nothing comes any more', async () => {
    await start((response) => void (response.writeHead(200), response.write('{')))
    expect(await rejection(widgets({ requestTimeoutMs: 50 }).get('a'))).to.include({ code: 'ETIMEDOUT' })
  })

  it('rejects with the reason of the signal', async () => {
    await start(() => {})
    const abort = new AbortController()
    const asked = rejection(widgets().get('a', { signal: abort.signal }))
    await server.requests(1)
    abort.abort(new Error('enough'))
    expect(await asked).to.include({ message: 'enough' })
    expect(await rejection(widgets().get('a', { signal: abort.signal }))).to.include({ message: 'enough' })
  })

  it('sends credentials and impersonation, and asks once more with renewed credentials after a 401', async () => {
    await start(refuse(401, 'Unauthorized'), json(widget('a', 1)), refuse(401, 'Unauthorized'))
    let generation = 1
    const credentials: Credentials = {
      authorization: () => Promise.resolve(`Bearer t${generation}`),
      expire: () => generation++ === 1,
    }
    const client = widgets(
      {},
      { credentials, impersonation: { 'Impersonate-User': 'jane', 'Impersonate-Group': ['a', 'b'] } },
    )
    await client.get('a')
    expect(server.seen.map((s) => s.headers.authorization)).to.deep.equal(['Bearer t1', 'Bearer t2'])
    expect(server.seen[0]?.headers).to.include({ 'impersonate-user': 'jane', 'impersonate-group': 'a, b' })
    expect(await rejection(client.get('a'))).to.include({ code: 401 })
    expect(server.seen).to.have.length(3)
  })

  it('hands warnings on', async () => {
    const told: string[] = []
    await start(json(widget('a', 1), 200, { Warning: '299 - "old \\"v1\\"", 299 - "second"' }))
    await widgets({ onWarning: (text) => told.push(text) }).get('a')
    expect(told).to.deep.equal(['old "v1"', 'second'])
  })

  it('fails what is running when it is closed', async () => {
    await start(() => {})
    const client = server.client()
    const asked = rejection(client.resource(Widget).get('a'))
    await server.requests(1)
    client.close()
    client.close()
    expect(await asked).to.be.instanceOf(ConnectionError)
  })
})

describe('ResourceClient.watch', () => {
  let server: ScriptedServer
  afterEach(() => server.close())
  const collect = async (options = {}): Promise<string[]> => {
    const seen: string[] = []
    for await (const { type, object } of server.client().resource(Widget).watch(options))
      seen.push(`${type} ${object.metadata.resourceVersion ?? ''}`)
    return seen
  }

  it('yields events however the bytes are cut, asks for bookmarks and ends with the stream', async () => {
    const lines = [
      event('ADDED', widget('ä', 1)),
      event('BOOKMARK', { metadata: { resourceVersion: '5' } }),
      event('DELETED', widget('b', 6)),
    ]
    const bytes = Buffer.from(lines.join(''))
    server = await ScriptedServer.start([
      async (response) => {
        for (let i = 0; i < bytes.length; i += 7) {
          response.write(bytes.subarray(i, i + 7))
          await new Promise((resolve) => setImmediate(resolve))
        }
        response.end()
      },
    ])
    expect(await collect({ resourceVersion: '3', timeoutSeconds: 9 })).to.deep.equal([
      'ADDED 1',
      'BOOKMARK 5',
      'DELETED 6',
    ])
    expect(String(server.seen[0]?.query)).to.equal(
      'resourceVersion=3&watch=true&timeoutSeconds=9&allowWatchBookmarks=true',
    )
  })

  it('throws an ERROR event and a refusal as StatusError', async () => {
    server = await ScriptedServer.start([
      stream([event('ERROR', failure(410, 'Expired', 'too old'))]),
      refuse(410, 'Gone', 'gone'),
    ])
    expect(await rejection(collect()))
      .to.be.instanceOf(StatusError)
      .and.include({ code: 410, message: 'too old' })
    expect(await rejection(collect()))
      .to.be.instanceOf(StatusError)
      .and.include({ code: 410, message: 'gone' })
  })

  it('throws a ConnectionError when the connection breaks or a line is no event', async () => {
    server = await ScriptedServer.start([
      stream([event('ADDED', widget('a', 1))], 'break'),
      stream(['{"type":"ADDED"}\n']),
      stream(['{"type":\n']),
    ])
    expect(await rejection(collect()))
      .to.be.instanceOf(ConnectionError)
      .and.include({ code: 'ECONNRESET' })
    expect(await rejection(collect())).to.include({ code: 'EPROTO' })
    expect(await rejection(collect())).to.include({ code: 'EPROTO' })
  })

  it('ends without an error when the signal aborts, and closes the connection when the loop is left', async () => {
    const closed: Promise<unknown>[] = []
    const open: Answer = (response, seen) => {
      closed.push(new Promise((resolve) => response.on('close', resolve)))
      return stream([event('ADDED', widget('a', 1))], 'stay')(response, seen)
    }
    server = await ScriptedServer.start([open])
    const abort = new AbortController()
    for await (const _ of server.client().resource(Widget).watch({ signal: abort.signal })) abort.abort()
    for await (const _ of server.client().resource(Widget).watch()) break
    await Promise.all(closed)
    expect(closed).to.have.length(2)
  })
})

describe('Client over TLS', () => {
  it('proves itself with its certificate and trusts only its authority', async () => {
    const dates = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
    const issuer = createCertificate({ commonName: 'ca', ca: {}, ...dates })
    const serving = createCertificate({
      commonName: 's',
      names: ['127.0.0.1'],
      usages: ['serverAuth'],
      issuer,
      ...dates,
    })
    const own = createCertificate({ commonName: 'alice', usages: ['clientAuth'], issuer, ...dates })
    const users: unknown[] = []
    const server = await ScriptedServer.start(
      [
        (response) => {
          users.push((response.req.socket as unknown as TLSSocket).getPeerCertificate().subject.CN)
          response.end(JSON.stringify(widget('a', 1)))
        },
      ],
      (listener) =>
        createSecureServer(
          {
            cert: serving.certificate,
            key: serving.key,
            ca: issuer.certificate,
            requestCert: true,
            rejectUnauthorized: true,
          },
          listener,
        ),
    )
    const url = `https://127.0.0.1:${server.port}`
    const cert = { data: Buffer.from(own.certificate) }
    const key = { data: Buffer.from(own.key) }
    try {
      const get = (fields: Partial<KubeConfigFields>): Promise<Widget> =>
        server
          .client({}, { server: url, credentials: StaticCredentials.none, ...fields })
          .resource(Widget)
          .get('a')
      await get({ ca: { data: Buffer.from(issuer.certificate) }, cert, key })
      await get({ insecureSkipTlsVerify: true, cert, key })
      expect(users).to.deep.equal(['alice', 'alice'])
      expect(await rejection(get({ cert, key })))
        .to.be.instanceOf(ConnectionError)
        .and.have.property('code')
        .that.matches(/CERT|SIGNATURE|ISSUER/)
      expect(
        await rejection(get({ ca: { data: Buffer.from(issuer.certificate) }, tlsServerName: 'other', cert, key })),
      ).to.include({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
      expect(await rejection(get({ ca: { data: Buffer.from(issuer.certificate) } }))).to.be.instanceOf(ConnectionError)
    } finally {
      await server.close()
    }
  })
})
