import { expect } from 'chai'
import fc from 'fast-check'
import type { JsonValue } from '../../util/json.ts'
import { compileAtoms, deduced } from './atoms.ts'
import { FieldSet } from './field-set.ts'
import { specType } from './fixture.test.ts'
import { remove } from './remove.ts'
import { toFieldSet } from './to-field-set.ts'

const without = (value: JsonValue, fields: object): JsonValue =>
  remove(specType, value, FieldSet.parse(JSON.stringify(fields)))

describe('remove', () => {
  it('drops members and items, and what is below them', () => {
    const spec = {
      a: '1',
      inner: { x: '1', y: '2' },
      parts: [
        { name: 'p', n: 1 },
        { name: 'q', n: 2 },
      ],
      set: ['s', 't'],
    }
    const fields = {
      'f:a': {},
      'f:inner': { 'f:x': {} },
      'f:parts': { 'k:{"name":"p"}': {}, 'k:{"name":"q"}': { 'f:n': {} } },
      'f:set': { 'v:"s"': {} },
    }
    expect(without(spec, fields)).to.deep.equal({ inner: { y: '2' }, parts: [{ name: 'q' }], set: ['t'] })
  })

  it('finds items whose keys are defaults', () => {
    expect(without({ ports: [{ port: 1 }] }, { 'f:ports': { 'k:{"port":1,"protocol":"TCP"}': {} } })).to.deep.equal({
      ports: [],
    })
  })

  it('leaves empty what loses all it had, and what is atomic as it is', () => {
    const fields = { 'f:labels': { 'f:l': {} }, 'f:whole': { 'f:x': {} }, 'f:args': { 'v:"1"': {} } }
    const rest = { labels: {}, whole: { x: '1' }, args: ['1'] }
    expect(without({ labels: { l: '1' }, whole: { x: '1' }, args: ['1'] }, fields)).to.deep.equal(rest)
  })

  it('leaves null what loses all it had, where null is a value, else empty or, in the end, its default', () => {
    const fields = { 'f:any': { 'f:x': {} }, 'f:maybe': { 'f:x': {} }, 'f:filled': { 'f:x': {} } }
    const map = { type: 'object', additionalProperties: { type: 'string' } }
    const maybe = { ...map, nullable: true }
    const type = compileAtoms(
      { type: 'object', properties: { any: {}, maybe, filled: { ...map, default: { d: '1' } } } },
      false,
    )
    const value = { any: { x: 1 }, maybe: { x: '1' }, filled: { x: '1' } }
    const set = FieldSet.parse(JSON.stringify(fields))
    expect(remove(type, value, set)).to.deep.equal({ any: null, maybe: null, filled: {} })
    expect(remove(type, value, set, true)).to.deep.equal({ any: null, maybe: null, filled: { d: '1' } })
  })

  it('does not change the value given', () => {
    const spec = { parts: [{ name: 'p', n: 1 }] }
    without(spec, { 'f:parts': { 'k:{"name":"p"}': { 'f:n': {} } } })
    expect(spec).to.deep.equal({ parts: [{ name: 'p', n: 1 }] })
  })

  it('takes all fields of a value', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 })
    fc.assert(
      fc.property(object, (value) => {
        const json = { ...value } as JsonValue
        expect(remove(deduced, json, toFieldSet(deduced, json))).to.equal(null)
      }),
    )
  })
})
