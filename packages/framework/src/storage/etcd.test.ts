import { EtcdBackend } from './backends/etcd/index.ts'
import { etcdBinary, EtcdProcess } from './backends/etcd/etcd-process.test.ts'
import { Cacher } from './cacher/index.ts'
import { storageConformance, type StorageSubject } from './conformance/storage.ts'
import { conformanceStoreOptions } from './conformance/storage-case.ts'
import { Store } from './store.ts'

const name = 'Storage over a real etcd'

if (etcdBinary)
  describe(name, () => {
    let etcd: EtcdProcess

    before(async () => {
      etcd = await EtcdProcess.start()
    })
    after(() => etcd.stop())

    /** Every test wants a store without pods: what another one has left is deleted. */
    async function emptyBackend(): Promise<EtcdBackend> {
      const backend = new EtcdBackend({ servers: etcd.servers, compactionIntervalSeconds: 0 })
      await backend.open()
      const { entries } = await backend.range('/registry/', '/registry0')
      await Promise.all(
        entries.map(({ key, modRevision }) => backend.commit({ key, value: null, expectedModRevision: modRevision })),
      )
      return backend
    }

    const subject = async (kind: 'Store' | 'Cacher'): Promise<StorageSubject> => {
      const backend = await emptyBackend()
      const store = new Store(backend, conformanceStoreOptions)
      const storage = kind === 'Store' ? store : new Cacher(store, { freshTimeoutMs: 300 })
      return { storage, backend, close: () => backend.close() }
    }

    for (const kind of ['Store', 'Cacher'] as const)
      storageConformance({ name: `${kind} over EtcdBackend`, create: () => subject(kind) }, { describe, it })
  })
else console.log(`LEFT OUT: ${name}: ETCD_BINARY names none`)
