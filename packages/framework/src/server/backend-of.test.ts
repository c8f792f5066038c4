import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { backendOf } from './backend-of.ts'

describe('backendOf', () => {
  it('is LMDB in the data folder, with the history that was asked for', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'backend-of-'))
    const backend = await backendOf({ dataDir, etcdCompactionIntervalSeconds: 0.05 })
    expect(backend.constructor.name).to.equal('LmdbBackend')
    await backend.open()
    try {
      await backend.commit({ key: '/a', value: Buffer.from('1'), expectedModRevision: 0 })
      const deadline = Date.now() + 5000
      while (backend.compactRevision() === 0 && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 10))
      expect(backend.compactRevision()).to.be.greaterThan(0)
    } finally {
      await backend.close()
      await rm(dataDir, { recursive: true })
    }
  })

  it('is etcd where servers are named', async () => {
    const backend = await backendOf({ dataDir: './data', etcdServers: ['http://127.0.0.1:1'] })
    expect(backend.constructor.name).to.equal('EtcdBackend')
    expect(backend.supports.sharedWriters).to.equal(true)
  })
})
