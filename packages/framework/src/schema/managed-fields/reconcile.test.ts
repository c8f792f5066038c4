import { expect } from 'chai'
import { compileAtoms, type Type } from './atoms.ts'
import { FieldSet } from './field-set.ts'
import { shown, specType } from './fixture.test.ts'
import { withNamedFields } from './named-fields.ts'
import { reconcile } from './reconcile.ts'

const set = FieldSet.parse(
  '{"f:list":{".":{},"k:{\\"name\\":\\"a\\"}":{".":{},"f:x":{}}},"f:map":{"f:k":{"f:l":{}}},"f:gone":{"f:x":{}},"f:s":{}}',
)
const typed = (list: object, map: object): Type =>
  compileAtoms(
    {
      type: 'object',
      properties: {
        list: {
          type: 'array',
          items: { type: 'object', properties: { name: { type: 'string' }, x: { type: 'string' } } },
          ...list,
        },
        map: { type: 'object', properties: { k: { type: 'object', properties: { l: { type: 'string' } }, ...map } } },
        s: { type: 'string' },
      },
    },
    false,
  )
const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }

describe('reconcile', () => {
  it('answers the set itself where the schema is as it was', () => {
    expect(reconcile(typed(keyed, {}), set)).to.equal(set)
  })

  it('makes owners of parts owners of what became atomic', () => {
    expect(shown(reconcile(typed({}, {}), set))).to.deep.equal(['.gone.x', '.list', '.map.k.l', '.s'])
    expect(shown(reconcile(typed(keyed, { 'x-kubernetes-map-type': 'atomic' }), set))).to.deep.equal([
      '.gone.x',
      '.list',
      '.list[name="a"]',
      '.list[name="a"].x',
      '.map.k',
      '.s',
    ])
  })

  it('leaves alone what became granular, and maps of which nothing is known', () => {
    const whole = FieldSet.of(['f:list'], ['f:map', 'f:k'])
    expect(reconcile(typed(keyed, {}), whole)).to.equal(whole)
    const free = FieldSet.parse('{"f:any":{"f:x":{"v:1":{}}}}')
    expect(reconcile(specType, free)).to.equal(free)
  })
})

describe('withNamedFields', () => {
  it('adds declared fields on the way to members, not keys of maps or items', () => {
    const fields = FieldSet.parse(
      '{"f:inner":{"f:x":{}},"f:nested":{"f:n":{"f:m":{}}},"f:parts":{"k:{\\"name\\":\\"p\\"}":{"f:tags":{"f:t":{}}}}}',
    )
    expect(shown(withNamedFields(specType, fields))).to.deep.equal([
      '.inner',
      '.inner.x',
      '.nested',
      '.nested.n.m',
      '.parts',
      '.parts[name="p"].tags',
      '.parts[name="p"].tags.t',
    ])
  })

  it('answers the set itself where there is none', () => {
    const fields = FieldSet.of(['f:a'], ['f:unknown', 'f:b'])
    expect(withNamedFields(specType, fields)).to.equal(fields)
  })
})
