import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LmdbBackend } from '../backends/lmdb/index.ts'
import { MemoryBackend } from '../backends/memory/index.ts'
import { conformanceStoreOptions } from '../conformance/storage-case.ts'
import { storageConformance } from '../conformance/storage.ts'
import { Store } from '../store.ts'
import { Cacher } from './cacher.ts'

/** What a Storage waits for in vain need not be long to be tested. */
const options = { freshTimeoutMs: 300 }

const memorySupports = new MemoryBackend().supports

/** As a backend behind a network: the cacher keeps the objects. */
class RemoteBackend extends MemoryBackend {
  override readonly supports = { ...memorySupports, localReads: false }
}

for (const [name, Kind] of Object.entries({ MemoryBackend, RemoteBackend }))
  storageConformance(
    {
      name: `Cacher over ${name}`,
      async create() {
        const backend = new Kind()
        await backend.open()
        const storage = new Cacher(new Store(backend, conformanceStoreOptions), options)
        return { storage, backend, close: () => backend.close() }
      },
    },
    { describe, it },
  )

storageConformance(
  {
    name: 'Cacher over LmdbBackend',
    async create() {
      const path = await mkdtemp(join(tmpdir(), 'cacher-'))
      const backend = new LmdbBackend({ path, sync: false })
      await backend.open()
      const close = async (): Promise<void> => {
        await backend.close()
        await rm(path, { recursive: true, force: true })
      }
      return { storage: new Cacher(new Store(backend, conformanceStoreOptions), options), backend, close }
    },
  },
  { describe, it },
)
