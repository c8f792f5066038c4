import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { StatusError } from '../../meta/status.ts'
import type { BackendEvents, Range, RangeOptions } from '../backend.ts'
import { MemoryBackend } from '../backends/memory/index.ts'
import {
  all,
  conformanceStoreOptions,
  named,
  pod,
  rejection,
  statusFailure,
  StorageCase,
  tooLarge,
} from '../conformance/storage-case.ts'
import { StorageError } from '../storage-error.ts'
import { Store } from '../store.ts'
import { Cacher } from './cacher.ts'
import type { CacherOptions } from './cacher-options.ts'

const memorySupports = new MemoryBackend().supports

/** Counts what it is asked, and breaks its watches when told. */
class TestBackend extends MemoryBackend {
  override readonly supports = { ...memorySupports, localReads: true }
  ranges = 0
  watches = 0
  broken = false
  #break = new AbortController()

  override range(start: string, end: string, options?: RangeOptions): Promise<Range> {
    this.ranges++
    if (this.broken) return Promise.reject(new StorageError('Unreachable', 'no connection'))
    return super.range(start, end, options)
  }

  override currentRevision(): Promise<number> {
    if (this.broken) return Promise.reject(new StorageError('Unreachable', 'no connection'))
    return super.currentRevision()
  }

  override async *watch(
    start: string,
    end: string,
    { after, signal }: { after: number; signal: AbortSignal },
  ): AsyncGenerator<BackendEvents> {
    this.watches++
    const broken = this.#break.signal
    for await (const batch of super.watch(start, end, { after, signal: AbortSignal.any([signal, broken]) })) yield batch
    if (broken.aborted) throw new StorageError('Unreachable', 'connection lost')
  }

  breakDown(): void {
    this.broken = true
    this.#break.abort()
    this.#break = new AbortController()
  }
}

class RemoteTestBackend extends TestBackend {
  override readonly supports = { ...memorySupports, localReads: false }
}

const open: (() => Promise<unknown>)[] = []

async function start<B extends TestBackend>(
  backend: B,
  options: CacherOptions = {},
): Promise<{ test: StorageCase; backend: B }> {
  await backend.open()
  const cacher = new Cacher(new Store(backend, conformanceStoreOptions), { freshTimeoutMs: 200, ...options })
  const test = new StorageCase(cacher, backend)
  open.push(
    () => test.done(),
    () => backend.close(),
  )
  await cacher.ready()
  return { test, backend }
}

afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

