import { expect } from 'chai'
import fc from 'fast-check'
import { canonical, type JsonObject } from '../util/json.ts'
import { objectText } from './object-text.ts'

const entry = fc.record(
  {
    manager: fc.string(),
    operation: fc.constantFrom('Apply', 'Update'),
    time: fc.constant('2026-01-01T00:00:00Z'),
    fieldsV1: fc.dictionary(fc.string(), fc.constant({})),
    apiVersion: fc.string(),
    subresource: fc.constantFrom(undefined, 'status'),
  },
  { requiredKeys: ['operation'] },
)
const object = fc.record({
  apiVersion: fc.constant('example.com/v1'),
  kind: fc.constant('Thing'),
  metadata: fc.record(
    {
      name: fc.string(),
      annotations: fc.dictionary(fc.string(), fc.string()),
      labels: fc.dictionary(fc.string(), fc.string()),
      managedFields: fc.array(entry),
      uid: fc.string(),
      resourceVersion: fc.constant('7'),
    },
    { requiredKeys: [] },
  ),
  spec: fc.jsonValue(),
})

describe('objectText', () => {
  it('is the canonical text of the members', () => {
    fc.assert(
      fc.property(object, (value) => {
        const { resourceVersion: _, managedFields, ...kept } = value.metadata
        const metadata = managedFields?.length ? { ...kept, managedFields } : kept
        const { metadata: text, rest } = objectText(value)
        expect(`{${text.join('')}}`).to.equal(canonical(metadata))
        expect(`{${rest}}`).to.equal(canonical({ spec: value.spec } as JsonObject))
      }),
    )
  })

  it('says where the managed fields stand', () => {
    fc.assert(
      fc.property(object, (value) => {
        const { metadata, managedFields } = objectText(value)
        const { managedFields: entries = [] } = value.metadata
        expect(managedFields?.entries ?? []).to.deep.equal(entries)
        if (managedFields)
          expect(JSON.parse(metadata.join('').slice(managedFields.start, managedFields.end))).to.deep.equal(
            JSON.parse(JSON.stringify(entries)),
          )
      }),
    )
  })
})
