import { expect } from 'chai'
import type { AdmissionPlugin } from '../../auth/admission/plugin.ts'
import { StoredResource } from '../../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { Type } from '../../schema/type-helpers.ts'
import { crate, CrateResource, Depot } from './fixture.test.ts'

const group = { group: 'depot.example.com', version: 'v1' }
const base = '/apis/depot.example.com/v1'
const kindOf = (kind: string, plural: string) => defineKind({ ...group, kind, plural, schema: Type.Object({}) })
const [Foo, Foos, FooBar] = [kindOf('Foo', 'foo'), kindOf('Foos', 'foos'), kindOf('FooBar', 'foo-bar')]
const Yard = defineKind({ ...group, kind: 'Yard', plural: 'yards', scope: 'Cluster', schema: Type.Object({}) })

class FooResource extends StoredResource<ObjectOf<typeof Foo>> {
  readonly storageVersion = Foo
}
class FoosResource extends StoredResource<ObjectOf<typeof Foos>> {
  readonly storageVersion = Foos
}
class FooBarResource extends StoredResource<ObjectOf<typeof FooBar>> {
  readonly storageVersion = FooBar
}
class YardResource extends StoredResource<ObjectOf<typeof Yard>> {
  readonly storageVersion = Yard
}

class Unconditional extends CrateResource {
  override readonly allowUnconditionalUpdate = true
}

describe('requests: objects that a path must not reach', () => {
  let depot: Depot
  afterEach(() => depot.stop())
  const start = async (...args: ConstructorParameters<typeof Depot>): Promise<void> => {
    depot = new Depot(...args)
    await depot.start()
  }
  const namesAt = async (path: string): Promise<string[]> => {
    const { items } = (await depot.send('GET', path)).object as unknown as { items: { metadata: { name: string } }[] }
    return items.map(({ metadata }) => metadata.name)
  }

  it('are those of kinds whose names begin alike (CVE-2022-3162)', async () => {
    await start({}, [new FooResource(), new FoosResource(), new FooBarResource()])
    const kinds = Object.entries({ foo: Foo, foos: Foos, 'foo-bar': FooBar })
    for (const [plural, { kind, apiVersion }] of kinds) {
      const body = { apiVersion, kind, metadata: { name: `of-${plural}` } }
      expect((await depot.send('POST', `${base}/namespaces/default/${plural}`, { body })).code).to.equal(201)
    }
    for (const [plural] of kinds)
      for (const path of [`${base}/${plural}`, `${base}/namespaces/default/${plural}`])
        expect(await namesAt(path), path).to.deep.equal([`of-${plural}`])
    expect((await depot.send('DELETE', `${base}/namespaces/default/foo`)).code).to.equal(200)
    expect(await namesAt(`${base}/foos`)).to.deep.equal(['of-foos'])
    expect(await namesAt(`${base}/foo-bar`)).to.deep.equal(['of-foo-bar'])
  })

  it('are those of names that would be other keys (CVE-2015-5305)', async () => {
    await start()
    await depot.create('a')
    const up = ['..', '.', '%2e%2e', '..%2Fcrates%2Fa', '..%2f..%2fdefault%2fa', '%252e%252e', 'A%5c..', 'b%2f..%2fa']
    for (const name of [...up, '%2fa', 'a%00', 'a%ff']) {
      for (const method of ['GET', 'DELETE', 'PUT'])
        expect((await depot.send(method, name)).code, `${method} ${name}`).to.be.within(400, 415)
      const written = name
        .replace(/%ff/, '\ufffd')
        .replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      const { code } = await depot.send('POST', '', { body: crate(written) })
      expect(code, `POST ${name}`).to.equal(422)
    }
    for (const namespace of ['..', '%2e%2e', 'default%2fcrates', 'other%2f..%2fdefault', 'default%00']) {
      const path = `${base}/namespaces/${namespace}/crates`
      for (const of of ['', '/a']) {
        const { code, object, message } = await depot.send('GET', `${path}${of}`)
        // Those with dots come as far as the storage, as Go's do, and are an invalid key there.
        if (code === 500) expect(message, namespace).to.include('invalid key')
        else if (code !== 200) expect(code, namespace).to.be.oneOf([400, 404])
        else expect([of, object['items']], namespace).to.deep.equal(['', []])
      }
    }
    expect((await depot.send('GET', 'a')).code).to.equal(200)
  })

  it('are those of the cluster, by a path with a namespace, and the reverse (CVE-2019-11247)', async () => {
    await start({}, [new YardResource(), new CrateResource()])
    const yard = { apiVersion: Yard.apiVersion, kind: 'Yard', metadata: { name: 'a' } }
    expect((await depot.send('POST', `${base}/yards`, { body: yard })).code).to.equal(201)
    for (const [method, path] of [
      ['GET', '/yards/a'],
      ['DELETE', '/yards/a'],
      ['PUT', '/yards/a'],
      ['PATCH', '/yards/a'],
      ['GET', '/yards'],
      ['POST', '/yards'],
      ['DELETE', '/yards'],
    ] as const)
      expect(
        (await depot.send(method, `${base}/namespaces/default${path}`, method === 'GET' ? {} : { body: yard })).code,
        `${method} ${path}`,
      ).to.equal(404)
    expect((await depot.send('GET', `${base}/yards/a`)).code).to.equal(200)
    await depot.create('a')
    expect((await depot.send('GET', `${base}/crates/a`)).code).to.equal(404)
  })
})