describe('Cacher.watch', () => {
  it('opens one watch of the backend for all watches, which share items and what is encoded of them', async () => {
    const { test, backend } = await start(new TestBackend())
    const resourceVersion = String(await test.current())
    const watches = await Promise.all(Array.from({ length: 50 }, () => test.watch('', { resourceVersion })))
    await test.create('ns/foo')
    const events = await Promise.all(watches.map((watch) => watch.change()))
    expect(new Set(events.map(({ item }) => item)).size).to.equal(1)
    await test.delete('ns/foo')
    const gone = await Promise.all(watches.map((watch) => watch.change()))
    expect(new Set(gone.map(({ item }) => item)).size).to.equal(1)
    expect(backend.watches).to.equal(1)
  })

  it('says 410 for history that is gone, with the oldest that there is', async () => {
    const { test } = await start(new TestBackend(), { history: { maxBytes: 1000 } })
    const first = await test.create('ns/foo', { nodeName: '0' })
    for (let n = 1; n <= 30; n++) await test.update('ns/foo', { nodeName: String(n) })
    await sleep(20)
    const watch = await test.watch('', { resourceVersion: first.resourceVersion })
    const gone = new RegExp(`^too old resource version: ${first.resourceVersion} \\(\\d+\\)$`)
    const { reason } = await statusFailure(Promise.reject(await watch.error()), 410, gone)
    expect(reason).to.equal('Expired')
    expect(await watch.rest()).to.deep.equal([])
  })

  it('serves history from before its start', async () => {
    const backend = new TestBackend()
    await backend.open()
    const store = new Store(backend, conformanceStoreOptions)
    const first = await store.create('/pods/ns/1', pod('ns/1'))
    await store.create('/pods/ns/2', pod('ns/2'))
    const { test } = await start(backend)
    const watch = await test.watch('', { resourceVersion: first.resourceVersion })
    expect(await watch.changes(1)).to.deep.equal(['ADDED ns/2'])
  })

  it('sends a bookmark each period where it is allowed, when there is something new', async () => {
    const { test } = await start(new TestBackend(), { bookmarkPeriodMs: 30 })
    const resourceVersion = String(await test.current())
    const watch = await test.watch('ns', { resourceVersion, allowWatchBookmarks: true })
    const without = await test.watch('ns', { resourceVersion })
    const silent = watch.next()
    await sleep(100)
    const elsewhere = await test.elsewhere()
    const event = await silent
    expect(event).to.deep.equal({ type: 'BOOKMARK', resourceVersion: String(elsewhere), initialEventsEnd: false })
    const again = await test.elsewhere()
    expect((await watch.bookmark()).resourceVersion).to.equal(String(again))
    await test.create('ns/foo')
    expect((await without.next())?.type).to.equal('ADDED')
  })

  it('cuts off a reader who takes nothing, after what waits, and keeps the others', async () => {
    const { test } = await start(new TestBackend())
    const resourceVersion = String(await test.current())
    const reader = await test.watch('', { resourceVersion })
    const stalled = await test.watch('', { resourceVersion })
    await test.create('ns/0')
    await Promise.all([reader.changes(1), stalled.changes(1)])
    const writing = (async () => {
      for (let n = 1; n <= 1500; n++) await test.create(`ns/${String(n)}`)
    })()
    const seen = await reader.changes(1500)
    await writing
    expect(seen.at(-1)).to.equal('ADDED ns/1500')
    const rest = await stalled.rest()
    expect(reader.over?.aborted).to.equal(false)
    expect(stalled.over?.aborted).to.equal(true)
    // By the first it was full, the history had room for 100 events
    expect(rest.length).to.be.within(20, 30)
    expect(rest.every((event) => event.type === 'ADDED')).to.equal(true)
  })

  it('cuts off a reader who takes nothing earlier when its objects are large', async () => {
    const { test } = await start(new TestBackend())
    const resourceVersion = String(await test.current())
    const stalled = await test.watch('', { resourceVersion })
    await test.create('ns/0')
    await stalled.changes(1)
    const annotations = { payload: 'x'.repeat(256 * 1024) }
    for (let n = 1; n <= 40; n++) {
      const object = pod(`ns/${String(n)}`)
      await test.storage.create(`/pods/ns/${String(n)}`, { ...object, metadata: { ...object.metadata, annotations } })
    }
    while (!stalled.over?.aborted) await sleep(10)
    expect((await stalled.rest()).length).to.be.within(16, 20)
  })

  it('counts the bytes that wait, not those that were taken before', async () => {
    const { test } = await start(new TestBackend())
    const resourceVersion = String(await test.current())
    const watch = await test.watch('', { resourceVersion })
    const annotations = { payload: 'x'.repeat(1024 * 1024) }
    for (let n = 0; n < 6; n++) {
      const object = pod(`large/${String(n)}`)
      await test.storage.create(`/pods/large/${String(n)}`, {
        ...object,
        metadata: { ...object.metadata, annotations },
      })
      await watch.changes(1)
    }
    for (let n = 0; n < 15; n++) await test.create(`small/${String(n)}`)
    await sleep(300)
    expect(watch.over?.aborted).to.equal(false)
    expect(await watch.changes(15)).to.have.length(15)
  })

  it('gives an event to the watches of its namespace only', async () => {
    const { test } = await start(new TestBackend())
    const resourceVersion = String(await test.current())
    let asked = 0
    const predicate = {
      everything: false,
      matches: () => {
        asked++
        return true
      },
    }
    for (let n = 0; n < 100; n++) void (await test.watch('idle', { resourceVersion, predicate })).next()
    const hot = await test.watch('hot', { resourceVersion })
    for (let n = 0; n < 20; n++) await test.create(`hot/${String(n)}`)
    expect(await hot.changes(20)).to.have.length(20)
    expect(asked).to.equal(0)
  })
})

