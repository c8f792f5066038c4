import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiServer, MemoryBackend, StatusError } from '@apiserver-kit/framework'
import { Client, KubeConfig } from '@apiserver-kit/framework/client'
import { expect } from 'chai'
import { University } from '../apis/miskatonic/v1alpha1/university.ts'
import { UniversityReconciler } from '../controller/university.ts'
import { UniversityResource } from '../server/university.ts'

describe('University', () => {
  const directory = mkdtempSync(join(tmpdir(), 'university-'))
  const server = new ApiServer({
    backend: new MemoryBackend(),
    securePort: 0,
    bindAddress: '127.0.0.1',
    certDir: directory,
    writeKubeconfig: join(directory, 'kubeconfig'),
  }).install(new UniversityResource())
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

  const create = (name: string, spec: University['spec']): Promise<University> =>
    client.resource(University).create({ metadata: { name, namespace: 'default' }, spec })

  it('refuses what the schema or the resource does not allow', async () => {
    for (const spec of [{ size: 0 }, { size: 1, message: ' ' }])
      try {
        await create('wrong', spec)
        expect.fail('it was created')
      } catch (error) {
        expect(error).to.be.instanceOf(StatusError)
        expect((error as StatusError).code).to.equal(422)
      }
  })

  it('is brought to its wanted state', async () => {
    await create('first', { size: 3 })
    await new UniversityReconciler(client).reconcile({ namespace: 'default', name: 'first' }, new AbortController().signal)
    const { status } = await client.resource(University).namespace('default').get('first')
    expect(status).to.deep.equal({ observedGeneration: 1, ready: true, parts: 3 })
  })
})
