import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { createCertificate } from '../../../server/serving/certificate-builder.ts'
import type { BackendEvent, Entry } from '../../backend.ts'
import { StorageError } from '../../storage-error.ts'
import { Cluster } from './cluster.ts'
import { Compactor } from './compactor.ts'
import { EtcdBackend } from './etcd-backend.ts'
import { etcdBinary, EtcdProcess } from './etcd-process.test.ts'
import { Leases } from './leases.ts'

const name = 'EtcdBackend with a real cluster of etcd'
const keepalive = { timeSeconds: 10, timeoutSeconds: 5 }

/** Writes one key after the other until `stop`; tells what was acknowledged, and the longest time between two writes. */
class Writing {
  readonly acknowledged: Entry[] = []
  readonly outcomes = new Map<string, number>()
  longestGap = 0
  #stopped = false
  readonly #done: Promise<void>

  constructor(backend: EtcdBackend, prefix: string) {
    this.#done = this.#run(backend, prefix)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#done
  }

  async #run(backend: EtcdBackend, prefix: string): Promise<void> {
    let last = performance.now()
    for (let n = 0; !this.#stopped; n++)
      try {
        const key = `${prefix}${String(n).padStart(6, '0')}`
        this.acknowledged.push(await backend.commit({ key, value: Buffer.from(key), expectedModRevision: 0 }))
        this.longestGap = Math.max(this.longestGap, performance.now() - last)
        last = performance.now()
        await setTimeout(5)
      } catch (error) {
        if (!(error instanceof StorageError)) throw error
        this.outcomes.set(error.code, (this.outcomes.get(error.code) ?? 0) + 1)
      }
  }
}

if (etcdBinary)
  describe(name, () => {
    let etcd: EtcdProcess
    const backends: EtcdBackend[] = []

    const open = async (options: { servers?: readonly string[] } = {}): Promise<EtcdBackend> => {
      const backend = new EtcdBackend({ servers: etcd.servers, requestTimeoutSeconds: 3, ...options })
      backends.push(backend)
      await backend.open()
      return backend
    }

    before(async function () {
      this.timeout(60_000)
      etcd = await EtcdProcess.start({ members: 3 })
    })
    afterEach(() => Promise.all(backends.splice(0).map((backend) => backend.close())))
    after(() => etcd.stop())

    /** Whatever befalls member 0 while keys are written and watched, nothing acknowledged is lost, and writes go on. */
    async function survives(prefix: string, befall: () => Promise<void>): Promise<Writing> {
      const backend = await open()
      const after = await backend.currentRevision()
      const abort = new AbortController()
      const seen: BackendEvent[] = []
      const watching = (async () => {
        const events = backend.watch(prefix, `${prefix}~`, { after, signal: abort.signal })
        for await (const batch of events) seen.push(...batch.events)
      })()
      const writing = new Writing(backend, prefix)
      await setTimeout(500)
      await befall()
      await writing.stop()
      const { entries } = await backend.range(prefix, `${prefix}~`)
      const present = new Map(entries.map((entry) => [entry.key, entry]))
      for (const entry of writing.acknowledged) expect(present.get(entry.key)).to.deep.equal(entry)
      for (let wait = 0; seen.length < entries.length && wait < 600; wait++) await setTimeout(20)
      abort.abort()
      await watching
      const told = seen.map(({ key, revision }) => [key, revision])
      expect(told).to.deep.equal(
        [...entries].sort((a, b) => a.modRevision - b.modRevision).map((entry) => [entry.key, entry.modRevision]),
      )
      expect(writing.acknowledged.length).to.be.above(50)
      expect([...writing.outcomes.keys()].filter((code) => code !== 'Unknown')).to.deep.equal([])
      return writing
    }

    it('goes on with the other servers when one is killed', async function () {
      this.timeout(60_000)
      const writing = await survives('/killed/', async () => {
        await etcd.stopMember(0)
        await setTimeout(4000)
        await etcd.startMember(0)
        await setTimeout(1000)
      })
      expect(writing.longestGap).to.be.below(5000)
    })

    it('goes on with the other servers when one stands still', async function () {
      this.timeout(60_000)
      const writing = await survives('/paused/', async () => {
        etcd.signal(0, 'SIGSTOP')
        await setTimeout(6000)
        etcd.signal(0, 'SIGCONT')
        await setTimeout(1000)
      })
      expect(writing.longestGap).to.be.below(5000)
    })

    it('reads nothing stale from a server that has lost the others', async function () {
      this.timeout(60_000)
      const backend = await open({ servers: etcd.servers.slice(0, 1) })
      await etcd.stopMember(1)
      await etcd.stopMember(2)
      await setTimeout(2500)
      const started = performance.now()
      const error = await backend.get('/a').then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).to.be.instanceOf(StorageError)
      const refused = await backend.commit({ key: '/a', value: Buffer.from(''), expectedModRevision: 0 }).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      // Turned away at the door: it is known that nothing was written
      expect(refused).to.include({ name: 'StorageError', code: 'Unreachable' })
      expect(performance.now() - started).to.be.below(7000)
      await Promise.all([etcd.startMember(1), etcd.startMember(2)])
      for (let wait = 0; wait < 100; wait++)
        if (
          await backend.get('/a').then(
            () => true,
            () => false,
          )
        )
          break
      expect(await backend.get('/a')).to.equal(undefined)
    })

    it('compacts once in an interval, whatever the number of servers, and tells all of them', async () => {
      const [a, b] = [await open(), await open()]
      const told = [0, 0, 0]
      const clusters = told.map(() => new Cluster({ servers: etcd.servers, tls: {}, keepalive }))
      const compactors = clusters.map(
        (cluster, n) => new Compactor(cluster, { timeoutSeconds: 3, onCompacted: (at) => (told[n] = at) }),
      )
      const rounds: number[] = []
      const first = await a.commit({ key: '/compact/a', value: Buffer.from('1'), expectedModRevision: 0 })
      let last = first
      for (let round = 0; round < 4; round++) {
        const won = await Promise.all(compactors.map((compactor) => compactor.round()))
        rounds.push(won.filter(Boolean).length)
        last = await a.commit({ key: '/compact/a', value: Buffer.from('2'), expectedModRevision: last.modRevision })
      }
      await Promise.all(clusters.map((cluster) => cluster.close()))
      expect(rounds.slice(1)).to.deep.equal([1, 1, 1])
      expect(
        told.every((at) => at > first.modRevision && at < last.modRevision),
        String(told),
      ).to.equal(true)
      for (let wait = 0; b.compactRevision() < Math.max(...told) && wait < 100; wait++) await setTimeout(20)
      expect([a.compactRevision(), b.compactRevision()]).to.deep.equal([Math.max(...told), Math.max(...told)])
      const error: unknown = await b.get('/compact/a', first.modRevision).catch((reason: unknown) => reason)
      expect(error).to.include({ code: 'Compacted', revision: first.modRevision })
    })

    it('has keys share a lease when their times are about the same', async () => {
      const cluster = new Cluster({ servers: etcd.servers, tls: {}, keepalive })
      const leases = new Leases(cluster, 3)
      const hour = await Promise.all(Array.from({ length: 5 }, () => leases.lease(3600)))
      expect(new Set(hour).size).to.equal(1)
      expect(await leases.lease(7200)).not.to.equal(hour[0])
      expect(new Set(await Promise.all([leases.lease(5), leases.lease(5)])).size).to.equal(2)
      const many = await Promise.all(Array.from({ length: 1001 }, () => leases.lease(600)))
      expect(new Set(many.slice(0, 1000)).size).to.equal(1)
      expect(new Set(many).size).to.equal(2)
      leases.forget()
      expect(many).not.to.include(await leases.lease(600))
      await cluster.close()
    })
  })
