import { backendConformance } from '../../conformance/backend.ts'
import { EtcdBackend } from './etcd-backend.ts'
import { etcdBinary, EtcdProcess } from './etcd-process.test.ts'

const name = 'EtcdBackend with a real etcd'

if (etcdBinary)
  describe(name, () => {
    let etcd: EtcdProcess

    before(async () => {
      etcd = await EtcdProcess.start()
    })
    after(() => etcd.stop())

    const create = (): Promise<EtcdBackend> => Promise.resolve(new EtcdBackend({ servers: etcd.servers }))
    backendConformance({ name: 'EtcdBackend', create, reopen: create }, { describe, it })
  })
else console.log(`LEFT OUT: ${name}: ETCD_BINARY names none`)
