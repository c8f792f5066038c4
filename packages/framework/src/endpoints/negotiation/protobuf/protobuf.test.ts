import { expect } from 'chai'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { StatusError } from '../../../meta/status.ts'
import type { JsonObject, JsonValue } from '../../../util/json.ts'
import { decodeProtobuf, encodeProtobuf, frameProtobufEvent } from './index.ts'

/** The messages as another implementation reads them; field numbers from the specification. */
const { root } = protobuf.parse(
  `syntax = "proto2";
  message Unknown { optional TypeMeta typeMeta = 1; optional bytes raw = 2; optional string contentEncoding = 3; optional string contentType = 4; }
  message TypeMeta { optional string apiVersion = 1; optional string kind = 2; }
  message Time { optional int64 seconds = 1; optional int32 nanos = 2; }
  message FieldsV1 { optional bytes Raw = 1; }
  message OwnerReference { optional string kind = 1; optional string name = 3; optional string uid = 4; optional string apiVersion = 5; optional bool controller = 6; optional bool blockOwnerDeletion = 7; }
  message ManagedFieldsEntry { optional string manager = 1; optional string operation = 2; optional string apiVersion = 3; optional Time time = 4; optional string fieldsType = 6; optional FieldsV1 fieldsV1 = 7; optional string subresource = 8; }
  message ObjectMeta { optional string name = 1; optional string generateName = 2; optional string namespace = 3; optional string selfLink = 4; optional string uid = 5; optional string resourceVersion = 6; optional int64 generation = 7; optional Time creationTimestamp = 8; optional Time deletionTimestamp = 9; optional int64 deletionGracePeriodSeconds = 10; map<string, string> labels = 11; map<string, string> annotations = 12; repeated OwnerReference ownerReferences = 13; repeated string finalizers = 14; repeated ManagedFieldsEntry managedFields = 17; }
  message ListMeta { optional string selfLink = 1; optional string resourceVersion = 2; optional string continue = 3; optional int64 remainingItemCount = 4; }
  message StatusCause { optional string reason = 1; optional string message = 2; optional string field = 3; }
  message StatusDetails { optional string name = 1; optional string group = 2; optional string kind = 3; repeated StatusCause causes = 4; optional int32 retryAfterSeconds = 5; optional string uid = 6; }
  message Status { optional ListMeta metadata = 1; optional string status = 2; optional string message = 3; optional string reason = 4; optional StatusDetails details = 5; optional int32 code = 6; }
  message PartialObjectMetadata { optional ObjectMeta metadata = 1; }
  message PartialObjectMetadataList { optional ListMeta metadata = 1; repeated PartialObjectMetadata items = 2; }
  message PartialObjectMetadataListV1Beta1 { repeated PartialObjectMetadata items = 1; optional ListMeta metadata = 2; }
  message Preconditions { optional string uid = 1; optional string resourceVersion = 2; }
  message DeleteOptions { optional int64 gracePeriodSeconds = 1; optional Preconditions preconditions = 2; optional bool orphanDependents = 3; optional string propagationPolicy = 4; repeated string dryRun = 5; }
  message RawExtension { optional bytes raw = 1; }
  message WatchEvent { optional string type = 1; optional RawExtension object = 2; }
  message Verbs { repeated string items = 1; }
  message APIResource { optional string name = 1; optional bool namespaced = 2; optional string kind = 3; optional Verbs verbs = 4; repeated string shortNames = 5; optional string singularName = 6; repeated string categories = 7; optional string group = 8; optional string version = 9; optional string storageVersionHash = 10; }
  message APIResourceList { optional string groupVersion = 1; repeated APIResource resources = 2; }
  `,
  { keepCase: true },
)

type Decoded = Record<string, any>

function read(type: string, bytes: Uint8Array): Decoded {
  const message = root.lookupType(type)
  return message.toObject(message.decode(bytes), { longs: String })
}

/** What the other implementation finds in a body. */
function open(body: Buffer | undefined, type: string): Decoded {
  if (!body) throw new Error('no protobuf form')
  expect(body.subarray(0, 4).toString('latin1')).to.equal('k8s\0')
  const { raw, ...envelope } = read('Unknown', body.subarray(4))
  return { envelope, content: read(type, raw as Uint8Array) }
}

