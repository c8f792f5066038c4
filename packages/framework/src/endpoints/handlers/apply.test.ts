import { expect } from 'chai'
import { StoredResource } from '../../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { Type } from '../../schema/type-helpers.ts'
import { TestServer } from '../../testing/index.ts'

const Plain = defineKind({
  group: 'apply.example.com',
  version: 'v1',
  kind: 'Plain',
  plural: 'plains',
  schema: Type.Object({ spec: Type.Object({ size: Type.Integer({ default: 1 }) }, { default: {} }) }),
})
type Plain = ObjectOf<typeof Plain>
class PlainResource extends StoredResource<Plain> {
  readonly storageVersion = Plain
}

describe('server-side apply', () => {
  let server: TestServer
  before(async () => {
    server = await TestServer.start({ resources: [new PlainResource()] })
  })
  after(() => server.close())

  for (const member of ['labels', 'annotations'])
    it(`takes null in ${member} as a create does`, async () => {
      const plains = server.client.resource(Plain)
      const metadata = (name: string): object => ({
        name,
        namespace: 'default',
        [member]: { policy: null, other: 'x' },
      })
      const created = await plains.create({ metadata: metadata(`created-${member}`), spec: { size: 1 } })
      const applied = await plains.apply(
        { metadata: metadata(`applied-${member}`), spec: { size: 1 } },
        {
          fieldManager: 'test',
        },
      )
      const of = ({ metadata: meta }: Plain): unknown => (meta as unknown as Record<string, unknown>)[member]
      expect(of(applied)).to.deep.equal(of(created))
    })
})