else console.log(`LEFT OUT: ${name}: ETCD_BINARY names none`)

const tlsName = 'EtcdBackend with a real etcd over TLS'

if (etcdBinary)
  describe(tlsName, () => {
    let folder: string
    let etcd: EtcdProcess

    const at = (file: string): string => join(folder, file)

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'etcd-tls-'))
      const day = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 86_400_000) }
      const issuer = createCertificate({ ...day, commonName: 'test-ca', ca: {} })
      await writeFile(at('ca.crt'), issuer.certificate)
      for (const commonName of ['server', 'client'] as const) {
        const made = createCertificate({
          ...day,
          commonName,
          issuer,
          names: ['127.0.0.1', 'localhost'],
          usages: ['serverAuth', 'clientAuth'],
        })
        await writeFile(at(`${commonName}.crt`), made.certificate)
        await writeFile(at(`${commonName}.key`), made.key)
      }
      const files = [`--cert-file=${at('server.crt')}`, `--key-file=${at('server.key')}`]
      etcd = await EtcdProcess.start({ flags: [...files, `--trusted-ca-file=${at('ca.crt')}`, '--client-cert-auth'] })
    })
    after(async () => {
      await etcd.stop()
      await rm(folder, { recursive: true, force: true })
    })

    it('connects with a certificate of its own', async () => {
      const files = { caFile: at('ca.crt'), certFile: at('client.crt'), keyFile: at('client.key') }
      const backend = new EtcdBackend({ servers: etcd.servers, ...files })
      await backend.open()
      const entry = await backend.commit({ key: '/a', value: Buffer.from('one'), expectedModRevision: 0 })
      expect(await backend.get('/a')).to.deep.equal(entry)
      await backend.close()
    })

    it('answers Unreachable without a certificate, and to a server that it has no reason to trust', async () => {
      const client = { certFile: at('client.crt'), keyFile: at('client.key') }
      for (const files of [{ caFile: at('ca.crt') }, client]) {
        const backend = new EtcdBackend({ servers: etcd.servers, requestTimeoutSeconds: 1, ...files })
        const error: unknown = await backend.open().catch((reason: unknown) => reason)
        expect(error).to.include({ name: 'StorageError', code: 'Unreachable' })
        await backend.close()
      }
    })
  })
else console.log(`LEFT OUT: ${tlsName}: ETCD_BINARY names none`)
