import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { StorageError } from '../../storage-error.ts'
import { backupLmdb } from './backup.ts'
import { LmdbBackend } from './lmdb-backend.ts'

describe('backupLmdb', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backup-'))
  after(() => {
    rmSync(folder, { recursive: true })
  })
  let nowMs = Date.parse('2026-01-01')
  const opened: LmdbBackend[] = []
  afterEach(async () => {
    for (const backend of opened.splice(0)) await backend.close()
  })
  async function open(path: string): Promise<LmdbBackend> {
    const backend = new LmdbBackend({ path, now: () => nowMs })
    await backend.open()
    opened.push(backend)
    return backend
  }
  const write = (backend: LmdbBackend, key: string): ReturnType<LmdbBackend['commit']> =>
    backend.commit({ key, value: Buffer.from(key), expectedModRevision: 0 })
  const later = (seconds: number): void => {
    nowMs += seconds * 1000
  }

  it('copies the data of a server that goes on, and its objects keep their revisions', async () => {
    const [path, copy] = [join(folder, 'live'), join(folder, 'copies', 'live')]
    const backend = await open(path)
    const before = await write(backend, '/a')
    const backup = backupLmdb(path, copy, () => nowMs)
    await Promise.all(Array.from({ length: 50 }, (_, n) => write(backend, `/meanwhile/${String(n)}`)))
    await backup
    await write(backend, '/after')
    const restored = await open(copy)
    expect(await restored.get('/a')).to.deep.equal(before)
    expect(await restored.get('/after')).to.equal(undefined)
    expect((await backend.range('/meanwhile/', '/meanwhile0')).count).to.equal(50)
  })

  it('never gives out a revision again, however often the same copy is restored', async () => {
    const [path, copy] = [join(folder, 'often'), join(folder, 'often.backup')]
    const first = await open(path)
    await write(first, '/a')
    await backupLmdb(path, copy, () => nowMs)
    const given = new Set<number>()
    let last = (await write(first, '/lost')).modRevision
    await first.close()
    for (let round = 0; round < 3; round++) {
      later(1)
      rmSync(path, { recursive: true })
      cpSync(copy, path, { recursive: true })
      const restored = await open(path)
      const old = await restored.get('/a', last).catch((error: unknown) => error)
      expect(old).to.be.instanceOf(StorageError).with.property('code', 'Compacted')
      for (let n = 0; n < 100; n++) {
        const { modRevision } = await write(restored, `/${String(round)}/${String(n)}`)
        expect(modRevision).to.be.greaterThan(last)
        expect(given.has(modRevision)).to.equal(false)
        given.add(modRevision)
        last = modRevision
      }
      await restored.close()
    }
  })

  it('jumps once: afterwards revisions go on one by one', async () => {
    const [path, copy] = [join(folder, 'once'), join(folder, 'once.backup')]
    const backend = await open(path)
    await write(backend, '/a')
    await backupLmdb(path, copy, () => nowMs)
    later(60)
    const restored = await open(copy)
    const revision = await restored.currentRevision()
    expect(revision).to.equal((await backend.currentRevision()) + 1_000_000 + 60 * 50_000)
    await restored.close()
    const again = await open(copy)
    expect((await write(again, '/b')).modRevision).to.equal(revision + 1)
  })

  it('copies the data of another process', async () => {
    const [path, copy] = [join(folder, 'other'), join(folder, 'other.backup')]
    const entry = await write(await open(path), '/a')
    const source = `import { backupLmdb } from ${JSON.stringify(new URL('backup.ts', import.meta.url).href)}
      await backupLmdb(process.argv[1], process.argv[2])`
    const flags = ['--import', 'tsx', '--input-type=module', '-e', source, path, copy]
    expect(spawnSync(process.execPath, flags, { stdio: ['ignore', 'inherit', 'inherit'] }).status).to.equal(0)
    expect(await (await open(copy)).get('/a')).to.deep.equal(entry)
  })

  it('refuses a folder that is there, and data that is not', async () => {
    const path = join(folder, 'refused')
    await open(path)
    writeFileSync(join(folder, 'taken'), '')
    await expectRejection(backupLmdb(path, join(folder, 'taken')), 'is there already')
    await expectRejection(backupLmdb(join(folder, 'nothing'), join(folder, 'copy')), 'there is no data')
    expect(existsSync(join(folder, 'copy'))).to.equal(false)
  })
})

async function expectRejection(promise: Promise<unknown>, text: string): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(String(error)).to.contain(text)
}
