import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LmdbBackend } from './backends/lmdb/index.ts'
import { MemoryBackend } from './backends/memory/index.ts'
import { conformanceStoreOptions } from './conformance/storage-case.ts'
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
