import { status, type ServerDuplexStream } from '@grpc/grpc-js'
import { expect } from 'chai'
import type { BackendEvents } from '../../backend.ts'
import { StorageError } from '../../storage-error.ts'
import { Cluster } from './cluster.ts'
import { FakeEtcd } from './fake-etcd.test.ts'
import { Watch } from './watch.ts'
import { MessageReader, MessageWriter } from '../../../util/protobuf-message.ts'

type Call = ServerDuplexStream<Buffer, Buffer>

interface Event {
  readonly at: number
  /** When the key was created; `at` when absent. */
  readonly created?: number
}

interface Response {
  readonly revision?: number
  readonly events?: readonly Event[]
  readonly fragment?: boolean
  readonly canceled?: { readonly compactRevision?: number; readonly reason?: string }
}

function response({ revision = 0, events = [], fragment = false, canceled }: Response): Buffer {
  const writer = new MessageWriter()
  for (const { at, created = at } of [...events].reverse())
    writer.message(11, (event) => event.message(2, (kv) => kv.int(3, at).int(2, created).string(1, '/a')))
  writer.bool(7, fragment)
  if (canceled)
    writer
      .string(6, canceled.reason ?? '')
      .int(5, canceled.compactRevision ?? 0)
      .bool(4, true)
  return writer.message(1, (header) => header.int(3, revision)).finish()
}

const createdResponse = new MessageWriter().bool(3, true).finish()

/** What a request of a watch says: its start revision, or that it asks for progress. */
function requested(bytes: Buffer): number | 'progress' {
  const reader = new MessageReader(bytes)
  if (reader.next() === 3) return 'progress'
  const create = reader.message()
  for (let field = create.next(); field; field = create.next())
    if (field === 3) return create.int()
    else create.skip()
  return 0
}

