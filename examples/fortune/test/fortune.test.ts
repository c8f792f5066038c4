import { StatusError } from '@apiserver-kit/framework'
import { TestServer } from '@apiserver-kit/framework/testing'
import { expect } from 'chai'
import { Fortune } from '../apis/fun/v1alpha1/fortune.ts'
import { FortuneResource } from '../server/fortune.ts'

describe('Fortune', () => {
  let server: TestServer
  let draw = 0

  before(async () => {
    server = await TestServer.start({ resources: [new FortuneResource(() => draw)] })
  })
  after(async () => {
    await server.close()
  })

  it('draws another one each time that random is asked for', async () => {
    const fortunes = server.client.resource(Fortune)
    const first = await fortunes.get('random')
    draw = 0.99
    const last = await fortunes.get('random')
    expect(last.spec.message).to.not.equal(first.spec.message)
  })

  it('lists those that have names, by labels and fields', async () => {
    const fortunes = server.client.resource(Fortune)
    const names = async (options: object): Promise<(string | undefined)[]> =>
      (await fortunes.list(options)).items.map(({ metadata }) => metadata.name)
    expect(await names({})).to.deep.equal(['pessimist', 'programmer', 'today'])
    expect(await names({ labelSelector: 'words=12' })).to.deep.equal(['pessimist', 'today'])
    expect(await names({ fieldSelector: 'metadata.name=today' })).to.deep.equal(['today'])
  })

  it('serves no other verbs', async () => {
    const refused = await server.client
      .resource(Fortune)
      .create({ metadata: { name: 'mine' }, spec: { message: 'x' } })
      .catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(StatusError)
    expect((refused as StatusError).code).to.equal(405)
  })
})
