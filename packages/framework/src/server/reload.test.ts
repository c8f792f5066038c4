import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request, type Agent, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { expect } from 'chai'
import { Client, KubeConfig } from '../client/index.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import { defineKind } from '../schema/kind.ts'
import { LmdbBackend } from '../storage/backends/lmdb/index.ts'
import { MemoryBackend } from '../storage/backends/memory/index.ts'
import { ApiServer } from './api-server.ts'
import { StoresDifferError } from './stores.ts'

const group = 'shop.example.com'
const path = `/apis/${group}/v1/namespaces/default/orders`

function resource(size: number, version = 'v1'): StoredResource<never> {
  const kind = defineKind({
    group,
    version,
    kind: 'Order',
    plural: 'orders',
    schema: Type.Object({ spec: Type.Object({ size: Type.Integer({ default: size }) }) }),
  })
  return new (class extends StoredResource<never> {
    readonly storageVersion = kind as never
  })()
}

describe('ApiServer.listen in the place of another one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reload-'))
  const writeKubeconfig = join(folder, 'kubeconfig')
  let server: ApiServer
  let client: Client
  const make = (size: number, version?: string): ApiServer =>
    new ApiServer({
      backend: new LmdbBackend(join(folder, 'data')),
      securePort: 0,
      bindAddress: '127.0.0.1',
      certDir: folder,
      writeKubeconfig,
    }).install(resource(size, version))
  const create = (name: string): Promise<any> =>
    client.request({
      method: 'POST',
      path,
      body: { apiVersion: `${group}/v1`, kind: 'Order', metadata: { name }, spec: {} },
    })

  beforeEach(async () => {
    server = await make(1).listen()
    client = new Client(KubeConfig.load(writeKubeconfig))
  })
  afterEach(async () => {
    client.close()
    await server.close()
  })
  after(() => {
    rmSync(folder, { recursive: true })
  })

  async function watch(
    query = '',
    agent: Agent | false = false,
  ): Promise<{ names: string[]; ended: Promise<unknown> }> {
    const [cert, key, ca] = ['admin.crt', 'admin.key', 'ca.crt'].map((name) => readFileSync(join(folder, name)))
    const options: RequestOptions = { cert, key, ca, agent }
    const outgoing = request(`${server.url}${path}?watch=1${query}`, options).end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    const names: string[] = []
    let rest = ''
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      names.push(...lines.map((line) => JSON.parse(line).object.metadata.name))
    })
    return { names, ended: once(response, 'end') }
  }
  const heard = async (names: readonly string[], last: string): Promise<void> => {
    while (names.at(-1) !== last) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  it('keeps port, revisions and watches; what is new is in force', async () => {
    const before = await create('one')
    const { names, ended } = await watch(`&resourceVersion=${String(before.metadata.resourceVersion)}`)
    for (const [size, name] of [
      [2, 'two'],
      [3, 'three'],
    ] as const) {
      const { url } = server
      server = await make(size).listen({ replacing: server })
      expect(server.url).to.equal(url)
      expect((await create(name)).spec.size).to.equal(size)
      await heard(names, name)
    }
    const resumed = await watch(`&resourceVersion=${String(before.metadata.resourceVersion)}`)
    await heard(resumed.names, 'three')
    expect(resumed.names).to.deep.equal(['two', 'three'])
    await server.close()
    await Promise.all([ended, resumed.ended])
    expect(names).to.deep.equal(['two', 'three'])
  })

  it('ends watches of what is stored in another version now', async () => {
    const { ended } = await watch()
    server = await make(2, 'v2').listen({ replacing: server })
    await ended
  })

  it('leaves the other one as it is when it cannot start', async () => {
    const { names } = await watch()
    const other = new ApiServer({
      backend: new MemoryBackend(),
      securePort: 0,
      bindAddress: '127.0.0.1',
      certDir: folder,
    })
    const error = await other.listen({ replacing: server }).then(
      () => undefined,
      (e: unknown) => e,
    )
    expect(error).to.be.instanceOf(StoresDifferError)
    await create('after-failure')
    await heard(names, 'after-failure')
  })
})
