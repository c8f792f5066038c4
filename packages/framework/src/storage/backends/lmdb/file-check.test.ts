import { cp, mkdtemp, open, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { StorageError } from '../../storage-error.ts'
import { LmdbBackend } from './lmdb-backend.ts'

const objects = 3000

describe('LmdbBackend.open with a damaged file', () => {
  let whole = ''
  let size = 0
  const copies: string[] = []
  before(async () => {
    whole = await mkdtemp(join(tmpdir(), 'lmdb-damage-'))
    const backend = new LmdbBackend({ path: whole, sync: false })
    await backend.open()
    await Promise.all(
      Array.from({ length: objects }, (_, n) =>
        backend.commit({ key: `/things/${String(n)}`, value: Buffer.alloc(1500, 'x'), expectedModRevision: 0 }),
      ),
    )
    await backend.close()
    size = (await stat(join(whole, 'data.mdb'))).size
  })
  after(() => Promise.all([whole, ...copies].map((folder) => rm(folder, { recursive: true, force: true }))))

  async function damaged(change: (file: string) => Promise<void>): Promise<LmdbBackend> {
    const path = await mkdtemp(join(tmpdir(), 'lmdb-damage-'))
    copies.push(path)
    await cp(whole, path, { recursive: true })
    await change(join(path, 'data.mdb'))
    return new LmdbBackend({ path, sync: false })
  }
  const overwrite =
    (at: number, bytes: Buffer) =>
    async (path: string): Promise<void> => {
      const file = await open(path, 'r+')
      await file.write(bytes, 0, bytes.length, at)
      await file.close()
    }

  const ff = Buffer.alloc(4096, 0xff)
  const damages: readonly (readonly [what: string, change: (file: string) => Promise<void>, message: RegExp])[] = [
    ['is empty', (file) => truncate(file, 0), /data\.mdb is empty: put a backup/],
    ['was cut to half', (file) => truncate(file, size / 2), /data\.mdb was cut off: \d+ bytes are missing/],
    ['was cut to its beginning', (file) => truncate(file, 8192), /was cut off/],
    ['was cut in its second page', (file) => truncate(file, 5000), /was cut off/],
    ['is something else', (file) => writeFile(file, 'hello '.repeat(5000)), /is no data of LMDB/],
    ['was cut in its first page', (file) => truncate(file, 100), /damaged at its beginning/],
    ['has lost its first page', overwrite(0, ff), /damaged at its beginning/],
    ['has lost its second page', overwrite(4096, ff), /damaged at its beginning/],
    ['has zeros at its beginning', overwrite(0, Buffer.alloc(8192)), /damaged at its beginning/],
  ]
  for (const [what, change, message] of damages)
    it(`says that it ${what}, and does not end the process`, async () => {
      const error = await (await damaged(change)).open().catch((reason: unknown) => reason)
      expect(error).to.be.instanceOf(StorageError)
      expect((error as StorageError).code).to.equal('Corrupt')
      expect((error as StorageError).message).to.match(message)
    })

  it('opens what is whole, and a folder whose first start did not come far', async () => {
    const backend = await damaged(() => Promise.resolve())
    await backend.open()
    expect((await backend.range('/', '0')).count).to.equal(objects)
    await backend.close()
    const path = await mkdtemp(join(tmpdir(), 'lmdb-damage-'))
    copies.push(path)
    await writeFile(join(path, 'data.mdb'), '')
    const fresh = new LmdbBackend({ path, sync: false })
    await fresh.open()
    await fresh.close()
  })
})
