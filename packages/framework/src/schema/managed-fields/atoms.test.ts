import { Type as T } from '@sinclair/typebox'
import { expect } from 'chai'
import { compileAtoms, deduced, objectMeta, type Type } from './atoms.ts'

const compile = (schema: object): Type => compileAtoms(schema, false)
const fieldOf = (type: Type, name: string): Type | undefined => type.map?.fields.get(name)?.type

describe('compileAtoms', () => {
  it('knows scalars', () => {
    expect(compile({ type: 'integer' }).scalar).to.equal('numeric')
    expect(compile({ type: 'number' }).scalar).to.equal('numeric')
    expect(compile({ type: 'boolean' }).scalar).to.equal('boolean')
    expect(compile({ type: 'string' }).scalar).to.equal('string')
    expect(compile({ type: 'string', format: 'byte' }).scalar).to.equal('string')
    expect(compile({ type: 'string', format: 'date-time' }).scalar).to.equal('untyped')
    expect(compile({ type: 'string', format: 'int-or-string' }).scalar).to.equal('untyped')
  })

  it('takes a node without a type for anything', () => {
    const type = compile({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] })
    expect([type.scalar, type.list?.atomic, type.map?.atomic]).to.deep.equal(['untyped', true, false])
    expect(type.map?.elementType).to.equal(deduced)
  })

  it('sees through what TypeBox makes of unions and records', () => {
    expect(compile(T.Union([T.Literal('a'), T.Literal('b')])).scalar).to.equal('string')
    const nullable = compile(T.Union([T.Array(T.String()), T.Null()]))
    expect([nullable.scalar, nullable.map, nullable.list?.elementType.scalar]).to.deep.equal([
      undefined,
      undefined,
      'string',
    ])
    expect(compile({ type: ['string', 'null'] }).scalar).to.equal('string')
    const record = compile(T.Record(T.String(), T.Integer()))
    expect(record.map?.elementType?.scalar).to.equal('numeric')
    const object = compile(T.Object({ a: T.Optional(T.String()) }))
    expect(fieldOf(object, 'a')?.scalar).to.equal('string')
    expect(object.map?.elementType).to.equal(undefined)
  })

  it('knows how lists are owned', () => {
    const items = { type: 'object', properties: { name: { type: 'string' }, a: { type: 'integer', default: 1 } } }
    const list = (more: object): Type['list'] => compile({ type: 'array', items, ...more }).list
    expect(list({})?.atomic).to.equal(true)
    expect(list({ 'x-kubernetes-list-type': 'atomic' })?.atomic).to.equal(true)
    const set = list({ 'x-kubernetes-list-type': 'set' })
    expect([set?.atomic, set?.keys]).to.deep.equal([false, []])
    const map = list({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name', 'a'] })
    expect([map?.atomic, map?.keyNames]).to.deep.equal([false, ['name', 'a']])
    expect(map?.keys.map((key) => [key.name, key.defaultValue])).to.deep.equal([
      ['a', 1],
      ['name', undefined],
    ])
    const strategic = { 'x-kubernetes-patch-strategy': 'merge,retainKeys', 'x-kubernetes-patch-merge-key': 'name' }
    expect(list(strategic)?.keyNames).to.deep.equal(['name'])
    expect(list({ ...strategic, 'x-kubernetes-list-type': 'atomic' })?.atomic).to.equal(true)
    expect(list({ 'x-kubernetes-patch-strategy': 'merge' })?.atomic).to.equal(false)
  })

  it('knows how maps are owned, and what members they may have', () => {
    const map = (more: object): Type['map'] => compile({ type: 'object', ...more }).map
    const properties = { a: { type: 'object', properties: { b: { type: 'string' } } } }
    expect(map({ 'x-kubernetes-map-type': 'atomic' })?.atomic).to.equal(true)
    expect(map({ 'x-kubernetes-map-type': 'granular' })?.atomic).to.equal(false)
    expect(map({})?.elementType).to.equal(deduced)
    expect(map({ properties })?.elementType).to.equal(undefined)
    expect(map({ additionalProperties: false })?.elementType).to.equal(undefined)
    expect(map({ properties, additionalProperties: true })?.elementType).to.equal(deduced)
    expect(map({ additionalProperties: { type: 'string' } })?.elementType?.scalar).to.equal('string')
    const kept = compile({ type: 'object', properties, 'x-kubernetes-preserve-unknown-fields': true })
    expect(kept.map?.elementType).to.equal(deduced)
    expect(fieldOf(kept, 'a')?.map?.elementType).to.equal(deduced)
  })

  it('gives roots and embedded objects the metadata of every object', () => {
    const root = compileAtoms({ properties: { metadata: { type: 'object' }, spec: { type: 'object' } } }, true)
    expect(fieldOf(root, 'metadata')).to.equal(objectMeta)
    expect(fieldOf(root, 'apiVersion')?.scalar).to.equal('string')
    const embedded = compile({ type: 'object', properties: {}, 'x-kubernetes-embedded-resource': true })
    expect(fieldOf(embedded, 'metadata')).to.equal(objectMeta)
    const owners = fieldOf(objectMeta, 'ownerReferences')?.list
    expect([owners?.keyNames, owners?.elementType.map?.atomic]).to.deep.equal([['uid'], true])
    expect(fieldOf(objectMeta, 'finalizers')?.list?.atomic).to.equal(false)
    expect(fieldOf(objectMeta, 'labels')?.map?.atomic).to.equal(false)
  })

  it('knows what is there from the start', () => {
    const properties = {
      spec: { type: 'object', default: {} },
      status: { type: 'object', default: { a: 1 } },
      x: { type: 'object' },
    }
    expect(compileAtoms({ properties }, true).zero).to.deep.equal({ spec: {} })
  })
})
