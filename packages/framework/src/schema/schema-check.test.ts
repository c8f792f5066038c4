import { expect } from 'chai'
import { defineKind } from './kind.ts'
import { SchemaChecker } from './schema-check.ts'
import { Enum, Type } from './type-helpers.ts'

const kindWith = (spec: object) =>
  defineKind({
    group: 'g.example.com',
    version: 'v1',
    kind: 'Thing',
    plural: 'things',
    schema: Type.Object({ spec: Type.Unsafe(spec) }),
  })

describe('SchemaChecker', () => {
  const checker = new SchemaChecker()

  it('takes what the helpers make', () => {
    const spec = Type.Object({
      size: Type.Int32({ minimum: 1 }),
      mode: Enum(['a', 'b'], { default: 'a' }),
      port: Type.IntOrString(),
      when: Type.Optional(Type.Nullable(Type.Time())),
      parts: Type.ListMap(Type.Object({ name: Type.String() }), ['name']),
      any: Type.Preserved(),
    })
    checker.check(kindWith(spec))
  })
  it('names a keyword that nobody knows', () => {
    expect(() => {
      checker.check(kindWith({ type: 'integer', minimun: 1 }))
    }).to.throw(TypeError, 'the schema of Thing (g.example.com/v1) is wrong: strict mode: unknown keyword: "minimun"')
  })
  it('names a value of the wrong type', () => {
    expect(() => {
      checker.check(kindWith({ type: 'integer', minimum: '1' }))
    }).to.throw(TypeError, 'schema is invalid: data/properties/spec/minimum must be number')
  })
})
