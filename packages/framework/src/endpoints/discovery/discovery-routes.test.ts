import { expect } from 'chai'
import { DiscoveryRoutes } from './discovery-routes.ts'
import { ask, coreGroup, groupOf, installed, jsonOf, animalV1, zooGroup } from './fixture.test.ts'

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const groups = [zooGroup]
const routes = new DiscoveryRoutes(() => groups, { serverAddress: () => 'example:443' })
const withCore = [zooGroup, coreGroup]
const routesWithCore = new DiscoveryRoutes(() => withCore)

describe('DiscoveryRoutes.handle', () => {
  it('lists the groups, with the preferred version first', async () => {
    for (const path of ['/apis', '/apis/']) {
      const reply = await ask(routes, path, { headers: { accept: 'application/json' } })
      expect(reply.headers['content-type']).to.equal('application/json')
      expect(reply.headers.etag).to.equal(undefined)
      expect(jsonOf(reply)).to.deep.equal({
        kind: 'APIGroupList',
        groups: [
          {
            name: 'zoo.example.com',
            versions: [
              { groupVersion: 'zoo.example.com/v1', version: 'v1' },
              { groupVersion: 'zoo.example.com/v1beta1', version: 'v1beta1' },
            ],
            preferredVersion: { groupVersion: 'zoo.example.com/v1', version: 'v1' },
            serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: 'example:443' }],
          },
        ],
      })
    }
  })

  it('describes one group without addresses', async () => {
    const body = jsonOf(await ask(routes, '/apis/zoo.example.com')) as Record<string, unknown>
    expect(body.kind).to.equal('APIGroup')
    expect(body.apiVersion).to.equal('v1')
    expect(body).not.to.have.property('serverAddressByClientCIDRs')
  })

  it('lists resources, each followed by its subresources', async () => {
    const body = jsonOf(await ask(routes, '/apis/zoo.example.com/v1')) as { resources: Record<string, unknown>[] }
    expect(body.resources.map((r) => r.name)).to.deep.equal([
      'animals',
      'animals/status',
      'animals/scale',
      'animals/sounds',
      'cages',
    ])
    const [animals, status, scale, , cages] = body.resources
    expect(animals).to.deep.equal({
      name: 'animals',
      singularName: 'animal',
      namespaced: true,
      kind: 'Animal',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['an'],
      categories: ['all'],
      storageVersionHash: 'aGFzaA==',
    })
    expect(status).to.deep.equal({
      name: 'animals/status',
      singularName: '',
      namespaced: true,
      kind: 'Animal',
      verbs: ['get', 'patch', 'update'],
    })
    expect(scale).to.include({ group: 'autoscaling', version: 'v1', kind: 'Scale' })
    expect(cages).to.deep.equal({
      name: 'cages',
      singularName: 'cage',
      namespaced: false,
      kind: 'Cage',
      verbs: ['get', 'list'],
    })
  })

  it('answers 404 for versions that a group does not have, and leaves other groups to others', async () => {
    for (const path of ['/apis/zoo.example.com/v9', '/apis/zoo.example.com/v9/']) {
      const reply = await ask(routes, path)
      expect(reply.status, path).to.equal(404)
      expect(jsonOf(reply)).to.include({ message: 'the server could not find the requested resource' })
    }
    for (const path of [
      '/apis/other.example.com',
      '/apis/other.example.com/v1',
      '/apiss',
      '/api',
      '/api/v1',
      '/version',
    ])
      expect((await ask(routes, path)).status, path).to.equal(599)
  })

  it('answers 405 for all methods but GET', async () => {
    for (const method of ['HEAD', 'OPTIONS', 'POST', 'DELETE', 'PATCH'])
      expect((await ask(routes, '/apis/zoo.example.com/v1', { method })).status, method).to.equal(405)
  })

  it('answers 406 for what it cannot write', async () => {
    for (const accept of ['text/html', aggregated.replace('v=v2', 'v=v2beta1')])
      expect((await ask(routes, '/apis', { headers: { accept } })).status, accept).to.equal(406)
    expect((await ask(routes, '/apis/zoo.example.com', { headers: { accept: aggregated } })).status).to.equal(406)
  })

  it('indents for those who ask', async () => {
    const reply = await ask(routes, '/apis/zoo.example.com?pretty=true')
    expect(reply.body.toString()).to.contain('\n  "kind": "APIGroup"')
  })

  it('serves the core group where it is installed', async () => {
    expect(jsonOf(await ask(routesWithCore, '/api'))).to.deep.equal({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }],
    })
    const list = jsonOf(await ask(routesWithCore, '/api/v1')) as Record<string, unknown>
    expect(list).to.include({ kind: 'APIResourceList', groupVersion: 'v1' })
    expect(list).not.to.have.property('apiVersion')
    expect((await ask(routesWithCore, '/api/v2')).status).to.equal(404)
    const apis = jsonOf(await ask(routesWithCore, '/apis')) as { groups: unknown[] }
    expect(apis.groups).to.have.length(1)
    const core = jsonOf(await ask(routesWithCore, '/api', { headers: { accept: aggregated } }))
    expect(core).to.have.nested.property('items[0].metadata').that.deep.equals({})
    expect(core).to.have.nested.property('items[0].versions[0].resources[0].resource', 'namespaces')
  })

  it('follows the groups when they change', async () => {
    let current = [zooGroup]
    const changing = new DiscoveryRoutes(() => current)
    await ask(changing, '/apis')
    current = [zooGroup, groupOf('late.example.com', { v1: [installed(animalV1)] })]
    expect((await ask(changing, '/apis/late.example.com/v1')).status).to.equal(200)
    expect(changing.paths()).to.include('/apis/late.example.com/v1')
  })
})

