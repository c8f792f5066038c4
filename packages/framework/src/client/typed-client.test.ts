import { expect } from 'chai'
import { isNotFound } from './error-kinds.ts'
import { Informer } from './informer.ts'
import { builtInKind, ConfigMap, Deployment, Lease, Role } from './kinds/index.ts'
import { metadataOnly, type ResourceKind } from './resource-kind.ts'
import { ScriptedServer, Widget, event, failure, json, stream, widget, type Answer } from './scripted-server.test.ts'

const partial = (name: string, version: number): object => ({
  apiVersion: 'meta.k8s.io/v1',
  kind: 'PartialObjectMetadata',
  metadata: widget(name, version).metadata,
})
const scale = (replicas: number): object => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name: 'd', namespace: 'default', resourceVersion: '7' },
  spec: { replicas },
  status: { replicas: 1, selector: 'app=d' },
})

describe('ResourceClient of other forms', () => {
  let server: ScriptedServer
  const start = async (...script: Answer[]): Promise<void> => void (server = await ScriptedServer.start(script))
  afterEach(() => server.close())

  it('asks for metadata only, and gives it the name of the kind', async () => {
    await start(
      json({ apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadataList', metadata: {}, items: [partial('a', 1)] }),
      json(partial('a', 2)),
      // Of a server that does not know the form.
      json({ ...widget('a', 3), spec: { size: 9 } }),
      stream([event('ADDED', partial('b', 4))]),
    )
    const widgets = server.client().resource(metadataOnly(Widget)).namespace('default')
    const named = { apiVersion: 'example.com/v1', kind: 'Widget' }
    expect((await widgets.list()).items).to.deep.equal([{ ...named, metadata: widget('a', 1).metadata }])
    expect(await widgets.get('a')).to.deep.equal({ ...named, metadata: widget('a', 2).metadata })
    expect(await widgets.patch('a', { metadata: { labels: { x: 'y' } } })).to.deep.equal({
      ...named,
      metadata: widget('a', 3).metadata,
    })
    for await (const { object } of widgets.watch())
      expect(object).to.deep.equal({ ...named, metadata: widget('b', 4).metadata })
    const form = (as: string): string => `application/json;as=${as};g=meta.k8s.io;v=v1,application/json`
    expect(server.seen.map(({ headers }) => headers.accept)).to.deep.equal([
      form('PartialObjectMetadataList'),
      ...Array<string>(3).fill(form('PartialObjectMetadata')),
    ])
  })

  it('keeps informers of metadata', async () => {
    await start(
      stream(
        [
          event('ADDED', partial('a', 1)),
          event('BOOKMARK', {
            ...partial('', 5),
            metadata: { resourceVersion: '5', annotations: { 'k8s.io/initial-events-end': 'true' } },
          }),
          event('MODIFIED', partial('a', 6)),
        ],
        'stay',
      ),
    )
    const stop = new AbortController()
    const errors: unknown[] = []
    const informer = new Informer(server.client().resource(metadataOnly(Widget)), { onError: (e) => errors.push(e) })
    const running = informer.run(stop.signal)
    await informer.synced()
    while (informer.resourceVersion !== '6') await new Promise((resolve) => setTimeout(resolve, 2))
    expect(informer.list()).to.deep.equal([
      { apiVersion: 'example.com/v1', kind: 'Widget', metadata: widget('a', 6).metadata },
    ])
    expect(errors).to.deep.equal([])
    stop.abort()
    await running
  })

  it('finds kinds at run time, once', async () => {
    const resources = [
      { name: 'widgets', singularName: 'widget', namespaced: true, kind: 'Widget', verbs: [] },
      { name: 'widgets/status', singularName: '', namespaced: true, kind: 'Widget', verbs: [] },
      { name: 'nodes', singularName: 'node', namespaced: false, kind: 'Node', verbs: [] },
    ]
    const found = json({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'x', resources })
    await start(found, found, json(widget('a', 1)), found, json(failure(404, 'NotFound', 'no such group'), 404))
    const client = server.client()
    const dynamic = await client.kind('example.com/v1', 'Widget')
    expect(dynamic).to.deep.equal({ ...Widget, scope: 'Namespaced' })
    expect(await client.kind('example.com/v1', 'Widget')).to.equal(dynamic)
    expect(await client.kind('v1', 'Node')).to.include({ group: '', version: 'v1', plural: 'nodes', scope: 'Cluster' })
    const object = await client.resource(dynamic).namespace('default').get('a')
    expect(object['spec']).to.equal(undefined)
    for (const apiVersion of ['example.com/v1', 'none.example.com/v1'])
      expect(isNotFound(await client.kind(apiVersion, 'None').catch((error: unknown) => error))).to.equal(true)
    expect(server.seen.map(({ path }) => path)).to.deep.equal([
      '/apis/example.com/v1',
      '/api/v1',
      '/apis/example.com/v1/namespaces/default/widgets/a',
      '/apis/example.com/v1',
      '/apis/none.example.com/v1',
    ])
  })

  it('reads and writes scales', async () => {
    await start(json(scale(2)), json(scale(3)), json(scale(4)), json(widget('d', 1)))
    const deployments = server.client().resource(Deployment).namespace('default')
    const current = await deployments.getScale('d')
    expect(current.spec?.replicas).to.equal(2)
    expect((await deployments.updateScale({ ...current, spec: { replicas: 3 } })).spec?.replicas).to.equal(3)
    expect((await deployments.scale('d', 4, { fieldManager: 'm' })).spec?.replicas).to.equal(4)
    expect(await deployments.getScale('d').catch((error: unknown) => error)).to.include({ code: 'EPROTO' })
    const path = '/apis/apps/v1/namespaces/default/deployments/d/scale'
    expect(server.seen.map((seen) => [seen.method, seen.path, seen.query.toString()])).to.deep.equal([
      ['GET', path, ''],
      ['PUT', path, ''],
      ['PATCH', path, 'fieldManager=m'],
      ['GET', path, ''],
    ])
    expect(JSON.parse(server.seen[1]?.body ?? '')).to.deep.equal({ ...scale(3) })
    expect(server.seen[2]?.body).to.equal('{"spec":{"replicas":4}}')
  })

  it('applies parts of an object, typed at every depth', async () => {
    await start(json(widget('d', 1)))
    const deployments = server.client().resource(Deployment)
    const template = { spec: { containers: [{ name: 'main', image: 'x:1' }] } }
    await deployments.apply(
      { metadata: { name: 'd', namespace: 'default' }, spec: { template } },
      { fieldManager: 'me', force: true },
    )
    await deployments.applyStatus(
      { metadata: { name: 'd', namespace: 'default' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      { fieldManager: 'me' },
    )
    // @ts-expect-error: a number is no text
    const wrong = { metadata: { name: 'd' }, spec: { replicas: '3' } } satisfies Parameters<typeof deployments.apply>[0]
    // @ts-expect-error: no such field
    const unknown = { metadata: { name: 'd' }, spec: { relicas: 3 } } satisfies Parameters<typeof deployments.apply>[0]
    expect([wrong, unknown]).to.have.length(2)
    const [first, second] = server.seen
    expect(first?.query.toString()).to.equal('fieldManager=me&force=true')
    expect(JSON.parse(first?.body ?? '')).to.deep.equal({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', namespace: 'default' },
      spec: { template },
    })
    expect(second?.path).to.equal('/apis/apps/v1/namespaces/default/deployments/d/status')
    expect(second?.headers['content-type']).to.equal('application/apply-patch+yaml')
  })

  it('knows where built-in kinds are', async () => {
    await start(json(widget('a', 1)))
    const client = server.client()
    const Ingress: ResourceKind = builtInKind('networking.k8s.io/v1', 'Ingress', 'ingresses')
    for (const kind of [ConfigMap, Lease, Role, Ingress]) await client.resource(kind).get('a')
    expect(server.seen.map(({ path }) => path)).to.deep.equal([
      '/api/v1/configmaps/a',
      '/apis/coordination.k8s.io/v1/leases/a',
      '/apis/rbac.authorization.k8s.io/v1/roles/a',
      '/apis/networking.k8s.io/v1/ingresses/a',
    ])
  })
})