describe('Cacher', () => {
  it('ends all watches when the watch of the backend breaks, says 429, and comes back without a gap', async () => {
    const { test, backend } = await start(new RemoteTestBackend())
    const created = await test.create('ns/foo')
    const watch = await test.watch('', { resourceVersion: created.resourceVersion })
    const rest = watch.rest()
    await sleep(10)
    backend.breakDown()
    expect(await rest).to.deep.equal([])
    const refused = await rejection(test.watch('', { resourceVersion: created.resourceVersion }))
    expect(refused).to.be.instanceOf(StatusError)
    expect((refused as StatusError).status).to.include({ code: 429, reason: 'TooManyRequests' })
    expect((refused as StatusError).status.details).to.deep.equal({ retryAfterSeconds: 1 })
    expect((refused as StatusError).message).to.match(/^storage is \(re\)initializing: /)
    const list = await rejection(test.list('', { resourceVersion: '0' }))
    expect((list as StatusError).code).to.equal(429)
    backend.broken = false
    expect((await test.storage.get(test.key('ns/foo'), { resourceVersion: '0' })).revision).to.equal(created.revision)
    await test.storage.ready()
    const again = await test.watch('', { resourceVersion: '', sendInitialEvents: true })
    expect(await again.changes(1)).to.deep.equal(['ADDED ns/foo'])
    await test.create('ns/bar')
    expect(await again.changes(1)).to.deep.equal(['ADDED ns/bar'])
    expect((await test.list('')).items).to.have.length(2)
  })

  it('says 504 with a delay for what does not come, and gives what comes in time', async () => {
    const { test } = await start(new TestBackend(), { freshTimeoutMs: 500 })
    await test.create('ns/foo')
    const next = String((await test.current()) + 1)
    const late = test.storage.get(test.key('ns/foo'), { resourceVersion: next })
    await tooLarge(late)
    expect(((await rejection(late)) as StatusError).status.details?.retryAfterSeconds).to.equal(1)
    const list = test.list('', { resourceVersion: next })
    await sleep(50)
    await test.elsewhere()
    expect((await list).items).to.have.length(1)
  })

  it('answers from memory where reads of the backend are not local', async () => {
    const { test, backend } = await start(new RemoteTestBackend())
    for (let n = 0; n < 5; n++) await test.create(`ns/${String(n)}`)
    backend.ranges = 0
    expect((await test.list('')).items).to.have.length(5)
    const page = await test.list('', { limit: 2 })
    await test.delete('ns/3')
    const rest = await test.list('', { continue: page.continue })
    expect(rest.items).to.have.length(3)
    expect(rest.resourceVersion).to.equal(page.resourceVersion)
    expect((await test.list('', { resourceVersion: '0', limit: 1 })).continue).to.equal('', 'a limit is ignored')
    expect((await test.list('', { predicate: named('4') })).items).to.have.length(1)
    await (await test.watch('', { sendInitialEvents: true })).changes(4)
    expect(backend.ranges).to.equal(0)
    const [first] = (await test.list('')).items
    const watch = await test.watch('', { resourceVersion: '0' })
    expect((await watch.change()).item).to.equal(first, 'lists and watches share items')
  })

  it('keeps no objects where reads are local, and ignores a limit at "0" there too', async () => {
    const { test, backend } = await start(new TestBackend())
    for (let n = 0; n < 5; n++) await test.create(`ns/${String(n)}`)
    backend.ranges = 0
    const list = await test.list('', { resourceVersion: '0', limit: 1 })
    expect(list.items).to.have.length(5)
    expect(list.continue).to.equal('')
    expect(backend.ranges).to.equal(1)
  })

  it('ends its watches and refuses others when it is closed, which may happen twice', async () => {
    const { test } = await start(new TestBackend())
    const watch = await test.watch('', { resourceVersion: String(await test.current()) })
    const rest = watch.rest()
    await sleep(10)
    await test.storage.close()
    await test.storage.close()
    expect(await rest).to.deep.equal([])
    const refused = await rejection(
      test.storage.watch('/pods', { recursive: true, predicate: all, signal: AbortSignal.timeout(1000) }),
    )
    expect((refused as Error).message).to.equal('apiserver cacher is stopped')
  })

  it('becomes ready when the backend comes late', async () => {
    const backend = new RemoteTestBackend()
    await backend.open()
    backend.broken = true
    const cacher = new Cacher(new Store(backend, conformanceStoreOptions))
    open.push(
      () => cacher.close(),
      () => backend.close(),
    )
    const refused = await rejection(cacher.ready(AbortSignal.timeout(20)))
    expect((refused as Error).name).to.equal('TimeoutError')
    backend.broken = false
    await cacher.ready()
  })
})
