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
  schema: Type.Object({
    spec: Type.Object(
      {
        size: Type.Optional(Type.Integer({ default: 1 })),
        any: Type.Optional(Type.Any()),
        note: Type.Optional(Type.String()),
        whole: Type.Optional(
          Type.Object({}, { 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true }),
        ),
      },
      { default: {} },
    ),
  }),
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
      const metadata = (name: string): { name: string } => ({
        name,
        ...{ namespace: 'default' },
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

  it('keeps of the metadata of a whole object inside what metadata holds, as a create does', async () => {
    const whole = (metadata: object): object => ({ apiVersion: 'v1', kind: 'Pod', metadata })
    const plains = server.client.resource(Plain)
    const apply = (metadata: object): Promise<Plain> =>
      plains.apply(
        { metadata: { name: 'whole', namespace: 'default' }, spec: { whole: whole(metadata) } },
        { fieldManager: 'test' },
      )
    const empty = { name: '', labels: {}, ownerReferences: [], managedFields: [], creationTimestamp: null }
    const applied = await apply(empty)
    expect(applied.spec.whole).to.deep.equal(whole({}))
    expect((await apply(empty)).metadata.resourceVersion).to.equal(applied.metadata.resourceVersion)
    const error: unknown = await apply({ creationTimestamp: 'x' }).catch((caught: unknown) => caught)
    expect(error).to.have.property('code', 422)
    expect(String(error)).to.include('spec.whole.metadata: Invalid value: {"creationTimestamp":"x"}: parsing time "x"')
  })

  it('owns a null that the schema lets pass and does not keep it, and refuses another', async () => {
    const plains = server.client.resource(Plain)
    const metadata = { name: 'nulls', namespace: 'default' }
    const apply = async (spec: object): Promise<Plain> =>
      plains.apply({ metadata, spec: spec }, { fieldManager: 'test' })
    const applied = await apply({ size: 2, any: null })
    expect(applied.spec).to.deep.equal({ size: 2 })
    expect(applied.metadata.managedFields?.[0]?.fieldsV1).to.deep.equal({ 'f:spec': { 'f:any': {}, 'f:size': {} } })
    const error = await apply({ note: null }).catch((e: unknown) => e)
    expect(String(error)).to.include('must be of type string: "null"')
  })
})
