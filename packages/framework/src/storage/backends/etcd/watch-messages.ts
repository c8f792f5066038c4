import type { BackendEvent, Entry } from '../../backend.ts'
import { readHeader, readKeyValue } from './messages.ts'
import { MessageReader, MessageWriter } from '../../../util/protobuf-message.ts'

export interface WatchCreateRequest {
  readonly key: Buffer
  readonly rangeEnd?: Buffer
  /** The first revision whose events are wanted. */
  readonly startRevision: number
}

/** Long answers may come in fragments; the server tells how far it is now and then. */
export function encodeWatchCreate({ key, rangeEnd, startRevision }: WatchCreateRequest): Buffer {
  const writer = new MessageWriter(64 + key.length + (rangeEnd?.length ?? 0))
  return writer
    .message(1, (create) => {
      create.bool(8, true).bool(6, true).bool(4, true).int(3, startRevision)
      if (rangeEnd) create.bytes(2, rangeEnd)
      create.bytes(1, key)
    })
    .finish()
}

export const watchProgressRequest = new MessageWriter(2).message(3, () => undefined).finish()

export interface WatchResponse {
  readonly revision: number
  readonly created: boolean
  readonly canceled: boolean
  readonly compactRevision: number
  readonly cancelReason: string
  /** The rest comes with the next response. */
  readonly fragment: boolean
  readonly events: readonly BackendEvent[]
  /** An event says that there was a value before, and the server has it no more. */
  readonly previousLost: boolean
}

export function decodeWatch(bytes: Buffer): WatchResponse {
  const reader = new MessageReader(bytes)
  const response = {
    revision: 0,
    created: false,
    canceled: false,
    compactRevision: 0,
    cancelReason: '',
    fragment: false,
  }
  const events: BackendEvent[] = []
  let previousLost = false
  for (let field = reader.next(); field; field = reader.next())
    if (field === 1) response.revision = readHeader(reader.message())
    else if (field === 3) response.created = reader.bool()
    else if (field === 4) response.canceled = reader.bool()
    else if (field === 5) response.compactRevision = reader.int()
    else if (field === 6) response.cancelReason = reader.string()
    else if (field === 7) response.fragment = reader.bool()
    else if (field === 11) {
      const { event, lost } = readEvent(reader.message(), bytes.length)
      events.push(event)
      previousLost ||= lost
    } else reader.skip()
  return { ...response, events, previousLost }
}

function readEvent(reader: MessageReader, size: number): { readonly event: BackendEvent; readonly lost: boolean } {
  let deleted = false
  let kv: Entry | undefined
  let before: Entry | undefined
  for (let field = reader.next(); field; field = reader.next())
    if (field === 1) deleted = reader.int() === 1
    else if (field === 2) kv = readKeyValue(reader.message(), size)
    else if (field === 3) before = readKeyValue(reader.message(), size)
    else reader.skip()
  if (!kv) throw new Error('etcd: an event without a key')
  const event: BackendEvent = {
    type: deleted ? 'DELETE' : 'PUT',
    key: kv.key,
    revision: kv.modRevision,
    value: deleted ? undefined : kv.value,
    previous: before && { value: before.value, modRevision: before.modRevision },
  }
  return { event, lost: !before && (deleted || kv.createRevision !== kv.modRevision) }
}
