import { expect } from 'chai'
import type { KubeObject } from '../meta/object.ts'
import { defineKind } from '../schema/kind.ts'
import { Type } from '../schema/type-helpers.ts'
import type { JsonObject } from '../util/json.ts'
import { MemberPath } from './scale-paths.ts'

const replicas = new MemberPath('specReplicasPath', '.spec.replicas', ['spec'])
const deep = new MemberPath('specReplicasPath', '.spec.pool.size', ['spec'])
const object = (members: JsonObject): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'a' },
  ...members,
})

describe('MemberPath', () => {
  it('is a path of members below a root, and nothing else', () => {
    for (const path of ['spec.replicas', '.spec', '.spec.', '.spec[0].size', '.spec.*', '.status.size', '', '..spec.a'])
      expect(() => new MemberPath('specReplicasPath', path, ['spec']), path).to.throw(TypeError, 'specReplicasPath')
  })

  it('knows whether a kind declares it', () => {
    const kind = defineKind({
      group: 'example.com',
      version: 'v1',
      kind: 'Thing',
      plural: 'things',
      schema: Type.Object({ spec: Type.Object({ pool: Type.Object({ size: Type.Int32() }) }) }),
    })
    expect(deep.isDeclaredBy(kind)).to.equal(true)
    expect(replicas.isDeclaredBy(kind)).to.equal(false)
  })

  it('reads numbers and texts, absent ones as nothing', () => {
    expect(replicas.number(object({ spec: { replicas: 3 } }))).to.equal(3)
    expect(replicas.number(object({ spec: {} }))).to.equal(undefined)
    expect(deep.number(object({ spec: { pool: null } }))).to.equal(undefined)
    expect(replicas.string(object({ spec: { replicas: 'a=b' } }))).to.equal('a=b')
    expect(replicas.string(object({}))).to.equal('')
  })

  it('says which type stands in its place', () => {
    expect(() => replicas.number(object({ spec: { replicas: 'x' } }))).to.throw(
      '.spec.replicas accessor error: x is of the type string, expected int64',
    )
    expect(() => deep.number(object({ spec: { pool: [1] } }))).to.throw(
      '.spec.pool.size accessor error: [1] is of the type []interface {}, expected map[string]interface{}',
    )
    expect(() => deep.number(object({ spec: { pool: [null, { b: 'x', a: 1e20 }] } }))).to.throw(
      '.spec.pool.size accessor error: [<nil> map[a:1e+20 b:x]] is of the type []interface {}, expected map[string]interface{}',
    )
    expect(() => replicas.number(object({ spec: { replicas: 1e20 } }))).to.throw(
      '.spec.replicas accessor error: 1e+20 is of the type float64, expected int64',
    )
    expect(() => replicas.string(object({ spec: { replicas: 1.5 } }))).to.throw(
      'is of the type float64, expected string',
    )
  })

  it('sets a member, with what is missing above it, and reads no inherited one', () => {
    const one = object({})
    deep.set(one, 4)
    expect(one).to.deep.equal(object({ spec: { pool: { size: 4 } } }))
    expect(() => {
      deep.set(object({ spec: { pool: 'x' } }), 4)
    }).to.throw('cannot be set')
    const odd = new MemberPath('specReplicasPath', '.spec.toString', ['spec'])
    expect(odd.number(object({ spec: {} }))).to.equal(undefined)
  })

  it('takes from 0 to the largest int32', () => {
    const errors = (value: number | string): string[] =>
      replicas.replicasErrors(object({ spec: { replicas: value } })).map(String)
    expect(errors(0)).to.deep.equal([])
    expect(errors(2147483647)).to.deep.equal([])
    expect(errors(-1)).to.deep.equal(['.spec.replicas: Invalid value: -1: should be a non-negative integer'])
    expect(errors(2147483648)).to.deep.equal([
      '.spec.replicas: Invalid value: 2147483648: should be less than or equal to 2147483647',
    ])
    expect(errors('x')).to.deep.equal([
      '.spec.replicas: Invalid value: 0: .spec.replicas accessor error: x is of the type string, expected int64',
    ])
  })
})
