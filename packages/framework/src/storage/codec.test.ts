import { expect } from 'chai'
import type { KubeObject } from '../meta/object.ts'
import { JsonCodec } from './codec.ts'
import { StoredItem } from './stored-item.ts'

const fieldsV1 = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f:key-${String(i).padStart(3, '0')}`, {}]))
const object = (spec: object): KubeObject =>
  ({
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: {
      name: 'é',
      annotations: { a: '"managedFields":[' },
      managedFields: [
        { manager: 'm', operation: 'Apply', apiVersion: 'example.com/v1', fieldsType: 'FieldsV1', fieldsV1 },
      ],
    },
    spec,
  }) as KubeObject

describe('JsonCodec.decode', () => {
  const options = { apiVersion: 'example.com/v1', kind: 'Thing', toHub: (value: KubeObject): KubeObject => value }
  const plain = new JsonCodec(options)
  const converting = new JsonCodec({ ...options, fromHub: (value) => ({ ...structuredClone(value) }) })
  const decoded = (codec: JsonCodec, bytes: Buffer): KubeObject => new StoredItem(codec, '/a', bytes, 7).object
  const specs = {
    plain: { b: 1, a: [null, true] },
    date: { at: new Date(0) },
    half: { text: '\ud800' },
    nothing: { a: undefined },
  }

  for (const [name, spec] of Object.entries(specs))
    it(`gives of bytes just made what it gives of bytes that were read: ${name}`, () => {
      for (const [codec, owned] of [
        [plain, false],
        [plain, true],
        [converting, false],
      ] as const) {
        const bytes = codec.encode(object(spec), owned)
        const read = decoded(new JsonCodec(options), Buffer.from(bytes))
        expect(decoded(codec, bytes)).to.deep.equal(read)
        expect(decoded(codec, bytes), 'once more').to.deep.equal(read)
      }
    })

  it('gives its members in one order, made or read, also of a conversion that puts them in another', () => {
    const made: unknown[] = []
    const codec = new JsonCodec({
      ...options,
      fromHub: ({ metadata, ...rest }) => ({ ...rest, status: { is: 'new' }, metadata, spec: { a: made } }) as never,
    })
    const bytes = codec.encode(object({}))
    const first = decoded(codec, bytes) as KubeObject & { spec: { a: unknown } }
    expect(first.spec.a, 'not read').to.equal(made)
    expect(Object.keys(first)).to.deep.equal(Object.keys(decoded(new JsonCodec(options), Buffer.from(bytes))))
  })

  it('does not give twice what may be changed', () => {
    for (const codec of [plain, converting]) {
      const bytes = codec.encode(object({ a: 1 }), true)
      const first = decoded(codec, bytes) as KubeObject & { spec: { a: number } }
      first.spec.a = 2
      expect(decoded(codec, bytes)).to.have.nested.property('spec.a', 1)
    }
  })

  it('keeps nothing of an object that somebody else has', () => {
    const mine = object({ a: 1 }) as KubeObject & { spec: { a: number } }
    const bytes = plain.encode(mine)
    mine.spec.a = 2
    expect(decoded(plain, bytes)).to.have.nested.property('spec.a', 1)
  })
})
