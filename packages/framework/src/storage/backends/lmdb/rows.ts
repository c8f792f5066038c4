/**
 * The bytes of the tables. Numbers are u64, big-endian, below 2^53.
 *
 *     kv    key              -> created, modified, expires, value     the present state; or with the length of a large value
 *     large modified         -> value                                 the large values of kv and hist
 *     hist  key 00 endedAt   -> the row of kv that `endedAt` replaced or deleted
 *     log   revision         -> operation (1 byte), key               what `revision` did
 *     ttl   expires key      -> modified                              what is to be deleted, and when
 *     meta  'state'          -> revision, compacted revision, bytes of the values in `large` that are history
 */

/** What a write did to its key. */
export const operation = { create: 1, update: 2, delete: 3 } as const

const headerBytes = 24
const two32 = 0x1_0000_0000
/** The first byte of rows whose value stands elsewhere: that of a number is zero. */
const isLarge = 0x80

/** A row of kv or hist. `expires` is milliseconds of the wall clock; 0: never. */
export interface ValueRow {
  readonly created: number
  readonly modified: number
  readonly expires: number
  /** Undefined: it is large, and stands in `large` under `modified`. */
  readonly value: Buffer | undefined
  /** Of the value, in bytes. */
  readonly length: number
}

export function encodeValue({ created, modified, expires, value, length }: ValueRow): Buffer {
  const row = Buffer.allocUnsafe(headerBytes + (value ? length : 8))
  writeUint64(row, created, 0)
  writeUint64(row, modified, 8)
  writeUint64(row, expires, 16)
  if (value) value.copy(row, headerBytes)
  else {
    writeUint64(row, length, headerBytes)
    row[0] = isLarge
  }
  return row
}

export function decodeValue(row: Buffer): ValueRow {
  const large = row[0] === isLarge
  return {
    created: (row.readUInt32BE(0) & 0x7fffffff) * two32 + row.readUInt32BE(4),
    modified: readUint64(row, 8),
    expires: readUint64(row, 16),
    value: large ? undefined : row.subarray(headerBytes),
    length: large ? readUint64(row, headerBytes) : row.length - headerBytes,
  }
}

export interface LogRow {
  readonly operation: number
  readonly key: Buffer
}

export function encodeLog({ operation, key }: LogRow): Buffer {
  const row = Buffer.allocUnsafe(1 + key.length)
  row[0] = operation
  key.copy(row, 1)
  return row
}

export const decodeLog = (row: Buffer): LogRow => ({ operation: row[0] ?? 0, key: row.subarray(1) })

export interface State {
  readonly revision: number
  readonly compacted: number
  /** Bytes of large values that are history. */
  readonly pastBytes: number
}

export const encodeState = ({ revision, compacted, pastBytes }: State): Buffer =>
  Buffer.concat([revision, compacted, pastBytes].map(encodeUint64))

/** Format 1 had no large values. */
export const decodeState = (row: Buffer): State => ({
  revision: readUint64(row, 0),
  compacted: readUint64(row, 8),
  pastBytes: row.length > 16 ? readUint64(row, 16) : 0,
})

/** Beyond the history of one key and before that of the next: no revision begins with 255. */
export const afterHistory = (key: Buffer): Buffer => Buffer.concat([key, Buffer.from([0, 255])])

/** Where a border of kv is in hist. No key has a zero, so that a border with one is just behind what stands before it. */
export function historyBorder(border: Buffer): Buffer {
  const zero = border.indexOf(0)
  return zero < 0 ? border : afterHistory(border.subarray(0, zero))
}

export function historyKey(key: Buffer, endedAt: number): Buffer {
  const bytes = Buffer.allocUnsafe(key.length + 9)
  key.copy(bytes)
  bytes[key.length] = 0
  writeUint64(bytes, endedAt, key.length + 1)
  return bytes
}

export const keyOfHistory = (key: Buffer): Buffer => key.subarray(0, key.length - 9)

export const expiryKey = (expires: number, key: Buffer): Buffer => Buffer.concat([encodeUint64(expires), key])

export const expiryOf = (key: Buffer): { readonly expires: number; readonly key: Buffer } => ({
  expires: readUint64(key, 0),
  key: key.subarray(8),
})

export function encodeUint64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8)
  writeUint64(bytes, value, 0)
  return bytes
}

export const readUint64 = (bytes: Buffer, offset: number): number =>
  bytes.readUInt32BE(offset) * two32 + bytes.readUInt32BE(offset + 4)

function writeUint64(bytes: Buffer, value: number, offset: number): void {
  bytes.writeUInt32BE(Math.floor(value / two32), offset)
  bytes.writeUInt32BE(value >>> 0, offset + 4)
}
