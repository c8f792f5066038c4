import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { expect } from 'chai'
import { pino } from 'pino'
import { StoredResource } from '../../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { MemoryBackend } from '../../storage/backends/memory/index.ts'
import { FakeCluster } from '../../testing/fake-cluster/fake-cluster.ts'
import { ApiServer } from '../api-server.ts'
import type { ApiServerOptions } from '../options.ts'
import { createCertificate, type CertificateAndKey } from '../serving/certificate-builder.ts'

const Thing = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Thing',
  plural: 'things',
  schema: Type.Object({ size: Type.Optional(Type.Integer()) }),
})
type Thing = ObjectOf<typeof Thing>
class ThingResource extends StoredResource<Thing> {
  readonly storageVersion = Thing
}

const things = '/apis/example.com/v1/namespaces/default/things'
interface Answer {
  readonly status: number
  readonly body: string
}
interface Call {
  readonly as?: CertificateAndKey
  readonly headers?: Record<string, string | string[]>
  readonly method?: string
  readonly body?: unknown
}

function send(server: ApiServer, path: string, { as, headers = {}, method = 'GET', body }: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const tls = { rejectUnauthorized: false, agent: false as const }
    const client = as ? { cert: as.certificate, key: as.key } : {}
    const outgoing = request(
      `${server.url}${path}`,
      { method, headers: { ...json, ...headers }, ...tls, ...client },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: text })
        })
        response.on('error', reject)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error('it did not come to pass in 10 s')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

