import { expect } from 'chai'
import fc from 'fast-check'
import { FieldSelector } from '../meta/field-selector.ts'
import { LabelSelector } from '../meta/label-selector.ts'
import type { KubeObject } from '../meta/object.ts'
import { defineKind } from '../schema/kind.ts'
import { selectableFieldsOf } from '../schema/selectable-fields.ts'
import { Type } from '../schema/type-helpers.ts'
import { StoredItem } from '../storage/stored-item.ts'
import { ByteFilter } from './byte-filter.ts'
import { matchesSelectors, selectionPredicate } from './predicate.ts'
import { storedCodec } from './stored-codec.ts'
import { StoredResource } from './stored-resource.ts'

const Paint = defineKind({
  group: 'bytes.example.com',
  version: 'v1',
  kind: 'Paint',
  plural: 'paints',
  schema: Type.PartialObject({
    spec: Type.PartialObject({
      color: Type.String(),
      size: Type.Integer(),
      glossy: Type.Boolean(),
      finish: Type.String({ default: 'matt' }),
    }),
  }),
  selectableFields: ['.spec.color', '.spec.size', '.spec.glossy', '.spec.finish'],
})
class PaintResource extends StoredResource<KubeObject> {
  readonly storageVersion = Paint
}

const codec = storedCodec(new PaintResource())
const filter = new ByteFilter(Paint)
const fieldsOf = selectableFieldsOf(Paint)
let decoded = 0
const itemOf = (object: object): StoredItem =>
  new StoredItem(
    {
      encode: (value) => codec.encode(value),
      inHub: (bytes) => codec.inHub(bytes),
      spliced: (item) => codec.spliced(item),
      pieces: (item) => codec.pieces(item),
      decode: (item) => {
        decoded++
        return codec.decode(item)
      },
    },
    '/a',
    codec.encode(object as KubeObject),
    7,
  )
const paint = (spec: object, labels: Record<string, string> = {}): object => ({
  apiVersion: Paint.apiVersion,
  kind: Paint.kind,
  metadata: { name: 'a', labels },
  spec,
})

const colors = ['red', 're"d', 'bläu', '', '7', 'true', 'matt']
const spec = fc.record(
  {
    color: fc.constantFrom(...colors),
    size: fc.constantFrom(7, 77, -7, 0),
    glossy: fc.boolean(),
    finish: fc.constantFrom('matt', 'silk'),
  },
  { requiredKeys: [] },
)
const labels = fc.record({ app: fc.constantFrom('a', 'b'), tier: fc.constantFrom('a', '') }, { requiredKeys: [] })
const labelTexts = ['', 'app=a', 'app in (a,b)', 'app in (b)', 'tier', '!tier', 'tier=', 'app!=a', 'app=a,tier=a']
const fieldTexts = [
  ...colors.map((color) => `spec.color=${color}`),
  ...['spec.size=7', 'spec.size=07', 'spec.size=-7', 'spec.glossy=true', 'spec.glossy=false', 'spec.glossy='],
  ...['spec.finish=matt', 'spec.finish!=silk', 'spec.color!=red', ''],
]

describe('ByteFilter', () => {
  it('selects what the objects themselves select', () => {
    fc.assert(
      fc.property(spec, labels, fc.constantFrom(...labelTexts), fc.constantFrom(...fieldTexts), (spec, own, l, f) => {
        const item = itemOf(paint(spec, own))
        const [labels, fields] = [LabelSelector.parse(l), FieldSelector.parse(f)]
        const predicate = selectionPredicate(labels, fields, fieldsOf, filter.test(labels, fields))
        expect(predicate.matches(item)).to.equal(matchesSelectors(item.object, labels, fields, fieldsOf))
      }),
      { numRuns: 2000 },
    )
  })

  for (const [labels, fields] of [
    ['app=b', ''],
    ['other', ''],
    ['', 'spec.color=blue'],
    ['', 'spec.size=8'],
    ['', 'spec.glossy=false'],
  ] as const)
    it(`parses nothing that cannot match ${labels}${fields}`, () => {
      decoded = 0
      const [label, field] = [LabelSelector.parse(labels), FieldSelector.parse(fields)]
      const predicate = selectionPredicate(label, field, fieldsOf, filter.test(label, field))
      expect(predicate.matches(itemOf(paint({ color: 'red', size: 7, glossy: true }, { app: 'a' })))).to.equal(false)
      expect(decoded).to.equal(0)
    })

  it('parses what was written in another version', () => {
    const old = Buffer.from(
      codec
        .encode(paint({ color: 'red' }) as KubeObject)
        .toString()
        .replace('/v1', '/v0'),
    )
    expect(codec.inHub(old)).to.equal(false)
  })
})
