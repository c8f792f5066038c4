import { once } from 'node:events'
import { Type } from '@sinclair/typebox'
import { expect } from 'chai'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import WebSocket from 'ws'
import { StatusError } from '../meta/status.ts'
import { ChannelSubresource, ExecOptions } from '../registry/channel-subresource.ts'
import type { Channels } from '../registry/channels.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import type { RequestContext, UserInfo } from '../request/context.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import { ApiServer } from '../server/api-server.ts'
import { MemoryBackend } from '../storage/backends/memory/index.ts'
import { FakeAggregator } from './fake-aggregator.ts'
import { FakeCluster } from './fake-cluster/fake-cluster.ts'

const Toy = defineKind({
  group: 'test.example.com',
  version: 'v1',
  kind: 'Toy',
  plural: 'toys',
  schema: Type.Object({ spec: Type.Object({ size: Type.Integer() }) }),
})
type Toy = ObjectOf<typeof Toy>
const seen: UserInfo[] = []

class Exec extends ChannelSubresource<Toy> {
  readonly name = 'exec'
  readonly options = ExecOptions

  async run(name: string, { command }: ExecOptions, open: () => Channels, ctx: RequestContext): Promise<number> {
    await this.parentOf(name, ctx)
    open().stdout.write(command.join(' '))
    return 0
  }
}

class ToyResource extends StoredResource<Toy> {
  readonly storageVersion = Toy
  override readonly subresources = [new Exec()]
  override prepareForCreate(_: Toy, ctx: RequestContext): void {
    seen.push(ctx.user)
  }
}

describe('FakeAggregator', function () {
  this.timeout(20_000)
  const directory = mkdtempSync(join(tmpdir(), 'fake-aggregator-'))
  let cluster: FakeCluster
  let server: ApiServer
  let aggregator: FakeAggregator

  before(async () => {
    cluster = await FakeCluster.start()
    cluster.grant(({ user }) => user.groups.includes('makers'))
    server = new ApiServer({
      backend: new MemoryBackend(),
      securePort: 0,
      bindAddress: '127.0.0.1',
      certDir: directory,
      kubeconfig: cluster.kubeconfig,
      log: pino({ level: 'silent' }),
    }).install(new ToyResource())
    await server.listen()
    aggregator = await FakeAggregator.start({
      cluster,
      url: server.url,
      group: 'test.example.com',
      versions: ['v1'],
      pollMs: 50,
    })
  })
  after(async () => {
    await aggregator.close()
    await aggregator.close()
    await server.close()
    await cluster.close()
    rmSync(directory, { recursive: true, force: true })
  })
  const toy = (name: string) => ({ metadata: { name, namespace: 'default' }, spec: { size: 1 } })

  it('tells the server who asks, and the server believes it', async () => {
    const extra = { 'example.com/Scope': ['a b', 'c'], team: ['x'] }
    const user = { name: 'alice', uid: 'u-1', groups: ['makers', 'others'], extra }
    await aggregator.clientAs(user).resource(Toy).create(toy('one'))
    expect(seen.at(-1)).to.deep.include({
      name: 'alice',
      // kube-apiserver tells in which header the UID would be, if it is told to.
      uid: '',
      groups: ['makers', 'others', 'system:authenticated'],
      extra: { 'example.com/scope': ['a b', 'c'], team: ['x'] },
    })
    const refused = await aggregator
      .clientAs({ name: 'bob' })
      .resource(Toy)
      .create(toy('two'))
      .catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(StatusError).and.include({ code: 403 })
    expect(String(refused)).to.contain('User "bob" cannot create resource')
  })

  it('hands on nothing that a stranger says about himself, and nothing of other groups', async () => {
    const get = async (path: string, headers: Record<string, string>): Promise<number> => {
      const outgoing = request(`${aggregator.url}${path}`, { headers }).end()
      const [answer] = (await once(outgoing, 'response')) as [{ statusCode: number; resume(): void }]
      answer.resume()
      return answer.statusCode
    }
    const toys = '/apis/test.example.com/v1/toys'
    const claims = { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' }
    expect(await get(toys, claims)).to.equal(401)
    const authorization = `Bearer ${aggregator.tokenOf({ name: 'mallory' })}`
    expect(await get(toys, { ...claims, authorization })).to.equal(403)
    expect(await get('/apis/other.example.com/v1/toys', { authorization })).to.equal(404)
    expect(await get('/api/v1/namespaces', { authorization })).to.equal(404)
  })

  it('polls discovery and OpenAPI as the real one', async () => {
    expect(aggregator.availability).to.deep.equal({ available: true, reason: 'Passed', message: 'all checks passed' })
    const { kind, items } = aggregator.discovery as { kind: string; items: { metadata: { name: string } }[] }
    expect([kind, items.map(({ metadata }) => metadata.name)]).to.deep.equal([
      'APIGroupDiscoveryList',
      ['test.example.com'],
    ])
    expect(JSON.stringify(await aggregator.openApi())).to.contain(
      '/apis/test.example.com/v1/namespaces/{namespace}/toys',
    )
    expect(await aggregator.openApi('/openapi/v3')).to.have.nested.property('paths.apis/test\\.example\\.com/v1')
  })

  it('carries watches and upgrades', async () => {
    const client = aggregator.clientAs({ name: 'carol', groups: ['makers'] })
    const watch = client.resource(Toy).watch({ resourceVersion: '0' })
    expect((await watch.next()).value).to.have.nested.property('object.metadata.name', 'one')
    await watch.return()
    const url = `${aggregator.url.replace('http', 'ws')}/apis/test.example.com/v1/namespaces/default/toys/one/exec`
    const authorization = `Bearer ${aggregator.tokenOf({ name: 'carol', groups: ['makers'] })}`
    const socket = new WebSocket(`${url}?stdout=true&command=echo&command=hi`, 'v5.channel.k8s.io', {
      headers: { authorization },
    })
    const frames: string[] = []
    socket.on('message', (data: Buffer) => frames.push(data.toString('latin1')))
    await once(socket, 'close')
    expect(socket.protocol).to.equal('v5.channel.k8s.io')
    expect(frames.filter((frame) => frame.startsWith('\u0001')).join('')).to.contain('echo hi')
    const refused = new WebSocket(url, 'v5.channel.k8s.io')
    const [error] = (await once(refused, 'error')) as [Error]
    expect(error.message).to.contain('401')
  })

  it('says that the server is not available when it is not, and answers 503', async () => {
    const lone = await FakeAggregator.start({ cluster, url: 'https://127.0.0.1:1', group: 'g', versions: ['v1'] })
    expect(lone.availability).to.include({ available: false, reason: 'FailedDiscoveryCheck' })
    const failure = await lone
      .clientAs({ name: 'a' })
      .request({ path: '/apis/g/v1' })
      .catch((error: unknown) => error)
    expect(failure).to.include({ code: 503 })
    await lone.close()
    const strict = { cluster, url: server.url, group: 'test.example.com', versions: ['v1'] }
    const distrusting = await FakeAggregator.start({ ...strict, caBundle: cluster.userAuthority.certificate })
    expect(distrusting.availability.message).to.match(/self-signed|unable to verify|certificate/)
    await distrusting.close()
  })
})
