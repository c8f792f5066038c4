import { expect } from 'chai'
import { defineKind } from './kind.ts'
import { checkSchema } from './schema-check.ts'
import { Enum, Type } from './type-helpers.ts'

const kindWith = (spec: object) =>
  defineKind({
    group: 'g.example.com',
    version: 'v1',
    kind: 'Thing',
    plural: 'things',
    schema: Type.Object({ spec: Type.Unsafe(spec) }),
  })

describe('checkSchema', () => {
  it('takes what the helpers make', () => {
    const spec = Type.Object({
      size: Type.Int32({ minimum: 1 }),
      mode: Enum(['a', 'b'], { default: 'a' }),
      port: Type.IntOrString(),
      when: Type.Optional(Type.Nullable(Type.Time())),
      parts: Type.ListMap(Type.Object({ name: Type.String() }), ['name']),
      any: Type.Preserved(),
    })
    checkSchema(kindWith(spec))
  })
  it('names a keyword that nobody knows', () => {
    expect(() => {
      checkSchema(kindWith({ type: 'integer', minimun: 1 }))
    }).to.throw(
      TypeError,
      'the schema of Thing (g.example.com/v1) is wrong: unknown keyword: "minimun" (data/properties/spec)',
    )
  })
  it('names a value of the wrong type', () => {
    expect(() => {
      checkSchema(kindWith({ type: 'integer', minimum: '1' }))
    }).to.throw(TypeError, 'schema is invalid: data/properties/spec/minimum must be number')
  })
  it('finds them at any depth', () => {
    const wrong: readonly (readonly [object, string])[] = [
      [
        { type: 'object', properties: { a: { type: 'array', items: { maxLenght: 3 } } } },
        '"maxLenght" (data/properties/spec/properties/a/items)',
      ],
      [{ anyOf: [{ type: 'string' }, { pattern: 3 }] }, 'data/properties/spec/anyOf/1/pattern must be string'],
      [
        { type: 'object', additionalProperties: { minItems: -1 } },
        'spec/additionalProperties/minItems must be integer >= 0',
      ],
      [{ type: 'object', required: 'a' }, 'data/properties/spec/required must be array of strings'],
      [{ type: 'string', enum: [] }, 'data/properties/spec/enum must be array with at least one value'],
      [{ type: 'object', properties: { a: 'string' } }, 'data/properties/spec/properties must be object of schemas'],
      [{ type: 'object', 'x-kubernetes-preserve-unknown-fields': 'yes' }, 'must be boolean'],
      [{ type: 'number', multipleOf: 0 }, 'multipleOf must be > 0'],
    ]
    for (const [schema, says] of wrong)
      expect(() => {
        checkSchema(kindWith(schema))
      }, says).to.throw(TypeError, says)
  })
  it('takes a member whose name is that of a keyword', () => {
    checkSchema(kindWith({ type: 'object', properties: { minimun: { type: 'string' }, type: { type: 'string' } } }))
  })
})
