import { expect } from 'chai'
import fc from 'fast-check'
import {
  decodeCompaction,
  decodeLeaseGrant,
  decodeRange,
  decodeStatus,
  decodeTxn,
  encodeCompaction,
  encodeLeaseGrant,
  encodeRange,
  encodeTxn,
} from './messages.ts'
import { decodeWatch, encodeWatchCreate, watchProgressRequest } from './watch-messages.ts'
import { MessageReader, MessageWriter } from '../../../util/protobuf-message.ts'

/** Fields by number: integers, and bytes as text. Enough to see what a request says. */
function fields(reader: MessageReader, nested: Readonly<Record<number, unknown>>): Record<number, unknown> {
  const seen: Record<number, unknown> = {}
  for (let field = reader.next(); field; field = reader.next()) {
    const inner = nested[field]
    if (typeof inner === 'object') seen[field] = fields(reader.message(), inner as Readonly<Record<number, unknown>>)
    else seen[field] = inner === 'bytes' ? reader.string() : Number(reader.bigint())
  }
  return seen
}

const range = { 1: 'bytes', 2: 'bytes' }
const txn = {
  1: { 3: 'bytes' },
  2: { 1: range, 2: { 1: 'bytes', 2: 'bytes' }, 3: { 1: 'bytes' } },
  3: { 1: range },
}
const read = (bytes: Buffer, nested: Readonly<Record<number, unknown>>): Record<number, unknown> =>
  fields(new MessageReader(bytes), nested)

const header = (writer: MessageWriter, revision: number): MessageWriter =>
  writer.message(1, (inner) =>
    inner
      .int(4, 3)
      .int(3, revision)
      .int(2, 2n ** 63n)
      .int(1, 2n ** 64n - 1n),
  )

interface Kv {
  readonly key: string
  readonly value: Buffer
  readonly created: number
  readonly modified: number
}

const writeKv = (writer: MessageWriter, { key, value, created, modified }: Kv): MessageWriter =>
  writer
    .int(6, 2n ** 62n)
    .bytes(5, value)
    .int(4, 4)
    .int(3, modified)
    .int(2, created)
    .string(1, key)

const entryOf = ({ key, value, created, modified }: Kv) => ({
  key,
  value,
  createRevision: created,
  modRevision: modified,
})

const kv = (modified = 7): Kv => ({ key: '/a', value: Buffer.from('old'), created: 5, modified })

const kvs = fc.array(
  fc.record({
    key: fc.string({ minLength: 1, unit: 'grapheme' }),
    value: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    created: fc.integer({ min: 1 }),
    modified: fc.integer({ min: 1 }),
  }),
)

describe('encodeRange', () => {
  it('writes the fields that are asked for', () => {
    const request = { key: Buffer.from('/a'), rangeEnd: Buffer.from('/b'), limit: 500, revision: 3_000_000_000 }
    expect(read(encodeRange(request), range)).to.deep.equal({ 1: '/a', 2: '/b', 3: 500, 4: 3_000_000_000 })
    expect(read(encodeRange({ key: Buffer.from('/a') }), range)).to.deep.equal({ 1: '/a' })
  })
})

describe('decodeRange', () => {
  it('reads every key, its value and the revisions', () => {
    fc.assert(
      fc.property(kvs, fc.maxSafeInteger(), fc.boolean(), (all, revision, more) => {
        const writer = new MessageWriter().int(4, all.length).bool(3, more)
        for (const one of [...all].reverse()) writer.message(2, (inner) => writeKv(inner, one))
        const bytes = header(writer, Math.abs(revision)).finish()
        const response = decodeRange(bytes)
        expect(response).to.deep.equal({ revision: Math.abs(revision), kvs: all.map(entryOf), more, count: all.length })
      }),
    )
  })

  it('lets a small value not keep a large message in memory', () => {
    const writer = new MessageWriter()
    for (const value of [Buffer.alloc(100_000), Buffer.from('small')])
      writer.message(2, (inner) => writeKv(inner, { ...kv(), value }))
    const bytes = Buffer.from(writer.finish())
    const [small, large] = decodeRange(bytes).kvs
    expect(small?.value.buffer).not.to.equal(bytes.buffer)
    expect(large?.value.buffer).to.equal(bytes.buffer)
  })
})

describe('encodeTxn', () => {
  const key = Buffer.from('/a')

  it('creates in the form that kine knows: no other branch, no previous value', () => {
    const put = { value: Buffer.from('new'), lease: 0n, previous: false }
    const bytes = encodeTxn({ key, compare: { target: 'modRevision', value: 0 }, put, read: false })
    expect(read(bytes, txn)).to.deep.equal({ 1: { 2: 2, 3: '/a', 6: 0 }, 2: { 2: { 1: '/a', 2: 'new' } } })
  })

  it('updates, and reads the key instead when the comparison fails', () => {
    const put = { value: Buffer.from('new'), lease: 7_587_862_094_993_573_000n, previous: true }
    const bytes = encodeTxn({ key, compare: { target: 'modRevision', value: 9 }, put, read: true })
    expect(read(bytes, txn)).to.deep.equal({
      1: { 2: 2, 3: '/a', 6: 9 },
      2: { 2: { 1: '/a', 2: 'new', 3: 7_587_862_094_993_573_000, 4: 1 } },
      3: { 1: { 1: '/a' } },
    })
  })

  it('deletes with the previous value, and compares versions', () => {
    const bytes = encodeTxn({ key, compare: { target: 'version', value: 3 }, read: true })
    expect(read(bytes, txn)).to.deep.equal({
      1: { 3: '/a', 4: 3 },
      2: { 3: { 1: '/a', 3: 1 } },
      3: { 1: { 1: '/a' } },
    })
  })
})

