import { expect } from 'chai'
import fc from 'fast-check'
import type { JsonValue } from '../../util/json.ts'
import { deduced } from './atoms.ts'
import { compare } from './compare.ts'
import { shown, specType } from './fixture.test.ts'
import { toFieldSet } from './to-field-set.ts'

const fields = (spec: JsonValue): string[] => shown(toFieldSet(specType, spec))

describe('toFieldSet', () => {
  it('has leaves, keys of maps and items, but not the structures above them', () => {
    expect(fields({ a: '1', inner: { x: '1' }, labels: { l: '1' }, nested: { n: { m: '1' } } })).to.deep.equal([
      '.a',
      '.inner.x',
      '.labels.l',
      '.nested.n',
      '.nested.n.m',
    ])
    expect(fields({ parts: [{ name: 'p', n: 1 }], set: ['s'] })).to.deep.equal([
      '.parts[name="p"]',
      '.parts[name="p"].n',
      '.parts[name="p"].name',
      '.set[="s"]',
    ])
  })

  it('has keys that are defaults in the path only', () => {
    expect(fields({ ports: [{ port: 1 }] })).to.deep.equal([
      '.ports[port=1,protocol="TCP"]',
      '.ports[port=1,protocol="TCP"].port',
    ])
  })

  it('has what is atomic as one', () => {
    expect(fields({ whole: { x: '1' }, args: ['1'] })).to.deep.equal(['.args', '.whole'])
  })

  it('has null and empty maps, but not empty lists that have items', () => {
    expect(fields({ a: null, labels: {}, inner: null, set: [], parts: null, args: [] })).to.deep.equal([
      '.a',
      '.args',
      '.inner',
      '.labels',
      '.parts',
    ])
  })

  it('has duplicates as one item', () => {
    expect(
      fields({
        parts: [
          { name: 'p', n: 1 },
          { name: 'p', n: 2 },
        ],
      }),
    ).to.deep.equal(['.parts[name="p"]'])
  })

  it('has the fields that are new where there was nothing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const json = { ...value } as JsonValue
        expect(shown(toFieldSet(deduced, json))).to.deep.equal(shown(compare(deduced, {}, json).added))
      }),
    )
  })
})