describe('a server behind a cluster', function () {
  this.timeout(30_000)
  let cluster: FakeCluster
  const open: ApiServer[] = []
  const directory = mkdtempSync(join(tmpdir(), 'delegated-'))
  beforeEach(async () => {
    cluster = await FakeCluster.start()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()))
    await cluster.close()
  })
  after(() => {
    rmSync(directory, { recursive: true })
  })

  async function start(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
    const server = new ApiServer({
      backend: new MemoryBackend(),
      securePort: 0,
      bindAddress: '127.0.0.1',
      certDir: join(directory, 'certificates'),
      kubeconfig: cluster.kubeconfig,
      log: pino({ level: 'silent' }),
      ...options,
    }).install(new ThingResource())
    open.push(server)
    return server.listen()
  }

  const readers = (): void => {
    cluster.grant(({ verb, user }) => verb === 'list' && user.groups.includes('readers'))
  }

  it('has no namespaces, leases and events of its own', async () => {
    const server = await start()
    expect(server.resourceNames).to.deep.equal(['things.example.com'])
    const admin = cluster.certificateOf('admin', ['system:masters'])
    expect((await send(server, '/api/v1/namespaces', { as: admin })).status).to.equal(404)
  })

  it('lets do what the cluster allows, to whom the cluster knows', async () => {
    readers()
    cluster.addToken('t1', { name: 'robot', groups: ['readers'] })
    const server = await start()
    expect((await send(server, things, { as: cluster.certificateOf('jane', ['readers']) })).status).to.equal(200)
    expect((await send(server, things, { as: cluster.certificateOf('jane') })).status).to.equal(403)
    expect((await send(server, things, { headers: { authorization: 'Bearer t1' } })).status).to.equal(200)
    expect((await send(server, things, { headers: { authorization: 'Bearer t2' } })).status).to.equal(401)
    const proxied = { 'x-remote-user': 'bob', 'x-remote-group': ['others', 'readers'] }
    expect((await send(server, things, { as: cluster.proxyCertificate(), headers: proxied })).status).to.equal(200)
    expect((await send(server, things)).status).to.equal(403)
  })

  it('does not believe a user with the name of the front proxy, nor its own administrator', async () => {
    const server = await start()
    const headers = { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' }
    const forged = await send(server, things, { as: cluster.certificateOf('front-proxy-client'), headers })
    expect(forged.status).to.equal(403)
    expect(forged.body).to.include('User \\"front-proxy-client\\"')
    const own = createCertificate({
      commonName: 'x',
      organizations: ['system:masters'],
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 60_000),
    })
    expect((await send(server, things, { as: own })).status).to.equal(401)
  })

  it('follows the ConfigMap: headers, names and authorities change without a restart', async () => {
    readers()
    const server = await start()
    const proxied = (header: string): Promise<Answer> =>
      send(server, things, {
        as: cluster.proxyCertificate(),
        headers: { [header]: 'bob', 'x-remote-group': 'readers' },
      })
    expect((await proxied('x-remote-user')).status).to.equal(200)
    await cluster.updateAuthentication({
      ...cluster.standardAuthentication,
      'requestheader-username-headers': '["X-Other-User"]',
    })
    await eventually(async () => (await proxied('x-other-user')).status === 200)
    expect((await proxied('x-remote-user')).status).to.equal(401)
    await cluster.updateAuthentication({
      ...cluster.standardAuthentication,
      'requestheader-client-ca-file': cluster.userAuthority.certificate,
    })
    await eventually(async () => (await proxied('x-remote-user')).status === 401)
    // Nonsense leaves what was there.
    const jane = cluster.certificateOf('jane', ['readers'])
    await cluster.updateAuthentication({ ...cluster.standardAuthentication, 'client-ca-file': 'nonsense' })
    await eventually(async () => (await proxied('x-remote-user')).status === 200)
    expect((await send(server, things, { as: jane })).status).to.equal(200)
    // A key that is gone is trusted no longer; without any authority a certificate says nothing.
    const { 'client-ca-file': _, ...without } = cluster.standardAuthentication
    await cluster.updateAuthentication(without)
    await eventually(async () => (await send(server, things, { as: jane })).status === 401)
  })

  it('starts without the ConfigMap, and takes it up when it appears', async () => {
    readers()
    await cluster.setAuthentication(undefined)
    const server = await start()
    const jane = cluster.certificateOf('jane', ['readers'])
    expect((await send(server, things, { as: jane })).status).to.equal(403)
    await cluster.setAuthentication(cluster.standardAuthentication)
    await eventually(async () => (await send(server, things, { as: jane })).status === 200)
  })

  it('does not start when the ConfigMap may not be read, unless that is tolerated', async () => {
    const kubeconfig = join(directory, 'stranger')
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: cluster.url, 'insecure-skip-tls-verify': true } }],
        users: [],
        contexts: [{ name: 'c', context: { cluster: 'c' } }],
        'current-context': 'c',
      }),
    )
    let failure: unknown
    await start({ kubeconfig }).catch((error: unknown) => (failure = error))
    expect(String(failure)).to.include('extension-apiserver-authentication-reader')
    const server = await start({ kubeconfig, authenticationTolerateLookupFailure: true })
    expect((await send(server, '/livez')).status).to.equal(200)
    expect((await send(server, '/readyz')).status).to.equal(500)
  })

  it('prefers the authorities of its flags', async () => {
    readers()
    const { cert } = cluster.save('other-ca', cluster.proxyAuthority)
    const server = await start({ clientCaFile: cert, authenticationSkipLookup: true })
    const byProxyCa = await send(server, things, { as: cluster.proxyCertificate('jane') })
    expect(byProxyCa.body).to.include('User \\"jane\\"')
    expect((await send(server, things, { as: cluster.certificateOf('jane', ['readers']) })).status).to.equal(401)
  })

  it('asks for a decision once, and keeps it for its time', async () => {
    readers()
    const server = await start({ authorizationWebhookCacheAuthorizedTtlSeconds: 0.2 })
    const jane = cluster.certificateOf('jane', ['readers'])
    for (let i = 0; i < 3; i++) expect((await send(server, things, { as: jane })).status).to.equal(200)
    expect(cluster.accessReviews.count).to.equal(1)
    cluster.revokeAll()
    await eventually(async () => (await send(server, things, { as: jane })).status === 403)
  })

  it('denies, and says so with 500, when the cluster does not answer; what was decided is kept for its time', async () => {
    readers()
    const server = await start()
    const jane = cluster.certificateOf('jane', ['readers'])
    expect((await send(server, things, { as: jane })).status).to.equal(200)
    cluster.behaviour.failWith = 503
    expect((await send(server, things, { as: jane })).status).to.equal(200)
    const refused = await send(server, `${things}?limit=1`, { as: cluster.certificateOf('carol', ['readers']) })
    expect(refused.status).to.equal(500)
    expect(refused.body).to.match(/^Internal Server Error: ".*things\?limit=1": /)
    expect((await send(server, things, { headers: { authorization: 'Bearer t1' } })).status).to.equal(401)
    // The administrator needs no answer, and discovery needs no cluster but for the decision.
    const admin = cluster.certificateOf('admin', ['system:masters'])
    expect((await send(server, things, { as: admin })).status).to.equal(200)
    cluster.behaviour.failWith = undefined
    expect((await send(server, things, { as: cluster.certificateOf('carol', ['readers']) })).status).to.equal(200)
  })

  it('creates in namespaces of the cluster, as soon as they are there and until they go', async () => {
    const server = await start()
    const as = cluster.certificateOf('admin', ['system:masters'])
    const create = (namespace: string): Promise<Answer> =>
      send(server, `/apis/example.com/v1/namespaces/${namespace}/things`, {
        as,
        method: 'POST',
        body: { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { generateName: 't-' } },
      })
    expect((await create('nowhere')).body).to.include('namespaces \\"nowhere\\" not found')
    await cluster.createNamespace('team')
    expect((await create('team')).status).to.equal(201)
    await cluster.deleteNamespace('team')
    await eventually(async () => [403, 404].includes((await create('team')).status))
  })

  it('makes no certificates where it was given one', async () => {
    const { cert, key } = cluster.save(
      'serving',
      createCertificate({
        commonName: 'given',
        names: ['localhost'],
        usages: ['serverAuth'],
        notBefore: new Date(Date.now() - 1000),
        notAfter: new Date(Date.now() + 60_000),
      }),
    )
    const certDir = join(directory, 'not-made')
    const server = await start({ tlsCertFile: cert, tlsPrivateKeyFile: key, certDir })
    expect((await send(server, '/livez')).status).to.equal(200)
    expect(existsSync(certDir)).to.equal(false)
  })

  it('lets somebody act as another who may', async () => {
    readers()
    cluster.grant(({ verb, resource, user }) => verb === 'impersonate' && resource !== 'nodes' && user.name === 'jane')
    const server = await start()
    const headers = { 'impersonate-user': 'bob', 'impersonate-group': ['readers'] }
    expect((await send(server, things, { as: cluster.certificateOf('jane'), headers })).status).to.equal(200)
    expect((await send(server, things, { as: cluster.certificateOf('carol'), headers })).status).to.equal(403)
  })

  it('tells in metrics what it asked, in labels that strangers cannot make more', async () => {
    readers()
    const server = await start()
    await send(server, things, { as: cluster.certificateOf('jane', ['readers']) })
    for (let i = 0; i < 20; i++) {
      await send(server, `/apis/g${String(i)}.io/v1/x${String(i)}`)
      await send(server, `/nowhere/${String(i)}`)
    }
    const admin = cluster.certificateOf('admin', ['system:masters'])
    const { body } = await send(server, '/metrics', { as: admin })
    expect(body).to.match(/apiserver_request_total\{verb="LIST",.*resource="things".*code="200"\} 1/)
    expect(body).to.match(/apiserver_delegated_authz_request_total\{code="201"\} \d+/)
    expect(body).to.match(/authentication_attempts\{result="success"\} \d+/)
    expect(body).to.not.match(/g1\.io|nowhere/)
    expect(body.match(/^apiserver_request_total\{/gm)?.length).to.be.lessThan(6)
  })

  it('refuses what only a server without a cluster can do', async () => {
    for (const [options, why] of [
      [{ writeKubeconfig: join(directory, 'k') }, '--write-kubeconfig'],
      [{ tokenAuthFile: join(directory, 't') }, '--token-auth-file'],
      [{ kubeconfig: join(directory, 'missing') }, 'missing'],
    ] as const) {
      let failure: unknown
      await start(options).catch((error: unknown) => (failure = error))
      expect(String(failure)).to.include(why)
    }
  })
})
