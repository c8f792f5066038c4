import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import type { Entry } from '../../backend.ts'
import { LmdbBackend } from './lmdb-backend.ts'
import { encodeUint64 } from './rows.ts'
import { openTables, readState, type Tables } from './tables.ts'

describe('Large values in LmdbBackend', () => {
  let path = ''
  let backend: LmdbBackend
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'lmdb-large-'))
    await reopen()
  })
  afterEach(async () => {
    await backend.close()
    await rm(path, { recursive: true, force: true })
  })

  const reopen = async (): Promise<void> => {
    backend = new LmdbBackend({ path, sync: false })
    await backend.open()
  }

  /** What stands in the tables, while the backend is closed. */
  const inTables = async <T>(look: (tables: Tables) => T): Promise<T> => {
    await backend.close()
    const tables = openTables(path, { sync: false })
    const seen = look(tables)
    await tables.root.close()
    await reopen()
    return seen
  }

  const valueOf = (length: number, mark: string): Buffer => Buffer.alloc(length, mark)

  const put = (key: string, value: Buffer | null, at?: Entry): Promise<Entry> =>
    backend.commit({ key, value, expectedModRevision: at?.modRevision ?? 0 })

  const stands = ({ large }: Tables): number[] => [...large.getRange({})].map(({ value }) => value.length)

  it('reads them back from the disk: present ones, past ones, and as events', async () => {
    const first = await put('a', valueOf(8192, 'x'))
    const second = await put('a', valueOf(200_000, 'y'), first)
    const small = await put('a', valueOf(8191, 'z'), second)
    const gone = await put('a', null, small)
    await put('b', valueOf(9000, 'b'))
    expect(await inTables(stands)).to.deep.equal([8192, 200_000, 9000])
    expect(await backend.get('a', first.modRevision)).to.deep.equal(first)
    expect(await backend.get('a', second.modRevision)).to.deep.equal(second)
    expect(await backend.get('a', small.modRevision)).to.deep.equal(small)
    expect((await backend.range('a', 'c', { revision: second.modRevision })).entries).to.deep.equal([second])
    expect((await backend.range('a', 'c')).entries.map(({ value }) => value.length)).to.deep.equal([9000])
    const watch = backend.watch('a', 'b', { after: first.modRevision - 1, signal: AbortSignal.timeout(5000) })
    const batch = await watch.next()
    const events = batch.done ? [] : batch.value.events
    await watch.return(undefined)
    expect(events.map(({ value, previous }) => [value?.length, previous?.value.length])).to.deep.equal([
      [8192, undefined],
      [200_000, 8192],
      [8191, 200_000],
      [undefined, 8191],
    ])
    expect(events.at(-1)?.revision).to.equal(gone.modRevision)
  })

  it('answers the present one in a conflict', async () => {
    const first = await put('a', valueOf(9000, 'x'))
    const error = await put('a', valueOf(9000, 'y')).catch((reason: unknown) => reason)
    expect(error).to.deep.include({ code: 'Conflict', current: first })
  })

  it('removes them with their history, and knows how much of it there is', async () => {
    let entry = await put('a', valueOf(10_000, 'x'))
    for (let i = 0; i < 20; i++) entry = await put('a', valueOf(10_000 + i, 'x'), entry)
    const sum = 21 * 10_000 + 190 - entry.value.length
    expect(await inTables((tables) => readState(tables).pastBytes)).to.equal(sum)
    await backend.compact(entry.modRevision)
    for (let i = 0; i < 100 && (await inTables((tables) => tables.log.getKeysCount({}))) > 0; i++) await setTimeout(20)
    expect(await inTables((tables) => readState(tables).pastBytes)).to.equal(0)
    expect(await inTables(stands)).to.deep.equal([10_019])
    expect(await backend.get('a')).to.deep.equal(entry)
  })

  it('keeps the history below its limit', async () => {
    await backend.close()
    backend = new LmdbBackend({ path, sync: false, maxHistoryBytes: 1024 * 1024 })
    await backend.open()
    let entry = await put('a', valueOf(20_000, 'x'))
    for (let i = 0; i < 1500; i++) entry = await put('a', valueOf(20_000, 'x'), entry)
    await setTimeout(200)
    // 30 MB were written: it is looked at every 1,000 revisions
    expect(await inTables(({ large }) => large.getKeysCount({}))).to.be.lessThan(600)
  })

  it('reads data of format 1, where they stood in their rows, and marks it as its own', async () => {
    const header = Buffer.concat([5, 5, 0].map(encodeUint64))
    await inTables(({ root, kv, log, meta }) => {
      root.transactionSync(() => {
        void kv.put(Buffer.from('old'), Buffer.concat([header, valueOf(9000, 'o')]))
        void log.put(encodeUint64(5), Buffer.from('\x01old'))
        void meta.put(Buffer.from('format'), Buffer.from('1'))
        void meta.put(Buffer.from('state'), Buffer.concat([5, 0].map(encodeUint64)))
      })
    })
    const old = await backend.get('old')
    expect(old?.value).to.deep.equal(valueOf(9000, 'o'))
    const written = await put('old', valueOf(9001, 'n'), old)
    expect(await backend.get('old', 5)).to.deep.equal(old)
    expect(await inTables(stands)).to.deep.equal([9001])
    expect(await backend.get('old')).to.deep.equal(written)
    expect(await inTables(({ meta }) => meta.getBinary(Buffer.from('format'))?.toString())).to.equal('2')
  })
})