describe('Watch', () => {
  const fakes: FakeEtcd[] = []
  let cluster: Cluster
  let asked: (number | 'progress')[]
  let compactRevisions: number[]

  /** Each server answers each watch in its turn. */
  async function serve(
    servers: readonly (readonly ((call: Call) => void)[])[],
    { version = '3.6.5' }: { version?: string } = {},
  ): Promise<void> {
    for (const turns of servers) {
      const left = [...turns]
      const fake = await FakeEtcd.start({
        unary: () => new MessageWriter().string(2, version).finish(),
        watch: (call) => {
          call.on('error', () => undefined)
          call.on('end', () => {
            call.end()
          })
          let begun = false
          call.on('data', (bytes: Buffer) => {
            asked.push(requested(bytes))
            if (begun) call.write(response({ revision: 99 }))
            else left.shift()?.(call)
            begun = true
          })
        },
      })
      fakes.push(fake)
    }
    const keepalive = { timeSeconds: 10, timeoutSeconds: 5 }
    cluster = new Cluster({ servers: fakes.map(({ address }) => address), tls: {}, keepalive })
  }

  const watch = (after: number): Watch =>
    new Watch(cluster, {
      key: Buffer.from('/a'),
      after,
      onCompacted: (revision) => compactRevisions.push(revision),
    })

  async function take(of: Watch, count: number): Promise<[number, number[]][]> {
    const batches: BackendEvents[] = []
    for await (const batch of of.read()) if (batches.push(batch) === count) break
    return batches.map(({ revision, events }) => [revision, events.map((event) => event.revision)])
  }

  async function failure(of: Watch): Promise<StorageError> {
    try {
      await take(of, 100)
    } catch (error) {
      if (error instanceof StorageError) return error
    }
    throw new Error('a StorageError is due')
  }

  const say =
    (...responses: readonly Response[]) =>
    (call: Call): void => {
      call.write(createdResponse)
      for (const one of responses) call.write(response(one))
    }

  beforeEach(() => {
    asked = []
    compactRevisions = []
  })
  afterEach(async () => {
    await cluster.close()
    for (const fake of fakes.splice(0)) fake.stop()
  })

  it('reaches the revision of its last event, not that of the response, while it catches up', async () => {
    await serve([[say({ revision: 50, events: [{ at: 11 }, { at: 12 }] }, { revision: 50 })]])
    expect(await take(watch(10), 2)).to.deep.equal([
      [12, [11, 12]],
      [50, []],
    ])
    expect(asked).to.deep.equal([11])
  })

  it('joins fragments', async () => {
    const fragments = [
      { events: [{ at: 11 }], fragment: true },
      { events: [{ at: 11 }, { at: 12 }], fragment: true },
      { events: [{ at: 13 }] },
    ]
    await serve([[say(...fragments)]])
    expect(await take(watch(10), 1)).to.deep.equal([[13, [11, 11, 12, 13]]])
  })

  it('resumes with the next server after what it has reached, and gives no half of a revision twice', async () => {
    const first = (call: Call): void => {
      say({ events: [{ at: 11 }] }, { revision: 20 }, { events: [{ at: 21 }], fragment: true })(call)
      setTimeout(() => {
        call.emit('error', { code: status.UNAVAILABLE, details: 'etcdserver: no leader' })
      }, 50)
    }
    await serve([[first], [say({ events: [{ at: 21 }, { at: 22 }] })]])
    expect(await take(watch(10), 3)).to.deep.equal([
      [11, [11]],
      [20, []],
      [22, [21, 22]],
    ])
    expect(asked).to.deep.equal([11, 21])
  })

  it('resumes when the server ends the watch, or the stream', async () => {
    const ends = (call: Call): void => {
      say({ events: [{ at: 12 }] })(call)
      call.end()
    }
    await serve([
      [say({ events: [{ at: 11 }] }, { canceled: { reason: 'anything' } }), ends, say({ events: [{ at: 13 }] })],
    ])
    expect(await take(watch(10), 3)).to.deep.equal([
      [11, [11]],
      [12, [12]],
      [13, [13]],
    ])
    expect(asked).to.deep.equal([11, 12, 13])
  })

  it('answers Compacted, and tells what is compacted, when history is gone', async () => {
    await serve([[say({ revision: 60, canceled: { compactRevision: 44 } })]])
    const error = await failure(watch(10))
    expect(error).to.include({ code: 'Compacted', revision: 10, currentRevision: 60 })
    expect(compactRevisions).to.deep.equal([44])
  })

  it('answers Compacted rather than an event that lacks what was before', async () => {
    await serve([[say({ events: [{ at: 11 }] }, { events: [{ at: 12, created: 11 }] })]])
    expect((await failure(watch(10))).code).to.equal('Compacted')
  })

  it('does not try again what the server does not permit', async () => {
    await serve([
      [say({ canceled: { reason: 'rpc error: code = PermissionDenied desc = etcdserver: permission denied' } })],
    ])
    expect((await failure(watch(10))).code).to.equal('Unreachable')
  })

  it('passes a progress request on once the watch is there, and keeps it away from servers that answer wrongly', async () => {
    for (const [version, expected] of [
      ['3.6.5', [11, 'progress']],
      ['3.5.12', [11]],
    ] as const) {
      asked = []
      await serve([[say({ events: [{ at: 11 }] })]], { version })
      const watching = watch(10)
      watching.requestProgress()
      const batches = take(watching, 2)
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(asked).to.deep.equal(expected)
      watching.end()
      expect((await batches)[0]).to.deep.equal([11, [11]])
      await cluster.close()
      for (const fake of fakes.splice(0)) fake.stop()
    }
  })

  it('ends without an error, also while it waits for a server', async () => {
    await serve([[say()]])
    const watching = watch(10)
    const batches = take(watching, 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    for (const fake of fakes) fake.stop()
    await new Promise((resolve) => setTimeout(resolve, 50))
    watching.end()
    expect(await batches).to.deep.equal([])
  })
})
