import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { convert, type ServedVersion } from '../registry/conversion.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import { Type } from '../schema/type-helpers.ts'
import type { Backend } from '../storage/backend.ts'
import { MemoryBackend } from '../storage/backends/memory/index.ts'
import { ApiServer } from './api-server.ts'

const common = { group: 'example.com', kind: 'Thing', plural: 'things' } as const
const Thing = defineKind({
  ...common,
  version: 'v1',
  schema: Type.Object({ spec: Type.Object({ size: Type.Integer() }) }),
})
type Thing = ObjectOf<typeof Thing>
const Old = defineKind({ ...common, version: 'v1alpha1', schema: Type.Object({ size: Type.Integer() }) })
type Old = ObjectOf<typeof Old>
const old = convert<Old, Thing>(Old, {
  toStorage: ({ size, ...object }) => ({ ...object, spec: { size } }),
  fromStorage: ({ spec: { size }, ...object }) => ({ ...object, size }),
})

class ThingResource extends StoredResource<Thing> {
  readonly storageVersion = Thing
  override readonly servedVersions = [old]
  override readonly encodedVersion: ServedVersion<Thing> | undefined
  constructor(encodedVersion?: ServedVersion<Thing>) {
    super()
    this.encodedVersion = encodedVersion
  }
}

/** The store of a memory that outlives its servers. */
function lasting(): Backend {
  const backend = new MemoryBackend()
  return new Proxy(backend, {
    get: (target, name) => {
      if (name === 'close') return () => Promise.resolve()
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

describe('ApiServer.migrateStorage', () => {
  const certDir = mkdtempSync(join(tmpdir(), 'migration-'))
  after(() => {
    rmSync(certDir, { recursive: true })
  })
  const serverOf = (backend: Backend, resource: ThingResource): ApiServer =>
    new ApiServer({ backend, securePort: 0, bindAddress: '127.0.0.1', certDir }).install(resource)
  const stored = async (backend: Backend): Promise<string[]> =>
    (await backend.range('/', '0', { limit: 0 })).entries
      .filter(({ key }) => key.includes('/things/'))
      .map(({ value }) => value.toString())
  const thing = (name: string): Thing => ({
    apiVersion: Thing.apiVersion,
    kind: 'Thing',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, labels: { a: 'b' } },
    spec: { size: 3 },
  })

  /** A store with so many things in the old version. */
  async function oldStore(count: number): Promise<Backend> {
    const backend = lasting()
    const resource = new ThingResource(old)
    const server = serverOf(backend, resource)
    await server.listen()
    for (let i = 0; i < count; i++) {
      const name = `thing-${String(i)}`
      await resource.storage.create(resource.keyOf('default', name), thing(name))
    }
    await server.close()
    return backend
  }

  it('rewrites every object in the version of new ones, and nothing twice', async () => {
    const backend = await oldStore(1203)
    expect((await stored(backend)).every((text) => text.startsWith('{"apiVersion":"example.com/v1alpha1"'))).to.equal(
      true,
    )
    const first = await serverOf(backend, new ThingResource()).migrateStorage()
    expect(first).to.deep.equal([
      { resource: 'things.example.com', apiVersion: 'example.com/v1', migrated: 1203, unchanged: 0, failed: [] },
    ])
    const texts = await stored(backend)
    expect(texts).to.have.length(1203)
    expect(texts[0]).to.equal(
      '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"labels":{"a":"b"},"name":"thing-0","namespace":"default","uid":"uid-thing-0"},"spec":{"size":3}}',
    )
    const [again] = await serverOf(backend, new ThingResource()).migrateStorage()
    expect(again).to.include({ migrated: 0, unchanged: 1203 })
    const [back] = await serverOf(backend, new ThingResource(old)).migrateStorage()
    expect(back).to.include({ apiVersion: 'example.com/v1alpha1', migrated: 1203 })
  })

  it('goes on beside the work of a server that listens', async () => {
    const backend = await oldStore(5)
    const resource = new ThingResource()
    const server = serverOf(backend, resource)
    await server.listen()
    try {
      const changes = Promise.all(
        [0, 1, 2, 3].map((i) =>
          resource.storage.guaranteedUpdate(resource.keyOf('default', `thing-${String(i)}`), (item) => ({
            ...(item?.object as Thing),
            spec: { size: 10 + i },
          })),
        ),
      )
      await resource.storage.delete(resource.keyOf('default', 'thing-4'))
      const [outcome] = await server.migrateStorage()
      await changes
      expect(outcome?.failed).to.deep.equal([])
      const texts = await stored(backend)
      expect(texts.every((text) => text.startsWith('{"apiVersion":"example.com/v1",'))).to.equal(true)
      expect(texts.map((text) => /"size":(\d+)/.exec(text)?.[1])).to.deep.equal(['10', '11', '12', '13'])
      expect(server.url).to.include('https://')
    } finally {
      await server.close()
    }
  })

  it('names what it cannot read, and leaves it', async () => {
    const backend = await oldStore(2)
    const [entry] = (await backend.range('/', '0', { limit: 0 })).entries.filter(({ key }) => key.includes('/things/'))
    const key = entry?.key ?? ''
    await backend.commit({
      key,
      value: Buffer.from('{"apiVersion":"example.com/v0"}'),
      expectedModRevision: entry?.modRevision ?? 0,
    })
    const [outcome] = await serverOf(backend, new ThingResource()).migrateStorage()
    expect(outcome).to.include({ migrated: 1, unchanged: 0 })
    expect(outcome?.failed.map((failure) => failure.key)).to.deep.equal([key])
    expect((await backend.get(key))?.value.toString()).to.equal('{"apiVersion":"example.com/v0"}')
  })

  it('stops when it is told to', async () => {
    const backend = await oldStore(1)
    const failure = await serverOf(backend, new ThingResource())
      .migrateStorage(AbortSignal.abort(new Error('enough')))
      .catch((error: unknown) => error)
    expect(String(failure)).to.include('enough')
  })
})
