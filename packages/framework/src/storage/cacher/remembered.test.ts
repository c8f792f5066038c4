import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BackendEvents, Entry } from '../backend.ts'
import { MemoryBackend } from '../backends/memory/index.ts'
import { conformanceStoreOptions, pod, StorageCase } from '../conformance/storage-case.ts'
import { Store } from '../store.ts'
import { Cacher } from './cacher.ts'

const memorySupports = new MemoryBackend().supports

/** Behind a network. Counts reads, and can keep its events back, so that the cache is late. */
class LateBackend extends MemoryBackend {
  override readonly supports = { ...memorySupports, localReads: false }
  gets = 0
  commits = 0
  held: Promise<void> | undefined
  release: () => void = () => undefined

  override get(key: string, revision?: number): Promise<Entry | undefined> {
    this.gets++
    return super.get(key, revision)
  }

  override commit(...write: Parameters<MemoryBackend['commit']>): Promise<Entry> {
    this.commits++
    return super.commit(...write)
  }

  override async *watch(...given: Parameters<MemoryBackend['watch']>): AsyncGenerator<BackendEvents> {
    for await (const batch of super.watch(...given)) {
      await this.held
      yield batch
    }
  }
}

describe('A Cacher behind a network', () => {
  const key = '/pods/ns/foo'
  let backend: LateBackend
  let cacher: Cacher
  let test: StorageCase
  beforeEach(async () => {
    seen.length = 0
    backend = new LateBackend()
    await backend.open()
    cacher = new Cacher(new Store(backend, conformanceStoreOptions))
    test = new StorageCase(cacher, backend)
    await cacher.ready()
    await test.create('ns/foo', { nodeName: '0' })
    await sleep(20)
    backend.gets = backend.commits = 0
  })
  afterEach(async () => {
    backend.release()
    await test.done()
    await backend.close()
  })

  /** From here on the cache learns nothing, as of what is written now. */
  const late = async (write: () => Promise<unknown>): Promise<void> => {
    backend.held = new Promise<void>((resolve) => (backend.release = resolve))
    await write()
    backend.gets = backend.commits = 0
  }
  const store = (): Store => new Store(backend, conformanceStoreOptions)
  const node = (name: string) => () => ({ ...pod('ns/foo'), spec: { nodeName: name } })
  const seen: string[] = []
  const recorded = (name: string) => (item: { object: object } | undefined) => {
    seen.push(JSON.stringify((item?.object as { spec?: unknown } | undefined)?.spec))
    return node(name)()
  }
  it('writes and deletes without reading before', async () => {
    await cacher.guaranteedUpdate(key, node('1'))
    expect([backend.gets, backend.commits]).to.deep.equal([0, 1])
    await sleep(20)
    await cacher.delete(key)
    expect([backend.gets, backend.commits]).to.deep.equal([0, 2])
  })

  it('is told by the write that it is late, and does it over the present object', async () => {
    await late(() => store().guaranteedUpdate(key, node('1')))
    await cacher.guaranteedUpdate(key, recorded('2'))
    expect(seen).to.deep.equal(['{"nodeName":"0"}', '{"nodeName":"1"}'])
    expect([backend.gets, backend.commits]).to.deep.equal([0, 2])
  })

  it('reads before it says that something is wrong, or that nothing is to be done', async () => {
    const { revision } = await store().get(key)
    await late(() => store().guaranteedUpdate(key, node('1')))
    const next = await store().get(key)
    const preconditions = { resourceVersion: next.resourceVersion }
    await cacher.guaranteedUpdate(key, recorded('2'), { preconditions })
    expect(seen).to.deep.equal(['{"nodeName":"1"}'])
    const stale = { preconditions: { resourceVersion: String(revision) } }
    const error: unknown = await cacher.guaranteedUpdate(key, recorded('3'), stale).catch((reason: unknown) => reason)
    expect((error as Error).message).to.match(/Precondition failed: ResourceVersion/)
    backend.commits = 0
    // As the cache has it; it is not what is there
    await cacher.guaranteedUpdate(key, recorded('0'))
    expect(backend.commits).to.equal(1)
    expect((await store().get(key)).object).to.deep.include({ spec: { nodeName: '0' } })
    const present = await store().get(key)
    await cacher.guaranteedUpdate(key, recorded('0'))
    expect((await store().get(key)).revision).to.equal(present.revision)
  })

  it('neither finds nor changes what is gone', async () => {
    await late(() => store().delete(key))
    const failures = await Promise.all(
      [cacher.guaranteedUpdate(key, recorded('1')), cacher.delete(key)].map((p) =>
        p.then(String, (e: unknown) => (e as Error).message),
      ),
    )
    expect(failures.every((text) => text.includes('key not found'))).to.equal(true)
    await cacher.guaranteedUpdate(key, recorded('1'), { ignoreNotFound: true })
    expect(seen.at(-1)).to.equal(undefined)
  })
})
