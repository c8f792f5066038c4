import { status } from '@grpc/grpc-js'
import { expect } from 'chai'
import { StorageError } from '../../storage-error.ts'
import { Cluster } from './cluster.ts'
import { isProgressSafe, methods, parseServer } from './endpoint.ts'
import { EtcdBackend } from './etcd-backend.ts'
import { FakeEtcd, type Answer, type FakeCalls } from './fake-etcd.test.ts'
import { encodeRange, encodeTxn } from './messages.ts'
import { MessageWriter } from '../../../util/protobuf-message.ts'

const revision = (at: number): Buffer => new MessageWriter().message(1, (header) => header.int(3, at)).finish()
const key = Buffer.from('/a')
const rangeRequest = encodeRange({ key })
const put = { value: Buffer.from('v'), lease: 0n, previous: false }
const txnRequest = encodeTxn({ key, compare: { target: 'modRevision', value: 0 }, put, read: false })

const fakes: FakeEtcd[] = []
const clusters: Cluster[] = []

async function fake(calls: FakeCalls, port?: number): Promise<FakeEtcd> {
  const started = await FakeEtcd.start(calls, port)
  fakes.push(started)
  return started
}

function cluster(...servers: readonly (FakeEtcd | string)[]): Cluster {
  const made = new Cluster({
    servers: servers.map((server) => (typeof server === 'string' ? server : server.address)),
    tls: {},
    keepalive: { timeSeconds: 10, timeoutSeconds: 5 },
  })
  clusters.push(made)
  return made
}

const read = (of: Cluster, timeoutSeconds = 2): Promise<number> =>
  of.read(methods.range, rangeRequest, { timeoutSeconds }).then((response) => response.revision)
const write = (of: Cluster, timeoutSeconds = 2): Promise<number> =>
  of.write(methods.txn, txnRequest, { timeoutSeconds, fields: { key: '/a' } }).then((response) => response.revision)

async function failure(promise: Promise<unknown>): Promise<StorageError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).to.be.instanceOf(StorageError)
  return error as StorageError
}

/** Nothing listens there. */
const nowhere = 'http://127.0.0.1:1'

afterEach(async () => {
  for (const started of fakes.splice(0)) started.stop()
  await Promise.all(clusters.splice(0).map((made) => made.close()))
})

describe('Cluster: the errors of etcd', () => {
  const failing = async (answer: Answer): Promise<Cluster> => cluster(await fake({ unary: () => answer }))
  const errors: readonly [number, string, string, string][] = [
    [status.OUT_OF_RANGE, 'etcdserver: mvcc: required revision has been compacted', 'Compacted', 'Compacted'],
    [
      status.OUT_OF_RANGE,
      'etcdserver: mvcc: required revision is a future revision',
      'FutureRevision',
      'FutureRevision',
    ],
    [status.INVALID_ARGUMENT, 'etcdserver: request is too large', 'TooLarge', 'TooLarge'],
    [status.RESOURCE_EXHAUSTED, 'grpc: received message larger than max (9 vs. 8)', 'TooLarge', 'TooLarge'],
    [status.RESOURCE_EXHAUSTED, 'etcdserver: mvcc: database space exceeded', 'NoSpace', 'NoSpace'],
    [status.RESOURCE_EXHAUSTED, 'etcdserver: too many requests', 'Unreachable', 'Unreachable'],
    [status.UNAVAILABLE, 'etcdserver: no leader', 'Unreachable', 'Unreachable'],
    [status.UNAVAILABLE, 'etcdserver: leader changed', 'Unreachable', 'Unknown'],
    [status.UNAVAILABLE, 'etcdserver: request timed out', 'Timeout', 'Unknown'],
    [
      status.UNAVAILABLE,
      'etcdserver: request timed out, possibly due to previous leader failure',
      'Timeout',
      'Unknown',
    ],
    [status.UNKNOWN, 'anything', 'Unreachable', 'Unknown'],
    [status.INTERNAL, 'anything', 'Unreachable', 'Unknown'],
    [status.PERMISSION_DENIED, 'etcdserver: permission denied', 'Unreachable', 'Unreachable'],
    [status.UNAUTHENTICATED, 'etcdserver: invalid auth token', 'Unreachable', 'Unreachable'],
    [status.INVALID_ARGUMENT, 'etcdserver: unsupported operations in txn request', 'Unreachable', 'Unreachable'],
  ]
  for (const [code, details, ofRead, ofWrite] of errors)
    it(`are ${ofRead} for a read and ${ofWrite} for a write: ${details}`, async () => {
      const asked = await failing({ code, details })
      expect((await failure(read(asked, 0.2))).code).to.equal(ofRead)
      const error = await failure(write(asked, 0.2))
      expect(error.code).to.equal(ofWrite)
      expect(error.key).to.equal('/a')
      expect(error.cause).to.include({ code, details })
    })

  it('are Timeout and Unknown when there is no answer in time', async () => {
    const asked = await failing(undefined)
    expect((await failure(read(asked, 0.2))).code).to.equal('Timeout')
    expect((await failure(write(asked, 0.2))).code).to.equal('Unknown')
  })

  it('are Unknown when the answer to a write is no protobuf', async () => {
    const asked = await failing(Buffer.from('0b', 'hex'))
    expect((await failure(write(asked))).code).to.equal('Unknown')
    expect((await failure(read(asked))).code).to.equal('Unreachable')
  })

  it('are TooLarge when a request is larger than any server takes', async () => {
    const asked = await failing(revision(1))
    const request = Buffer.alloc(3 * 1024 * 1024)
    const error = await failure(asked.write(methods.txn, request, { timeoutSeconds: 1 }))
    expect(error.code).to.equal('TooLarge')
  })
})

