import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  ApiServer,
  defineKind,
  LmdbBackend,
  MemoryBackend,
  StoredResource,
  Type,
  type ObjectOf,
} from '@apiserver-kit/framework'
import { Client, KubeConfig } from '@apiserver-kit/framework/client'

const Thing = defineKind({
  group: 'two.example.com',
  version: 'v1',
  kind: 'Thing',
  plural: 'things',
  schema: Type.Object({ spec: Type.Object({ size: Type.Integer() }) }),
})
type Thing = ObjectOf<typeof Thing>
class ThingResource extends StoredResource<Thing> {
  readonly storageVersion = Thing
}

describe('two servers in one process', () => {
  const directory = mkdtempSync(join(tmpdir(), 'two-servers-'))
  const servers: ApiServer[] = []
  const clients: Client[] = []
  after(async () => {
    for (const client of clients) client.close()
    for (const server of servers) await server.close()
    rmSync(directory, { recursive: true, force: true })
  })

  async function start(name: string, backend: MemoryBackend | LmdbBackend): Promise<Client> {
    const kubeconfig = join(directory, `${name}.kubeconfig`)
    const server = new ApiServer({
      backend,
      securePort: 0,
      bindAddress: '127.0.0.1',
      certDir: join(directory, name),
      writeKubeconfig: kubeconfig,
    }).install(new ThingResource())
    servers.push(server)
    await server.listen()
    const client = new Client(KubeConfig.load(kubeconfig))
    clients.push(client)
    return client
  }

  it('know nothing of each other', async () => {
    const first = await start('first', new MemoryBackend())
    const second = await start('second', new LmdbBackend(join(directory, 'data')))
    await first.resource(Thing).create({ metadata: { name: 'one', namespace: 'default' }, spec: { size: 1 } })
    expect((await first.resource(Thing).list()).items).to.have.length(1)
    expect((await second.resource(Thing).list()).items).to.have.length(0)
    await servers[0]?.close()
    await second.resource(Thing).create({ metadata: { name: 'one', namespace: 'default' }, spec: { size: 2 } })
    expect((await second.resource(Thing).namespace('default').get('one')).spec.size).to.equal(2)
  })
})