describe('decodeTxn', () => {
  const respond = (succeeded: boolean, kind: number, field: number, one = kv()): Buffer =>
    header(
      new MessageWriter()
        .message(3, (op) => op.message(kind, (inner) => inner.message(field, (to) => writeKv(to, one))))
        .bool(2, succeeded),
      12,
    ).finish()
  const nothing = { current: undefined, currentVersion: 0, previous: undefined }

  it('reads what stands there, and its version, when the comparison failed', () => {
    const expected = { revision: 12, succeeded: false, ...nothing, current: entryOf(kv()), currentVersion: 4 }
    expect(decodeTxn(respond(false, 1, 2))).to.deep.equal(expected)
  })

  it('reads what a put has replaced and what a deletion has removed', () => {
    const expected = { revision: 12, succeeded: true, ...nothing, previous: entryOf(kv()) }
    expect(decodeTxn(respond(true, 2, 2))).to.deep.equal(expected)
    expect(decodeTxn(respond(true, 3, 3))).to.deep.equal(expected)
    expect(decodeTxn(header(new MessageWriter(), 3).finish())).to.deep.equal({
      revision: 3,
      succeeded: false,
      ...nothing,
    })
  })
})

describe('decodeWatch', () => {
  const event = (writer: MessageWriter, type: number, one: Kv, before?: Kv): MessageWriter =>
    writer.message(11, (inner) => {
      if (before) inner.message(3, (to) => writeKv(to, before))
      inner.message(2, (to) => writeKv(to, one)).int(1, type)
    })
  const plain = {
    revision: 9,
    created: false,
    canceled: false,
    compactRevision: 0,
    cancelReason: '',
    fragment: false,
    events: [],
    previousLost: false,
  }
  const previous = { value: Buffer.from('old'), modRevision: 7 }

  it('reads events and what was before', () => {
    const gone: Kv = { key: '/a', value: Buffer.alloc(0), created: 0, modified: 9 }
    const writer = event(new MessageWriter(), 1, gone, kv())
    event(writer, 0, { ...kv(8), value: Buffer.from('new') }, kv())
    event(writer, 0, { ...kv(5), created: 5 })
    expect(decodeWatch(header(writer.bool(7, true), 9).finish())).to.deep.equal({
      ...plain,
      fragment: true,
      events: [
        { type: 'PUT', key: '/a', revision: 5, value: Buffer.from('old'), previous: undefined },
        { type: 'PUT', key: '/a', revision: 8, value: Buffer.from('new'), previous },
        { type: 'DELETE', key: '/a', revision: 9, value: undefined, previous },
      ],
    })
  })

  it('tells when what was before is lost', () => {
    for (const type of [0, 1])
      expect(decodeWatch(event(new MessageWriter(), type, kv()).finish()).previousLost).to.equal(true)
    expect(decodeWatch(event(new MessageWriter(), 0, { ...kv(), created: 7 }).finish()).previousLost).to.equal(false)
  })

  it('reads why a watch was cancelled, and progress for all watches of a stream', () => {
    const canceled = new MessageWriter().string(6, 'why').int(5, 44).bool(4, true).bool(3, true)
    const expected = { ...plain, created: true, canceled: true, compactRevision: 44, cancelReason: 'why' }
    expect(decodeWatch(header(canceled, 9).finish())).to.deep.equal(expected)
    expect(decodeWatch(header(new MessageWriter().int(2, -1), 9).finish())).to.deep.equal(plain)
  })
})

describe('the other messages', () => {
  it('ask and answer with the fields of etcd', () => {
    expect(read(encodeCompaction(77), {})).to.deep.equal({ 1: 77 })
    expect(decodeCompaction(header(new MessageWriter(), 78).finish())).to.equal(78)
    expect(read(encodeLeaseGrant(60), {})).to.deep.equal({ 1: 60 })
    const id = 7_587_862_094_993_573_001n
    expect(decodeLeaseGrant(header(new MessageWriter().int(3, 60).int(2, id), 1).finish())).to.deep.equal({
      id,
      ttlSeconds: 60,
    })
    expect(decodeStatus(header(new MessageWriter().int(3, 4096).string(2, '3.6.5'), 1).finish())).to.equal('3.6.5')
    expect(watchProgressRequest.toString('hex')).to.equal('1a00')
    const create = { key: Buffer.from('/a'), rangeEnd: Buffer.from('/b'), startRevision: 8 }
    expect(read(encodeWatchCreate(create), { 1: range })).to.deep.equal({
      1: { 1: '/a', 2: '/b', 3: 8, 4: 1, 6: 1, 8: 1 },
    })
  })
})