describe('Cluster.read', () => {
  it('goes to the next server when one is not there, or fails', async () => {
    const broken = await fake({ unary: () => ({ code: status.UNAVAILABLE, details: 'etcdserver: leader changed' }) })
    const sound = await fake({ unary: () => revision(5) })
    const asked = cluster(nowhere, broken, sound)
    expect(await read(asked)).to.equal(5)
    expect(await read(asked)).to.equal(5)
    expect([broken.count('Range'), sound.count('Range')]).to.deep.equal([1, 2])
  })

  it('leaves time for the others when a server does not answer', async () => {
    const silent = await fake({ unary: () => undefined })
    const sound = await fake({ unary: () => revision(5) })
    expect(await read(cluster(silent, sound), 1)).to.equal(5)
  })

  it('waits for a server that comes up in time', async () => {
    const first = await fake({ unary: () => revision(1) })
    const asked = cluster(first)
    expect(await read(asked)).to.equal(1)
    first.stop()
    const waiting = read(asked, 5)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await fake({ unary: () => revision(2) }, first.port)
    expect(await waiting).to.equal(2)
  })

  it('answers Unreachable when there is no server, and Closed after close', async () => {
    const asked = cluster(nowhere, nowhere)
    expect((await failure(read(asked, 0.3))).code).to.equal('Unreachable')
    const waiting = failure(read(asked, 10))
    await asked.close()
    expect((await waiting).code).to.equal('Closed')
    expect((await failure(read(asked))).code).to.equal('Closed')
  })
})

describe('Cluster.write', () => {
  it('goes to the next server when one is not there, or has no leader', async () => {
    const lost = await fake({ unary: () => ({ code: status.UNAVAILABLE, details: 'etcdserver: no leader' }) })
    const sound = await fake({ unary: () => revision(5) })
    expect(await write(cluster(nowhere, lost, sound))).to.equal(5)
    expect([lost.count('Txn'), sound.count('Txn')]).to.deep.equal([1, 1])
  })

  it('is never sent again when a server may have carried it out', async () => {
    const answers: Answer[] = [
      { code: status.UNAVAILABLE, details: 'etcdserver: request timed out' },
      { code: status.UNAVAILABLE, details: 'etcdserver: leader changed' },
      { code: status.UNAVAILABLE, details: 'error reading from server: EOF' },
      { code: status.UNKNOWN, details: '' },
      undefined,
    ]
    for (const answer of answers) {
      const unsure = await fake({ unary: () => answer })
      const sound = await fake({ unary: () => revision(5) })
      const asked = cluster(unsure, sound)
      expect((await failure(write(asked, 0.3))).code).to.equal('Unknown')
      expect([unsure.count('Txn'), sound.count('Txn')]).to.deep.equal([1, 0])
      expect(await write(asked)).to.equal(5)
    }
  })

  it('is Unknown, and not sent again, when the server dies while it has the call', async () => {
    let received: () => void = () => undefined
    const begun = new Promise<void>((resolve) => {
      received = resolve
    })
    const dying = await fake({
      unary: () => {
        received()
        return undefined
      },
    })
    const sound = await fake({ unary: () => revision(5) })
    const waiting = failure(write(cluster(dying, sound), 5))
    await begun
    dying.stop()
    expect((await waiting).code).to.equal('Unknown')
    expect(sound.count('Txn')).to.equal(0)
  })

  it('is decided before close ends', async () => {
    let answered = 0
    const slow = await fake({ unary: () => revision(++answered) })
    const asked = cluster(slow)
    await read(asked)
    const writes = Array.from({ length: 20 }, () => write(asked))
    await asked.close()
    expect(await Promise.all(writes)).to.have.length(20)
  })
})

describe('EtcdBackend.open', () => {
  it('answers Unreachable with the reason, and can be tried again', async () => {
    const first = await fake({ unary: () => revision(7) })
    first.stop()
    const backend = new EtcdBackend({ servers: [first.address], requestTimeoutSeconds: 0.3 })
    const error = await failure(backend.open())
    expect(error.code).to.equal('Unreachable')
    expect(error.message).to.include('ECONNREFUSED')
    expect((await failure(backend.get('/a'))).code).to.equal('Closed')
    await fake({ unary: () => revision(7) }, first.port)
    await backend.open()
    expect(await backend.currentRevision()).to.equal(7)
    await backend.close()
  })
})

describe('parseServer', () => {
  it('reads the scheme, and has certificates decide where there is none', () => {
    expect(parseServer('https://etcd-0:2379', false)).to.deep.equal({ address: 'etcd-0:2379', secure: true })
    expect(parseServer('http://[::1]:2380/', true)).to.deep.equal({ address: '[::1]:2380', secure: false })
    expect(parseServer('etcd-0', true)).to.deep.equal({ address: 'etcd-0:2379', secure: true })
    expect(parseServer('10.0.0.1:1', false)).to.deep.equal({ address: '10.0.0.1:1', secure: false })
    for (const bad of ['', 'ftp://a', 'https://', 'http://a/b']) expect(() => parseServer(bad, false), bad).to.throw()
  })
})

describe('isProgressSafe', () => {
  it('is true from 3.4.31 and 3.5.13 on', () => {
    const versions = ['3.4.31', '3.5.13', '3.5.21-rc.0', '3.6.0', '3.10.1', '4.0.0']
    for (const version of versions) expect(isProgressSafe(version), version).to.equal(true)
    for (const version of ['3.4.30', '3.5.0', '3.5.12', '3.3.99', '2.9.9', '', 'x'])
      expect(isProgressSafe(version), version).to.equal(false)
  })
})
