import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiServer, MemoryBackend, StatusError } from '@apiserver-kit/framework'
import { Client, KubeConfig } from '@apiserver-kit/framework/client'
import { expect } from 'chai'
import { BanFlunder } from '../admission/ban-flunder.ts'
import { Fischer } from '../apis/wardle/v1alpha1/fischer.ts'
import { Flunder } from '../apis/wardle/v1beta1/flunder.ts'
import { FischerResource } from '../resources/fischer.ts'
import { FlunderResource } from '../resources/flunder.ts'

describe('BanFlunder', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sample-apiserver-'))
  const fischers = new FischerResource()
  const server = new ApiServer({
    backend: new MemoryBackend(),
    securePort: 0,
    bindAddress: '127.0.0.1',
    certDir: directory,
    writeKubeconfig: join(directory, 'kubeconfig'),
    admission: [new BanFlunder(fischers)],
  })
    .install(new FlunderResource())
    .install(fischers)
  let client: Client
  before(async () => {
    await server.listen()
    client = new Client(KubeConfig.load(join(directory, 'kubeconfig')))
  })
  after(async () => {
    client.close()
    await server.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const create = (name: string): Promise<Flunder> =>
    client.resource(Flunder).create({ metadata: { name, namespace: 'default' }, spec: {}, status: {} })

  it('refuses the names that a Fischer disallows, and no others', async () => {
    await client.resource(Fischer).create({ metadata: { name: 'angry' }, disallowedFlunders: ['banned'] })
    await create('allowed')
    try {
      await create('banned')
      expect.fail('it was created')
    } catch (error) {
      expect(error).to.be.instanceOf(StatusError)
      expect((error as StatusError).message).to.equal(
        'flunders.wardle.example.com "banned" is forbidden: this name may not be used, please change the resource name',
      )
    }
  })
})
