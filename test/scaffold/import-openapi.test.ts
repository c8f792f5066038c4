import { defineKind, StatusSubresource, StoredResource, Type, type ObjectOf } from '@apiserver-kit/framework'
import { TestServer } from '@apiserver-kit/framework/testing'
import { expect } from 'chai'
import { TemporaryProject } from './temporary-project.ts'

const Widget = defineKind({
  group: 'demo.example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  description: 'Widget is made of parts.',
  schema: Type.Object({
    spec: Type.Object({
      size: Type.Integer({ minimum: 1, maximum: 9, default: 2, description: 'How many parts.' }),
      parts: Type.Optional(Type.Array(Type.Object({ name: Type.String({ pattern: '^[a-z]+$' }) }))),
      labels: Type.Optional(Type.Record(Type.String(), Type.String())),
    }),
    status: Type.Optional(Type.Object({ ready: Type.Boolean() })),
  }),
})
type Widget = ObjectOf<typeof Widget>

const Region = defineKind({
  group: 'demo.example.com',
  version: 'v1',
  kind: 'Region',
  plural: 'regions',
  scope: 'Cluster',
  schema: Type.Object({ spec: Type.Object({ name: Type.String() }) }),
})
type Region = ObjectOf<typeof Region>

class WidgetResource extends StoredResource<Widget> {
  readonly storageVersion = Widget
  override readonly subresources = [new StatusSubresource<Widget>()]
}
class RegionResource extends StoredResource<Region> {
  readonly storageVersion = Region
}

describe('apiserver-kit import openapi', function () {
  this.timeout(120_000)
  let project: TemporaryProject
  let server: TestServer

  before(async () => {
    project = new TemporaryProject()
    server = await TestServer.start({ resources: [new WidgetResource(), new RegionResource()] })
    const get = async (path: string): Promise<string> => JSON.stringify(await server.client.request({ path }))
    project.write('v3.json', await get('/openapi/v3/apis/demo.example.com/v1'))
    project.write(
      'v1beta1.json',
      project.read('v3.json').replaceAll('example.com/v1', 'example.com/v1beta1').replaceAll('"v1"', '"v1beta1"'),
    )
    project.write('v2.json', await get('/openapi/v2'))
  })
  after(async () => {
    await server.close()
    project.remove()
  })

  it('adds the kinds of a document of OpenAPI 3, with their versions', () => {
    const before = project.snapshot()
    const files = ['import', 'openapi', 'v3.json', 'v1beta1.json', '--storage-version', 'v1beta1']
    expect(project.ok(...files, '--dry-run')).to.include('nothing was changed (--dry-run)')
    const planned = JSON.parse(project.ok(...files, '--dry-run', '--json')) as { changes: { path: string }[] }
    expect(planned.changes.map(({ path }) => path)).to.include('apis/demo/v1/widget.ts')
    expect(project.snapshot()).to.deep.equal(before)
    project.ok(...files)
    expect(project.ok(...files)).to.equal('Nothing to change: everything is there already.\n')
    const widget = project.read('apis/demo/v1/widget.ts')
    for (const text of [
      "plural: 'widgets'",
      'Widget is made of parts.',
      'minimum: 1',
      'default: 2',
      "pattern: '^[a-z]+$'",
    ])
      expect(widget).to.include(text)
    expect(widget).to.not.include('metadata')
    expect(project.read('apis/demo/v1/region.ts')).to.include("scope: 'Cluster'")
    expect(project.read('server/widget.ts'))
      .to.include('StatusSubresource')
      .and.include("from '../apis/demo/v1beta1/widget.ts'")
    expect(project.read('server/region.ts')).to.not.include('new StatusSubresource')
    project.typeCheck()
  })

  it('adds one kind of a document of OpenAPI 2, in place of what is there when it is told to', () => {
    const file = 'apis/demo/v1/widget.ts'
    const text = project.read(file)
    project.write(file, `${text}// mine\n`)
    const args = ['import', 'openapi', 'v2.json', '--group', 'demo.example.com', '--kind', 'Widget'] as const
    expect(project.refused(...args)).to.include('is there already: nothing was changed; --force writes over them')
    project.ok(...args, '--force')
    // OpenAPI 2 has no defaults: kubectl's older readers would take them for values.
    expect(project.read(file)).to.equal(text.replace('default: 2, ', ''))
  })

  it('says what is wrong', () => {
    expect(project.refused('import', 'openapi', 'absent.json')).to.include('absent.json cannot be read')
    expect(project.refused('import', 'openapi', 'package.json')).to.include(
      'kubectl get --raw /openapi/v3/apis/GROUP/VERSION',
    )
    expect(project.refused('import', 'openapi', 'v3.json', '--kind', 'Nobody')).to.match(
      /v3.json declares .*Widget in demo.example.com.*: name one with --group and --kind$/m,
    )
    project.write('k8s.json', project.read('v3.json').replaceAll('demo.example.com', 'demo.k8s.io'))
    expect(project.refused('import', 'openapi', 'k8s.json')).to.include(
      'k8s.json declares kinds of demo.k8s.io: name the group with --group demo.k8s.io',
    )
    project.write('none.json', '{"openapi": "3.0.0"}')
    expect(project.refused('import', 'openapi', 'none.json')).to.include('none.json declares no kind to import')
  })
})
