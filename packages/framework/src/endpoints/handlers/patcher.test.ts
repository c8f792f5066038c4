import { expect } from 'chai'
import { StoredResource } from '../../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { Type } from '../../schema/type-helpers.ts'
import { TestServer } from '../../testing/index.ts'

const Patched = defineKind({
  group: 'patcher.example.com',
  version: 'v1',
  kind: 'Patched',
  plural: 'patcheds',
  schema: Type.Object({ spec: Type.Object({ size: Type.Integer() }) }),
})
type Patched = ObjectOf<typeof Patched>
class PatchedResource extends StoredResource<Patched> {
  readonly storageVersion = Patched
}

describe('a patch whose outcome is no object of the kind', () => {
  let server: TestServer
  before(async () => {
    server = await TestServer.start({ resources: [new PatchedResource()] })
  })
  after(() => server.close())

  it('is answered with the outcome, its members in order', async () => {
    const resource = server.client.resource(Patched)
    await resource.create({ metadata: { name: 'a', namespace: 'default' }, spec: { size: 1 } })
    const error: unknown = await resource
      .namespace('default')
      .patch('a', { metadata: { labels: { a: 1 } } })
      .catch((e: unknown) => e)
    const { message } = error as Error
    expect(message).to.match(/^ "" is invalid: patch: Invalid value: /)
    const [, shown = ''] = /Invalid value: ("(?:[^"\\]|\\.)*")/.exec(message) ?? []
    const { metadata } = JSON.parse(JSON.parse(shown) as string) as Patched
    expect(Object.keys(metadata)).to.include('resourceVersion')
    expect(Object.keys(metadata)).to.deep.equal(Object.keys(metadata).sort())
  })
})