describe('requests: what admission sees', () => {
  let depot: Depot
  afterEach(() => depot.stop())
  const headers = { 'content-type': 'application/merge-patch+json' }
  type Seen = [subresource: string, before: unknown, after: unknown]
  const seen: Seen[] = []
  const label = (of: unknown): unknown => (of as { spec?: { label?: string } } | undefined)?.spec?.label
  const watching = (meanwhile: () => Promise<void> = () => Promise.resolve()): AdmissionPlugin => ({
    name: 'Watching',
    handles: (operation) => operation === 'UPDATE',
    validate: async ({ object, oldObject, subresource }) => {
      seen.push([subresource, label(oldObject), label(object)])
      await meanwhile()
    },
  })
  beforeEach(() => seen.splice(0))

  it('is what a patch makes beside what is stored, of subresources too (CVE-2016-1905, CVE-2023-2727)', async () => {
    depot = new Depot({ admission: [watching()] })
    await depot.start()
    await depot.create('a', { label: 'before' })
    await depot.send('PATCH', 'a', { body: { spec: { label: 'after' } }, headers })
    await depot.send('PATCH', 'a/status', { body: { spec: { label: 'sly' }, status: { seen: 1 } }, headers })
    await depot.send('PATCH', 'a', { body: { status: { seen: 2 }, spec: { weight: 1 } }, headers })
    expect(seen).to.deep.equal([
      ['', 'before', 'after'],
      ['status', 'after', 'after'],
      ['', 'after', 'after'],
    ])
    expect((await depot.send('GET', 'a')).object['status']).to.deep.equal({ seen: 1 })
  })

  it('is the object as it stands when the write is made, again after each conflict (CVE-2021-25735)', async () => {
    let others = 2
    const plugin = watching(async () => {
      if (--others < 0) return
      await depot.send('PATCH', 'a', { body: { spec: { label: `other ${String(others)}` } }, headers })
    })
    depot = new Depot({ admission: [plugin] })
    await depot.start()
    await depot.create('a', { label: 'before' })
    const { code } = await depot.send('PATCH', 'a', { body: { spec: { weight: 1 } }, headers })
    expect(code).to.equal(200)
    const mine = seen.filter(([, before, after]) => before === after)
    expect(mine.map(([, before]) => before)).to.deep.equal(['before', 'other 1'])
    expect((await depot.send('GET', 'a')).object['spec']).to.deep.equal({ label: 'other 1', weight: 1 })
  })

  it('is the body as it was sent, again after each conflict, whatever admission made of it before', async () => {
    let others = 2
    const marking: AdmissionPlugin = {
      name: 'Marking',
      handles: (operation) => operation === 'UPDATE',
      admit: async ({ object }) => {
        const { spec } = object as unknown as { spec: { label: string } }
        if (spec.label === 'other') return
        spec.label += ' and marked'
        if (--others < 0) return
        const body = { spec: { label: 'other', weight: others } }
        expect((await depot.send('PATCH', 'a', { body, headers })).code).to.equal(200)
      },
    }
    depot = new Depot({ admission: [marking] }, [new Unconditional()])
    await depot.start()
    await depot.create('a', { label: 'before' })
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' }
    const body = crate('a', { label: 'put' }, { ownerReferences: [owner, owner] })
    const { code, object } = await depot.send('PUT', 'a', { body })
    expect([code, others]).to.deep.equal([200, -1])
    expect(object['spec']).to.deep.equal({ label: 'put and marked' })
    expect((object['metadata'] as { ownerReferences: unknown }).ownerReferences).to.deep.equal([owner])
  })
})