describe('DiscoveryRoutes.handle, aggregated', () => {
  it('answers everything at once, to be kept until it changes', async () => {
    const reply = await ask(routes, '/apis', { headers: { accept: `${aggregated},application/json` } })
    expect(reply.headers).to.include({ 'content-type': aggregated, vary: 'Accept', 'cache-control': 'public' })
    expect(reply.headers.etag).to.match(/^"[0-9A-F]{128}"$/)
    const body = jsonOf(reply)
    expect(body).to.have.nested.property('items[0].metadata.name', 'zoo.example.com')
    expect(body).to.have.nested.property('items[0].versions[0].freshness', 'Current')
    expect(body)
      .to.have.nested.property('items[0].versions[0].resources[0]')
      .that.deep.equals({
        resource: 'animals',
        responseKind: { group: '', version: '', kind: 'Animal' },
        scope: 'Namespaced',
        singularResource: 'animal',
        verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
        shortNames: ['an'],
        categories: ['all'],
        subresources: [
          {
            subresource: 'status',
            responseKind: { group: '', version: '', kind: 'Animal' },
            verbs: ['get', 'patch', 'update'],
          },
          {
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
            verbs: ['get', 'patch', 'update'],
          },
          { subresource: 'sounds', responseKind: { group: '', version: '', kind: 'Animal' }, verbs: ['get'] },
        ],
      })
  })

  it('is chosen whatever the weight and the order of parameters', async () => {
    for (const accept of [
      `application/json;q=1.0,${aggregated};q=0.5`,
      'application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io;profile=nopeer',
    ])
      expect((await ask(routes, '/apis', { headers: { accept } })).headers['content-type'], accept).to.equal(aggregated)
  })

  it('falls back to the list of groups for the version that is no more', async () => {
    const accept = `${aggregated.replace('v=v2', 'v=v2beta1')},application/json`
    expect(jsonOf(await ask(routes, '/apis', { headers: { accept } }))).to.include({ kind: 'APIGroupList' })
  })

  it('answers 304 to the one tag, and to no list and no star', async () => {
    const first = await ask(routes, '/apis', { headers: { accept: aggregated } })
    const etag = String(first.headers.etag)
    const again = await ask(routes, '/apis', { headers: { accept: aggregated, 'if-none-match': etag } })
    expect(again.status).to.equal(304)
    expect(again.headers).to.include({ etag, vary: 'Accept', 'cache-control': 'public' })
    expect(again.headers).not.to.have.property('content-type')
    for (const tags of [`${etag}, "x"`, '*', `W/${etag}`])
      expect((await ask(routes, '/apis', { headers: { accept: aggregated, 'if-none-match': tags } })).status).to.equal(
        200,
      )
    expect((await ask(routes, '/apis', { headers: { 'if-none-match': etag } })).status).to.equal(200)
  })

  it('has protobuf and YAML, with the same tag', async () => {
    const tags = new Set<unknown>()
    for (const mediaType of ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']) {
      const accept = aggregated.replace('application/json', mediaType)
      const reply = await ask(routes, '/apis', { headers: { accept } })
      expect(reply.headers['content-type']).to.equal(accept)
      tags.add(reply.headers.etag)
    }
    expect(tags.size).to.equal(1)
  })
})
