import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backendConformance } from '../../conformance/backend.ts'
import { conformanceStoreOptions } from '../../conformance/storage-case.ts'
import { storageConformance } from '../../conformance/storage.ts'
import { Cacher } from '../../cacher/index.ts'
import { Store } from '../../store.ts'
import { OtherProcess, SharedBackend } from './other-process.test.ts'

let other: OtherProcess
const folders: string[] = []

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'lmdb-shared-'))
  folders.push(path)
  return path
}

for (const keeper of ['here', 'other'] as const)
  describe(`LmdbBackend shared by two processes, kept by the one that ${keeper === 'here' ? 'reads' : 'writes'}`, () => {
    before(() => {
      other = new OtherProcess()
    })
    after(async () => {
      await other.kill()
      await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true })))
    })

    backendConformance(
      {
        name: 'SharedBackend',
        create: async () => new SharedBackend(await folder(), other, keeper),
        reopen: (backend) =>
          Promise.resolve(new SharedBackend(backend instanceof SharedBackend ? backend.path : '', other, keeper)),
      },
      { describe, it },
    )

    storageConformance(
      {
        name: 'Cacher over SharedBackend',
        async create() {
          const backend = new SharedBackend(await folder(), other, keeper)
          await backend.open()
          const storage = new Cacher(new Store(backend, conformanceStoreOptions), { freshTimeoutMs: 300 })
          return { storage, backend, close: () => backend.close() }
        },
      },
      { describe, it },
    )
  })