function write(type: string, content: object, typeMeta: object): Buffer {
  const unknown = root.lookupType('Unknown')
  const message = root.lookupType(type)
  const raw = message.encode(message.fromObject(content)).finish()
  return Buffer.concat([Buffer.from('k8s\0'), unknown.encode(unknown.fromObject({ typeMeta, raw })).finish()])
}

const metadata: JsonObject = {
  name: 'a',
  namespace: 'n',
  uid: 'u',
  resourceVersion: '12',
  generation: 9007199254740993n,
  creationTimestamp: '2026-07-23T07:07:48Z',
  deletionTimestamp: '1969-12-31T23:59:59Z',
  deletionGracePeriodSeconds: 0,
  labels: { 'b/c': 'ä', a: '' },
  annotations: { note: 'x'.repeat(300) },
  ownerReferences: [{ apiVersion: 'v1', kind: 'K', name: 'o', uid: 'ou', controller: false }],
  finalizers: ['f/1', 'f/2'],
  managedFields: [
    {
      manager: 'm',
      operation: 'Update',
      apiVersion: 'v1',
      time: '2026-07-23T07:07:48Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:a': {} } },
    },
  ],
}

describe('encodeProtobuf', () => {
  it('writes the bytes that Go writes, zero values and empty envelope fields too', () => {
    const bytes = encodeProtobuf({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 200 })
    expect(bytes?.toString('hex')).to.equal(
      '6b387300' + // k8s\0
        '0a0c0a0276311206537461747573' + // typeMeta: v1, Status
        '1218' + // raw, 24 bytes
        '0a060a0012001a00' + // metadata with three empty strings
        '120753756363657373' + // status
        '1a002200' + // message and reason
        '30c801' + // code
        '1a002200', // contentEncoding and contentType
    )
  })

  it('writes object metadata that another implementation reads', () => {
    const { envelope, content } = open(
      encodeProtobuf({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }),
      'PartialObjectMetadata',
    )
    expect(envelope).to.deep.equal({
      typeMeta: { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' },
      contentEncoding: '',
      contentType: '',
    })
    expect(content['metadata']).to.deep.include({
      name: 'a',
      generateName: '',
      namespace: 'n',
      selfLink: '',
      uid: 'u',
      resourceVersion: '12',
      generation: '9007199254740993',
      creationTimestamp: { seconds: '1784790468', nanos: 0 },
      deletionTimestamp: { seconds: '-1', nanos: 0 },
      deletionGracePeriodSeconds: '0',
      labels: { a: '', 'b/c': 'ä' },
      finalizers: ['f/1', 'f/2'],
      ownerReferences: [{ apiVersion: 'v1', kind: 'K', name: 'o', uid: 'ou', controller: false }],
    })
    const [entry] = content['metadata'].managedFields
    expect(Buffer.from(entry.fieldsV1.Raw).toString()).to.equal('{"f:spec":{"f:a":{}}}')
    expect(entry.subresource).to.equal('')
  })

  it('numbers the members of the two versions of PartialObjectMetadataList differently', () => {
    const list = { kind: 'PartialObjectMetadataList', metadata: { resourceVersion: '5', remainingItemCount: 3 } }
    const items: JsonValue = [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }]
    for (const [apiVersion, type] of [
      ['meta.k8s.io/v1', 'PartialObjectMetadataList'],
      ['meta.k8s.io/v1beta1', 'PartialObjectMetadataListV1Beta1'],
    ] as const) {
      const { content } = open(encodeProtobuf({ ...list, apiVersion, items }), type)
      expect(content['metadata']).to.deep.include({ resourceVersion: '5', remainingItemCount: '3' })
      expect(content['items'].map((i: Decoded) => i['metadata'].name)).to.deep.equal(['a', 'b'])
    }
    const { content } = open(
      encodeProtobuf({ ...list, apiVersion: 'meta.k8s.io/v1', items: null }),
      'PartialObjectMetadataList',
    )
    expect(content).not.to.have.property('items')
  })

  it('writes a whole failure', () => {
    const { status } = StatusError.invalid({ group: 'g', kind: 'K' }, 'n', [])
    const details = { ...status.details, retryAfterSeconds: 2, causes: [{ reason: 'r', message: 'm', field: 'f' }] }
    const { content } = open(encodeProtobuf({ ...status, details }), 'Status')
    expect(content).to.deep.include({ status: 'Failure', reason: 'Invalid', message: status.message, code: 422 })
    expect(content['details']).to.deep.equal({ ...details, uid: '' })
  })

  it('writes discovery documents, with or without an apiVersion', () => {
    const resource = { name: 'widgets', namespaced: true, kind: 'Widget', verbs: ['get', 'list'], shortNames: ['w'] }
    const { content } = open(
      encodeProtobuf({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'g/v1', resources: [resource] }),
      'APIResourceList',
    )
    expect(content).to.deep.equal({
      groupVersion: 'g/v1',
      resources: [
        {
          ...resource,
          verbs: { items: ['get', 'list'] },
          singularName: '',
          group: '',
          version: '',
          storageVersionHash: '',
        },
      ],
    })
    expect(encodeProtobuf({ kind: 'APIGroupList', groups: [] })?.toString('latin1')).to.contain('APIGroupList')
  })

  it('has no form for other kinds', () => {
    expect(encodeProtobuf({ kind: 'Widget', apiVersion: 'example.com/v1', metadata: {} })).to.equal(undefined)
    expect(encodeProtobuf({ kind: 'Status', apiVersion: 'example.com/v1' })).to.equal(undefined)
    expect(encodeProtobuf({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' })).to.equal(undefined)
    expect(encodeProtobuf({ kind: 'constructor', apiVersion: '__proto__' })).to.equal(undefined)
    expect(encodeProtobuf(null)).to.equal(undefined)
  })

  it('is read back as it was', () => {
    const object = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
    expect(decodeProtobuf(encodeProtobuf(object) ?? Buffer.alloc(0), { apiVersion: '', kind: '' })).to.deep.equal(
      object,
    )
    const text = fc.string({ unit: 'grapheme', minLength: 1 })
    const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    fc.assert(
      fc.property(
        fc.dictionary(text, fc.string({ unit: 'grapheme' }), { minKeys: 1 }),
        integer,
        text,
        (labels, count, name) => {
          const safe = BigInt(Number(count)) === count && Number.isSafeInteger(Number(count)) ? Number(count) : count
          const meta = { name, ...(safe === 0 ? {} : { generation: safe }), deletionGracePeriodSeconds: safe, labels }
          const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: meta }
          const bytes = encodeProtobuf(partial) ?? Buffer.alloc(0)
          expect(decodeProtobuf(bytes, { apiVersion: '', kind: '' })).to.deep.equal(partial)
          expect(open(bytes, 'PartialObjectMetadata')['content'].metadata.deletionGracePeriodSeconds).to.equal(
            String(count),
          )
        },
      ),
    )
  })
})

describe('frameProtobufEvent', () => {
  it('puts the length before a bare event whose object is a whole body', () => {
    const object = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
    const frame = frameProtobufEvent('ADDED', object)
    expect(frame.readUInt32BE()).to.equal(frame.length - 4)
    const event = read('WatchEvent', frame.subarray(4))
    expect(event['type']).to.equal('ADDED')
    expect(Buffer.from(event['object'].raw)).to.deep.equal(encodeProtobuf(object))
  })

  it('refuses a kind without a protobuf form', () => {
    expect(() => frameProtobufEvent('ADDED', { kind: 'Widget', apiVersion: 'g/v1' })).to.throw(TypeError)
  })
})

describe('decodeProtobuf', () => {
  const expected = { apiVersion: 'v1', kind: 'DeleteOptions' }
  const message = (bytes: Buffer): string => {
    try {
      decodeProtobuf(bytes, expected)
    } catch (error) {
      expect(error).to.be.instanceOf(StatusError)
      expect((error as StatusError).code).to.equal(400)
      return (error as StatusError).message
    }
    throw new Error('nothing was thrown')
  }
  const enveloped = (raw: number[]): Buffer => Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, raw.length, ...raw])

  it('reads the DeleteOptions that clients send', () => {
    const content = {
      gracePeriodSeconds: '9007199254740993',
      preconditions: { uid: 'u', resourceVersion: '7' },
      orphanDependents: false,
      propagationPolicy: 'Background',
      dryRun: ['All'],
    }
    const body = write('DeleteOptions', content, { apiVersion: 'example.com/v1', kind: 'DeleteOptions' })
    expect(decodeProtobuf(body, expected)).to.deep.equal({
      ...content,
      gracePeriodSeconds: 9007199254740993n,
      apiVersion: 'example.com/v1',
      kind: 'DeleteOptions',
    })
  })

  it('takes the kind expected where none is named', () => {
    expect(decodeProtobuf(enveloped([0x08, 0x00]), expected)).to.deep.equal({ ...expected, gracePeriodSeconds: 0 })
    expect(decodeProtobuf(enveloped([]), expected)).to.deep.equal(expected)
  })

  it('passes over fields that it does not know', () => {
    const unknownFields = [
      0x78, 0x96, 0x01, 0x7a, 0x01, 0xff, 0x7d, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7b, 0x08, 1, 0x7c,
    ]
    expect(decodeProtobuf(enveloped([...unknownFields, 0x18, 0x01]), expected)).to.deep.equal({
      ...expected,
      orphanDependents: true,
    })
  })

  it('merges a message that comes in parts', () => {
    const parts = [0x12, 0x03, 0x0a, 0x01, 0x75, 0x12, 0x03, 0x12, 0x01, 0x37]
    expect(decodeProtobuf(enveloped(parts), expected)['preconditions']).to.deep.equal({
      uid: 'u',
      resourceVersion: '7',
    })
  })

  it('says what is wrong in the words of Go', () => {
    expect(message(Buffer.alloc(0))).to.equal('empty data')
    expect(message(Buffer.from('k8s\0'))).to.equal('empty body')
    const prefix = 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]'
    expect(message(Buffer.from('{"kind":"DeleteOptions"}'))).to.equal(prefix)
    expect(message(Buffer.from('k8'))).to.equal(prefix)
    expect(message(Buffer.from('k8s\0\x12\x05a'))).to.equal('unexpected EOF')
    expect(message(enveloped([0x0a, 0x01, 0x61]))).to.equal('proto: wrong wireType = 2 for field GracePeriodSeconds')
    expect(message(enveloped([0x12, 0x02, 0x08, 0x01]))).to.equal('proto: wrong wireType = 0 for field UID')
    expect(message(enveloped([0x0c]))).to.equal('proto: DeleteOptions: wiretype end group for non-group')
    expect(message(enveloped([0x00, 0x01]))).to.equal('proto: DeleteOptions: illegal tag 0 (wire type 0)')
    expect(message(enveloped([0x7f]))).to.equal('proto: illegal wireType 7')
    expect(message(enveloped(Array.from({ length: 11 }, () => 0xff)))).to.equal('proto: integer overflow')
    expect(message(enveloped([0x22, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]))).to.equal(
      'proto: negative length found during unmarshaling',
    )
  })

  it('does not know other kinds', () => {
    expect(message(write('DeleteOptions', {}, { apiVersion: 'g/v1', kind: 'Widget' }))).to.equal(
      'no kind "Widget" is registered for version "g/v1" in scheme "apiserver-kit"',
    )
  })

  it('keeps __proto__ as a key of labels', () => {
    const entry = [0x0a, 9, ...Buffer.from('__proto__'), 0x12, 1, 0x78]
    const meta = [0x5a, entry.length, ...entry]
    const bytes = enveloped([0x0a, meta.length, ...meta])
    const { metadata: decoded } = decodeProtobuf(bytes, { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' })
    expect(JSON.stringify(decoded)).to.equal('{"labels":{"__proto__":"x"}}')
  })

  it('answers anything with an object or 400', () => {
    const valid = write('DeleteOptions', { preconditions: { uid: 'u' }, dryRun: ['All'] }, expected)
    const mutated = fc
      .array(fc.record({ at: fc.nat(valid.length - 1), byte: fc.nat(255) }), { maxLength: 6 })
      .map((changes) => {
        const bytes = Buffer.from(valid)
        for (const { at, byte } of changes) bytes[at] = byte
        return bytes
      })
    const random = fc.uint8Array({ maxLength: 60 }).map((b) => Buffer.concat([Buffer.from('k8s\0'), b]))
    fc.assert(
      fc.property(fc.oneof(mutated, random), (bytes) => {
        try {
          expect(decodeProtobuf(bytes, expected)).to.be.an('object')
        } catch (error) {
          expect(error).to.be.instanceOf(StatusError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
