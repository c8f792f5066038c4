import type { Entry } from '../../backend.ts'
import { MessageReader, MessageWriter } from '../../../util/protobuf-message.ts'

/**
 * The messages of etcd's API that this backend needs, with the fields that it needs.
 * Source: etcdserverpb/rpc.proto, mvccpb/kv.proto; specification storage-and-watch §6.2.
 */

export interface RangeRequest {
  readonly key: Buffer
  /** Absent: only `key`. */
  readonly rangeEnd?: Buffer
  readonly limit?: number
  readonly revision?: number
}

export interface RangeResponse {
  readonly revision: number
  readonly kvs: readonly Entry[]
  readonly more: boolean
  readonly count: number
}

export function encodeRange(request: RangeRequest): Buffer {
  const writer = new MessageWriter(64 + request.key.length + (request.rangeEnd?.length ?? 0))
  writeRange(writer, request)
  return writer.finish()
}

function writeRange(writer: MessageWriter, { key, rangeEnd, limit = 0, revision = 0 }: RangeRequest): void {
  writer.int(4, revision).int(3, limit)
  if (rangeEnd) writer.bytes(2, rangeEnd)
  writer.bytes(1, key)
}

export function decodeRange(bytes: Buffer): RangeResponse {
  return readRange(new MessageReader(bytes), bytes.length)
}

function readRange(reader: MessageReader, size: number): RangeResponse {
  let revision = 0
  const kvs: Entry[] = []
  let more = false
  let count = 0
  for (let field = reader.next(); field; field = reader.next())
    if (field === 1) revision = readHeader(reader.message())
    else if (field === 2) kvs.push(readKeyValue(reader.message(), size))
    else if (field === 3) more = reader.bool()
    else if (field === 4) count = reader.int()
    else reader.skip()
  return { revision, kvs, more, count }
}

/** The revision of the store. */
export function readHeader(reader: MessageReader): number {
  let revision = 0
  for (let field = reader.next(); field; field = reader.next())
    if (field === 3) revision = reader.int()
    else reader.skip()
  return revision
}

/** `size` is that of the message that was received. */
export function readKeyValue(reader: MessageReader, size: number): Entry {
  let key = ''
  let value: Buffer = Buffer.alloc(0)
  let createRevision = 0
  let modRevision = 0
  for (let field = reader.next(); field; field = reader.next())
    if (field === 1) key = reader.string()
    else if (field === 2) createRevision = reader.int()
    else if (field === 3) modRevision = reader.int()
    else if (field === 5) value = own(reader.bytes(), size)
    else reader.skip()
  return { key, value, createRevision, modRevision }
}

/** A value kept for long is not to keep the whole message, with the values of all its neighbours, in memory. */
const own = (value: Buffer, size: number): Buffer => (2 * value.length >= size ? value : Buffer.from(value))

/** The only transactions that kine accepts, too: one comparison, one write, and perhaps one key to read instead. */
export interface TxnRequest {
  readonly key: Buffer
  readonly compare: { readonly target: 'modRevision' | 'version'; readonly value: number }
  readonly put?: { readonly value: Buffer; readonly lease: bigint; readonly previous: boolean }
  /** Answer what stands there when the comparison fails. */
  readonly read: boolean
}

export interface TxnResponse {
  readonly revision: number
  readonly succeeded: boolean
  /** What stands there, when the comparison has failed. */
  readonly current: Entry | undefined
  /** How often that was written since it was created. */
  readonly currentVersion: number
  /** What stood there before the write, when it was asked for. A deletion always asks. */
  readonly previous: Entry | undefined
}

const compareTarget = { version: { target: 0, field: 4 }, modRevision: { target: 2, field: 6 } } as const

/** Without `put` the write is a deletion. */
export function encodeTxn({ key, compare, put, read }: TxnRequest): Buffer {
  const writer = new MessageWriter(160 + 3 * key.length + (put?.value.length ?? 0))
  if (read)
    writer.message(3, (failure) =>
      failure.message(1, (range) => {
        writeRange(range, { key })
      }),
    )
  writer.message(2, (success) =>
    put
      ? success.message(2, (request) =>
          request.bool(4, put.previous).int(3, put.lease).bytes(2, put.value).bytes(1, key),
        )
      : success.message(3, (request) => request.bool(3, true).bytes(1, key)),
  )
  const { target, field } = compareTarget[compare.target]
  writer.message(1, (comparison) => comparison.int(field, compare.value, { always: true }).bytes(3, key).int(2, target))
  return writer.finish()
}

export function decodeTxn(bytes: Buffer): TxnResponse {
  const reader = new MessageReader(bytes)
  let revision = 0
  let succeeded = false
  let current: Entry | undefined
  let currentVersion = 0
  let previous: Entry | undefined
  for (let field = reader.next(); field; field = reader.next())
    if (field === 1) revision = readHeader(reader.message())
    else if (field === 2) succeeded = reader.bool()
    else if (field === 3) {
      const response = reader.message()
      const kind = response.next()
      if (kind === 1) {
        const range = response.bytes()
        current = readRange(new MessageReader(range), bytes.length).kvs[0]
        currentVersion = readVersion(new MessageReader(range))
      } else if (kind === 2) previous = readPrevious(response.message(), 2, bytes.length)
      else if (kind === 3) previous = readPrevious(response.message(), 3, bytes.length)
    } else reader.skip()
  return { revision, succeeded, current, currentVersion, previous }
}

function readVersion(range: MessageReader): number {
  let version = 0
  for (let field = range.next(); field; field = range.next())
    if (field === 2) {
      const kv = range.message()
      for (let inner = kv.next(); inner; inner = kv.next())
        if (inner === 4) version = kv.int()
        else kv.skip()
    } else range.skip()
  return version
}

function readPrevious(reader: MessageReader, wanted: number, size: number): Entry | undefined {
  let previous: Entry | undefined
  for (let field = reader.next(); field; field = reader.next())
    if (field === wanted) previous = readKeyValue(reader.message(), size)
    else reader.skip()
  return previous
}

export function encodeCompaction(revision: number): Buffer {
  return new MessageWriter(16).int(1, revision).finish()
}

/** The revision of the store. */
export function decodeCompaction(bytes: Buffer): number {
  const reader = new MessageReader(bytes)
  let revision = 0
  for (let field = reader.next(); field; field = reader.next())
    if (field === 1) revision = readHeader(reader.message())
    else reader.skip()
  return revision
}

export function encodeLeaseGrant(ttlSeconds: number): Buffer {
  return new MessageWriter(16).int(1, ttlSeconds).finish()
}

export interface LeaseGrantResponse {
  /** Any 64 bits. */
  readonly id: bigint
  readonly ttlSeconds: number
}

export function decodeLeaseGrant(bytes: Buffer): LeaseGrantResponse {
  const reader = new MessageReader(bytes)
  let id = 0n
  let ttlSeconds = 0
  for (let field = reader.next(); field; field = reader.next())
    if (field === 2) id = reader.bigint()
    else if (field === 3) ttlSeconds = reader.int()
    else reader.skip()
  return { id, ttlSeconds }
}

/** The version of the server, as `3.6.5`. */
export function decodeStatus(bytes: Buffer): string {
  const reader = new MessageReader(bytes)
  let version = ''
  for (let field = reader.next(); field; field = reader.next())
    if (field === 2) version = reader.string()
    else reader.skip()
  return version
}
