import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Entry } from './backend.ts'
import { LmdbBackend } from './backends/lmdb/index.ts'
import { MemoryBackend } from './backends/memory/index.ts'
import { conformanceStoreOptions, pod } from './conformance/storage-case.ts'
import { storageConformance } from './conformance/storage.ts'
import { Store } from './store.ts'
import type { StoredItem } from './stored-item.ts'

storageConformance(
  {
    name: 'Store over MemoryBackend',
    async create() {
      const backend = new MemoryBackend()
      await backend.open()
      return { storage: new Store(backend, conformanceStoreOptions), backend, close: () => backend.close() }
    },
  },
  { describe, it },
)

storageConformance(
  {
    name: 'Store over LmdbBackend',
    async create() {
      const path = await mkdtemp(join(tmpdir(), 'store-'))
      const backend = new LmdbBackend({ path, sync: false })
      await backend.open()
      const close = async (): Promise<void> => {
        await backend.close()
        await rm(path, { recursive: true, force: true })
      }
      return { storage: new Store(backend, conformanceStoreOptions), backend, close }
    },
  },
  { describe, it },
)

class CountingBackend extends MemoryBackend {
  gets = 0
  override get(key: string, revision?: number): Promise<Entry | undefined> {
    this.gets++
    return super.get(key, revision)
  }
}

describe('A Store that has seen the object', () => {
  const key = '/pods/ns/foo'
  const node = (nodeName: string) => ({ ...pod('ns/foo'), spec: { nodeName } })
  let backend: CountingBackend
  let store: Store
  let other: Store
  beforeEach(async () => {
    backend = new CountingBackend()
    await backend.open()
    store = new Store(backend, conformanceStoreOptions)
    other = new Store(backend, conformanceStoreOptions)
    await store.create(key, node('0'))
    backend.gets = 0
  })

  it('updates and deletes it without reading', async () => {
    await store.guaranteedUpdate(key, () => node('1'))
    await store.delete(key)
    expect(backend.gets).to.equal(0)
    const gone: unknown = await store.guaranteedUpdate(key, () => node('2')).catch((error: unknown) => error)
    expect(String(gone)).to.include('key not found')
  })
  it('judges what another one wrote meanwhile', async () => {
    const { resourceVersion } = await other.guaranteedUpdate(key, () => node('1'))
    const seen: unknown[] = []
    const update = (item: { object: object } | undefined) => {
      seen.push((item?.object as { spec?: unknown }).spec)
      return node('2')
    }
    await store.guaranteedUpdate(key, update, { preconditions: { resourceVersion } })
    expect(seen).to.deep.equal([{ nodeName: '1' }])
  })
  it('does not delete what another one wrote meanwhile unseen', async () => {
    await other.guaranteedUpdate(key, () => node('1'))
    const gone = await store.delete(key)
    expect((gone.object as { spec?: unknown }).spec).to.deep.equal({ nodeName: '1' })
  })
  it('asks nobody about what it has deleted, whoever looked at that', async () => {
    const gone = await store.delete(key)
    expect(gone.object.metadata.name).to.equal('foo')
    const seen: unknown[] = []
    const failure = await store.guaranteedUpdate(key, (item) => node(String(seen.push(item)))).then(String, String)
    expect(failure).to.include('key not found')
    expect(seen).to.have.length(0)
  })
  it('reads what another one wrote, not what a watcher has lost sight of by it', async () => {
    const isFirst = (item: StoredItem): boolean =>
      (item.object as { spec?: { nodeName?: string } }).spec?.nodeName === '0'
    const stream = await store.watch('/pods', {
      recursive: true,
      resourceVersion: (await store.get(key)).resourceVersion,
      predicate: { everything: false, matches: isFirst },
      signal: new AbortController().signal,
    })
    // Too large to be remembered itself.
    const large = 'x'.repeat(2.5 * 1024 * 1024)
    await other.guaranteedUpdate(key, () => node(large))
    for await (const [event] of stream) {
      expect(event?.type).to.equal('DELETED')
      expect((event as { item: StoredItem }).item.object).to.have.nested.property('spec.nodeName', '0')
      break
    }
    stream.close()
    const { spec } = (await store.get(key)).object as { spec?: { nodeName: string } }
    expect(spec?.nodeName.length).to.equal(large.length)
  })
  it('neither finds nor changes what another one has deleted', async () => {
    await other.delete(key)
    const failures = [store.guaranteedUpdate(key, () => node('1')), store.delete(key)].map((write) =>
      write.then(String, String),
    )
    for (const text of await Promise.all(failures)) expect(text).to.include('key not found')
  })
})
