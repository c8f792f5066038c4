import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import type { Entry } from '../../backend.ts'
import { StorageError } from '../../storage-error.ts'
import { LmdbBackend, type LmdbBackendOptions } from './lmdb-backend.ts'
import { maxKeyBytes } from './keys.ts'
import { openTables } from './tables.ts'

describe('LmdbBackend', () => {
  let path = ''
  let backend: LmdbBackend
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'lmdb-history-'))
  })
  afterEach(async () => {
    await backend.close()
    await rm(path, { recursive: true, force: true })
  })

  const open = async (options: Omit<LmdbBackendOptions, 'path'> = {}): Promise<LmdbBackend> => {
    backend = new LmdbBackend({ path, sync: false, ...options })
    await backend.open()
    return backend
  }

  const put = (key: string, value: string | Buffer, at?: Entry, ttlSeconds = 0): Promise<Entry> =>
    backend.commit({ key, value: Buffer.from(value), expectedModRevision: at?.modRevision ?? 0, ttlSeconds })

  const fill = async (prefix: string, count: number, value: string | Buffer = ''): Promise<Entry[]> => {
    const entries: Entry[] = []
    while (entries.length < count) {
      const names = Array.from({ length: Math.min(5000, count - entries.length) }, (_, n) => entries.length + n)
      const written = names.map((n) => put(`${prefix}${String(n).padStart(6, '0')}`, value))
      entries.push(...(await Promise.all(written)))
    }
    return entries
  }

  const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => (error instanceof StorageError ? error.code : error),
    )

  it('keeps history for one to two times historySeconds', async () => {
    await open({ historySeconds: 0.4 })
    const first = await put('a', '1')
    const second = await put('a', '2', first)
    await setTimeout(250)
    expect(await codeOf(backend.get('a', first.modRevision))).to.equal(undefined)
    await setTimeout(1000)
    expect(backend.compactRevision()).to.equal(second.modRevision)
    expect(await codeOf(backend.get('a', first.modRevision))).to.equal('Compacted')
    expect((await backend.get('a', second.modRevision))?.value.toString()).to.equal('2')
  })

  it('keeps the history, and the file, below maxHistoryBytes', async function () {
    this.timeout(60_000)
    await open({ maxHistoryBytes: 4 * 1024 * 1024 })
    let entries = await fill('k', 100)
    const value = Buffer.alloc(2000, 7)
    for (let round = 0; round < 200; round++)
      entries = await Promise.all(entries.map((entry) => put(entry.key, value, entry)))
    const { revision } = await backend.range('k', 'l')
    // 40 MB were written
    expect((await stat(join(path, 'data.mdb'))).size).to.be.lessThan(16 * 1024 * 1024)
    const kept = revision - backend.compactRevision()
    expect(kept).to.be.within(500, 3000)
    const past = await backend.range('k', 'l', { revision: backend.compactRevision() })
    expect(past.count).to.equal(100)
  })

  it('goes on with a compaction that the end of the process has interrupted', async () => {
    await open()
    await fill('k', 4000)
    const at = await backend.currentRevision()
    await backend.compact(at)
    await backend.close()
    const rows = async (): Promise<number> => {
      const tables = openTables(path, { sync: false })
      const count = tables.log.getKeysCount({})
      await tables.root.close()
      return count
    }
    expect(await rows(), 'rows that were left').to.be.greaterThan(1000)
    await open()
    expect(backend.compactRevision()).to.equal(at)
    await setTimeout(300)
    await backend.close()
    expect(await rows()).to.equal(0)
  })

  it('answers Unreachable to writes beyond the longest queue', async () => {
    await open()
    const outcomes = await Promise.all(Array.from({ length: 10_100 }, (_, n) => codeOf(put(String(n), ''))))
    const refused = outcomes.filter((code) => code === 'Unreachable').length
    expect(refused).to.be.within(1, 100)
    expect((await backend.range('0', 'a', { limit: 1 })).count).to.equal(10_100 - refused)
  })

  it('reads a long range as it was when it began, and lets others run meanwhile', async function () {
    this.timeout(60_000)
    await open()
    const entries = await fill('k', 20_000, Buffer.alloc(300))
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const reading = backend.range('k', 'l')
    await Promise.all(entries.slice(10_000, 10_100).map((entry) => put(entry.key, 'new', entry)))
    await fill('kk', 50)
    const range = await reading
    clearInterval(timer)
    expect(range.count).to.equal(20_000)
    expect(range.revision).to.equal(20_001)
    expect(range.entries.map(({ key, modRevision }) => [key, modRevision])).to.deep.equal(
      entries.map(({ key, modRevision }) => [key, modRevision]),
    )
    expect(turns).to.be.greaterThan(1)
    expect((await backend.range('k', 'l')).count).to.equal(20_050)
  })

  it('closes only after a long range has been read', async () => {
    await open()
    await fill('k', 20_000)
    const reading = backend.range('k', 'l')
    await backend.close()
    expect((await reading).count).to.equal(20_000)
  })

  it('yields to a watch that is far behind all that happened, in batches of bounded size', async function () {
    this.timeout(60_000)
    await open()
    const abort = new AbortController()
    const late = backend.watch('k', 'l', { after: 1, signal: abort.signal })
    const other = backend.watch('zz', 'zzz', { after: 1, signal: abort.signal })
    const nothing = other.next()
    for (let round = 0; round < 3; round++) await fill(`k${String(round)}`, 5000, Buffer.alloc(400))
    const last = await backend.currentRevision()
    let next = 1
    for await (const { events, revision } of late) {
      expect(events.length).to.be.within(1, 3000)
      for (const event of events) expect(event.revision).to.equal(++next)
      if (revision === last) break
    }
    expect(next).to.equal(15_001)
    backend.requestProgress()
    expect((await nothing).value).to.deep.equal({ events: [], revision: last })
    abort.abort()
  })

  it('lets keys expire by the clock it is given, and not earlier when that goes back', async () => {
    let now = 1_000_000
    await open({ now: () => now })
    const entry = await put('a', '1', undefined, 3600)
    now -= 500_000
    await put('b', '1', undefined, 1)
    await setTimeout(100)
    expect((await backend.range('a', 'z')).count).to.equal(2)
    await backend.close()
    now = 1_000_000 + 3_600_001
    await open({ now: () => now })
    const watch = backend.watch('a', 'z', { after: entry.modRevision + 1, signal: AbortSignal.timeout(5000) })
    const seen: string[] = []
    while (seen.length < 2) {
      const batch = await watch.next()
      if (batch.done) break
      seen.push(...batch.value.events.map(({ type, key }) => `${type} ${key}`))
    }
    expect(seen.sort()).to.deep.equal(['DELETE a', 'DELETE b'])
    await watch.return(undefined)
  })

  it('answers TooLarge for large values and keys, and takes the largest', async () => {
    await open({ maxValueBytes: 5000 })
    expect(await codeOf(put('a', Buffer.alloc(5001)))).to.equal('TooLarge')
    expect(await codeOf(put('a'.repeat(maxKeyBytes + 1), ''))).to.equal('TooLarge')
    const key = 'a'.repeat(maxKeyBytes)
    const first = await put(key, Buffer.alloc(5000), undefined, 100)
    const second = await put(key, 'two', first)
    expect(await backend.get(key, first.modRevision)).to.deep.equal(first)
    expect((await backend.range('a', 'b', { revision: first.modRevision })).entries).to.deep.equal([first])
    expect((await backend.range('a', 'b')).entries).to.deep.equal([second])
    expect(await backend.get('a'.repeat(5000))).to.equal(undefined)
    expect(await backend.get('')).to.equal(undefined)
    expect((await backend.range('', '\uffff')).count).to.equal(1)
  })

  it('keeps its files to its own user', async () => {
    await open()
    for (const file of ['data.mdb', 'lock.mdb']) expect((await stat(join(path, file))).mode & 0o077).to.equal(0)
  })
})
