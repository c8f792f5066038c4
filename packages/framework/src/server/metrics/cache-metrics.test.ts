import { expect } from 'chai'
import { MemoryBackend } from '../../storage/backends/memory/index.ts'
import { Cacher } from '../../storage/cacher/index.ts'
import { conformanceStoreOptions, StorageCase } from '../../storage/conformance/storage-case.ts'
import { Store } from '../../storage/store.ts'
import { ServerMetrics } from './server-metrics.ts'

const pods = { group: '', resource: 'pods' }

class Remote extends MemoryBackend {
  override readonly supports = { ...new MemoryBackend().supports, localReads: false }
}

class Local extends MemoryBackend {
  override readonly supports = { ...new MemoryBackend().supports, localReads: true }
}

describe('CacheMetrics', () => {
  const open: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of open.splice(0)) await close()
  })
  const start = async (
    backend: MemoryBackend,
  ): Promise<{ test: StorageCase; value: (line: string) => Promise<number> }> => {
    await backend.open()
    const { storage, registry } = new ServerMetrics()
    const cacher = new Cacher(new Store(backend, conformanceStoreOptions), { observer: storage.cache.observer(pods) })
    storage.cache.shows(pods, cacher)
    const test = new StorageCase(cacher, backend)
    open.push(
      () => test.done(),
      () => backend.close(),
    )
    await cacher.ready()
    const value = async (name: string, more = ''): Promise<number> => {
      const text = await registry.metrics()
      const line = text.split('\n').find((one) => one.startsWith(`${name}{group="",resource="pods"${more}`))
      return Number(line?.split(' ').at(-1))
    }
    return { test, value }
  }

  it('count lists by where they were answered from, and what they took', async () => {
    const { test, value } = await start(new Remote())
    for (let n = 0; n < 5; n++) await test.create(`ns/${String(n)}`)
    await test.list('')
    await test.list('', { limit: 2 })
    await test.list('ns/1', {
      resourceVersion: String(await test.current()),
      resourceVersionMatch: 'Exact',
      recursive: false,
    })
    expect(await value('apiserver_cache_list_total')).to.equal(2)
    expect(await value('apiserver_cache_list_fetched_objects_total')).to.be.within(7, 10)
    expect(await value('apiserver_cache_list_returned_objects_total')).to.equal(7)
    expect(await value('apiserver_storage_list_total')).to.equal(1)
    expect(await value('apiserver_storage_list_fetched_objects_total')).to.equal(1)
    expect(await value('apiserver_storage_list_evaluated_objects_total')).to.equal(1)
    expect(await value('apiserver_storage_list_returned_objects_total')).to.equal(1)
    expect(await value('apiserver_watch_cache_consistent_read_total')).to.equal(2)
    expect(await value('apiserver_watch_cache_read_wait_seconds_count')).to.be.greaterThan(0)
  })

  it('count events, what watches begin with, and who is cut off', async () => {
    const { test, value } = await start(new Local())
    for (let n = 0; n < 3; n++) await test.create(`ns/${String(n)}`)
    await (await test.watch('', { sendInitialEvents: true })).changes(3)
    expect(await value('apiserver_watch_cache_initializations_total')).to.equal(1)
    expect(await value('apiserver_watch_cache_events_received_total')).to.equal(3)
    expect(await value('apiserver_watch_cache_events_dispatched_total')).to.equal(3)
    expect(await value('apiserver_init_events_total')).to.equal(3)
    expect(await value('apiserver_watch_cache_resource_version')).to.equal(await test.current())
    expect(await value('apiserver_terminated_watchers_total')).to.equal(0)
    expect(await value('watch_cache_capacity')).to.equal(100)
    const resourceVersion = String(await test.current())
    const reader = await test.watch('', { resourceVersion })
    const stalled = await test.watch('', { resourceVersion })
    await test.create('ns/first')
    await Promise.all([reader.changes(1), stalled.changes(1)])
    const writing = (async () => {
      for (let n = 0; n < 1500; n++) await test.create(`ns/more-${String(n)}`)
    })()
    await reader.changes(1500)
    await writing
    await stalled.rest()
    expect(await value('apiserver_terminated_watchers_total')).to.equal(1)
    expect(await value('watch_cache_capacity')).to.be.greaterThan(1000)
    expect(await value('watch_cache_capacity_increase_total')).to.be.greaterThan(3)
  })
})
