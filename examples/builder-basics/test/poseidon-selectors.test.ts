import { TestServer } from '@apiserver-kit/framework/testing'
import { expect } from 'chai'
import { Poseidon } from '../apis/olympus/v1alpha1/poseidon.ts'
import { PoseidonResource } from '../server/poseidon.ts'

describe('Poseidon', () => {
  let server: TestServer

  before(async () => {
    server = await TestServer.start({ resources: [new PoseidonResource()] })
    for (const [name, sea] of Object.entries({ first: 'Aegean', second: 'Ionian' }))
      await server.client
        .resource(Poseidon)
        .create({ metadata: { name, namespace: 'default' }, spec: { size: 1, message: sea } })
  })
  after(async () => {
    await server.close()
  })

  it('is found by the field spec.message', async () => {
    const { items } = await server.client.resource(Poseidon).list({ fieldSelector: 'spec.message=Ionian' })
    expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(['second'])
  })
})
