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
  it('neither finds nor changes what another one has deleted', async () => {
    await other.delete(key)
    const failures = [store.guaranteedUpdate(key, () => node('1')), store.delete(key)].map((write) =>
      write.then(String, String),
    )
    for (const text of await Promise.all(failures)) expect(text).to.include('key not found')
  })
})
