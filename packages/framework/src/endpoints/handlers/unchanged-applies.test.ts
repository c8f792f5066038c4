import { expect } from 'chai'
import { StatusError } from '../../meta/status.ts'
import { StoredResource } from '../../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { Type } from '../../schema/type-helpers.ts'
import { TestServer } from '../../testing/index.ts'

const Counter = defineKind({
  group: 'apply.example.com',
  version: 'v1',
  kind: 'Counter',
  plural: 'counters',
  schema: Type.Object({
    spec: Type.Object({
      count: Type.Integer({
        'x-kubernetes-validations': [{ rule: 'self > oldSelf', message: 'must rise' }],
      }),
    }),
  }),
})
type Counter = ObjectOf<typeof Counter>
class CounterResource extends StoredResource<Counter> {
  readonly storageVersion = Counter
}

const Plain = defineKind({
  group: 'apply.example.com',
  version: 'v1',
  kind: 'Plain',
  plural: 'plains',
  schema: Type.Object({ spec: Type.Object({ size: Type.Integer() }) }),
})
type Plain = ObjectOf<typeof Plain>
class PlainResource extends StoredResource<Plain> {
  readonly storageVersion = Plain
}

describe('an apply that changes nothing', () => {
  let server: TestServer
  before(async () => {
    server = await TestServer.start({ resources: [new CounterResource(), new PlainResource()] })
  })
  after(() => server.close())

  const apply = { fieldManager: 'test', force: true }
  const metadata = { name: 'one', namespace: 'default' }

  it('is judged by the rules of its kind each time', async () => {
    const counters = server.client.resource(Counter)
    await counters.apply({ metadata, spec: { count: 1 } }, apply)
    for (let i = 0; i < 2; i++) {
      const refusal: unknown = await counters.apply({ metadata, spec: { count: 1 } }, apply).catch((e: unknown) => e)
      expect(refusal).to.be.instanceOf(StatusError)
      expect((refusal as StatusError).code).to.equal(422)
      expect((refusal as StatusError).message).to.include('must rise')
    }
    expect((await counters.apply({ metadata, spec: { count: 2 } }, apply)).spec.count).to.equal(2)
  })

  it('keeps its resourceVersion however often it comes, until somebody else writes', async () => {
    const plains = server.client.resource(Plain)
    const first = await plains.apply({ metadata, spec: { size: 1 } }, apply)
    for (let i = 0; i < 3; i++)
      expect((await plains.apply({ metadata, spec: { size: 1 } }, apply)).metadata).to.deep.equal(first.metadata)
    await plains.namespace('default').patch('one', { spec: { size: 5 } })
    expect((await plains.apply({ metadata, spec: { size: 1 } }, apply)).spec.size).to.equal(1)
  })
})
