import { StatusError } from '../../../meta/status.ts'
import { getOwn, isObject, type JsonObject, type JsonValue } from '../../../util/json.ts'
import { decodeMessage, encodeMessage } from './codec.ts'
import { always, message } from './message.ts'
import { messageOf } from './messages.ts'
import { WireReader, WireWriter, wireType, wrongWireType } from './wire.ts'

/** Before every protobuf body of Kubernetes: `k8s` and a NUL. */
const magic = Buffer.from('k8s\0')

const typeMeta = message('TypeMeta', always(1, 'apiVersion'), always(2, 'kind'))

/** The fields of runtime.Unknown. */
const envelope = { typeMeta: 1, raw: 2, contentEncoding: 3, contentType: 4 } as const

/**
 * An object as Kubernetes' protobuf: `k8s\0` and a runtime.Unknown around the message. undefined when its kind has no
 * protobuf form, as all kinds that are not built in. Source: apimachinery runtime/serializer/protobuf.
 */
export function encodeProtobuf(object: JsonValue): Buffer | undefined {
  if (!isObject(object)) return undefined
  const apiVersion = textOf(object, 'apiVersion')
  const kind = textOf(object, 'kind')
  const body = messageOf(apiVersion, kind)
  if (!body) return undefined
  const writer = new WireWriter()
  writer.tag(envelope.typeMeta, wireType.bytes)
  writer.bytes(encodeMessage(typeMeta, { apiVersion, kind }))
  writer.tag(envelope.raw, wireType.bytes)
  writer.bytes(encodeMessage(body, object))
  // The content's encoding and type stay empty: they are those of the envelope.
  writer.tag(envelope.contentEncoding, wireType.bytes)
  writer.string('')
  writer.tag(envelope.contentType, wireType.bytes)
  writer.string('')
  return Buffer.concat([magic, writer.finish()])
}

/**
 * One event of a protobuf watch: four bytes of length (big endian) and a bare metav1.WatchEvent, whose object is a
 * protobuf body like any other. Throws for a kind without a protobuf form: negotiation offers such none.
 */
export function frameProtobufEvent(type: string, object: JsonValue): Buffer {
  const bytes = encodeProtobuf(object)
  if (!bytes) throw new TypeError('the object of a protobuf watch event has no protobuf form')
  const raw = new WireWriter()
  raw.tag(1, wireType.bytes)
  raw.bytes(bytes)
  const event = new WireWriter()
  event.tag(1, wireType.bytes)
  event.string(type)
  event.tag(2, wireType.bytes)
  event.bytes(raw.finish())
  const body = event.finish()
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

const textOf = (object: JsonObject, key: string): string => {
  const value = getOwn(object, key)
  return typeof value === 'string' ? value : ''
}

/**
 * The object in a protobuf body, with apiVersion and kind, which default to those expected. Throws 400, in Go's words,
 * for what is no protobuf and for kinds without a protobuf form.
 */
export function decodeProtobuf(
  bytes: Buffer,
  expected: { readonly apiVersion: string; readonly kind: string },
): JsonObject {
  if (bytes.length === 0) throw StatusError.badRequest('empty data')
  if (!bytes.subarray(0, magic.length).equals(magic))
    throw StatusError.badRequest(
      `provided data does not appear to be a protobuf message, expected prefix [${[...magic].join(' ')}]`,
    )
  if (bytes.length === magic.length) throw StatusError.badRequest('empty body')
  const { declared, raw } = openEnvelope(bytes.subarray(magic.length))
  const apiVersion = textOf(declared, 'apiVersion') || expected.apiVersion
  const kind = textOf(declared, 'kind') || expected.kind
  const body = messageOf(apiVersion, kind)
  if (!body)
    throw StatusError.badRequest(
      `no kind "${kind}" is registered for version "${apiVersion}" in scheme "apiserver-kit"`,
    )
  return { apiVersion, kind, ...decodeMessage(body, raw) }
}

/** Whether objects of a kind can be sent and answered as protobuf. */
export const hasProtobufForm = (apiVersion: string, kind: string): boolean => messageOf(apiVersion, kind) !== undefined

function openEnvelope(bytes: Buffer): { declared: JsonObject; raw: Buffer } {
  let declared: JsonObject = {}
  let raw: Buffer = Buffer.alloc(0)
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const { field, type } = reader.tag('Unknown')
    const known = field === envelope.typeMeta || field === envelope.raw
    if (known && type !== wireType.bytes) throw wrongWireType(type, field === envelope.raw ? 'Raw' : 'TypeMeta')
    if (field === envelope.typeMeta) declared = { ...declared, ...decodeMessage(typeMeta, reader.bytes()) }
    else if (field === envelope.raw) raw = reader.bytes()
    else reader.skip(type)
  }
  return { declared, raw }
}
