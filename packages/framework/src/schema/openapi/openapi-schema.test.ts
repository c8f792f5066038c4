import { expect } from 'chai'
import { Enum, Type } from '../type-helpers.ts'
import { openApiSchema } from './openapi-schema.ts'
import { swaggerSchema } from './swagger-schema.ts'

describe('openApiSchema', () => {
  it('says what JSON Schema says in the words of OpenAPI 3.0', () => {
    for (const [given, expected] of [
      [Type.Literal('a'), { type: 'string', enum: ['a'] }],
      [Type.Union([Type.Literal('a'), Type.Literal('b')]), { type: 'string', enum: ['a', 'b'] }],
      [Enum(['x'], { default: 'x' }), { default: 'x', type: 'string', enum: ['x'] }],
      [Type.Union([Type.String({ minLength: 1 }), Type.Null()]), { type: 'string', minLength: 1, nullable: true }],
      [Type.Nullable(Type.Integer()), { type: 'integer', nullable: true }],
      [{ type: ['integer', 'null'] }, { type: 'integer', nullable: true }],
      [{ type: ['integer', 'string'] }, { anyOf: [{ type: 'integer' }, { type: 'string' }] }],
      [Type.Null(), { nullable: true }],
      [Type.Number({ exclusiveMinimum: 0 }), { type: 'number', minimum: 0, exclusiveMinimum: true }],
      [Type.Integer({ exclusiveMaximum: 9 }), { type: 'integer', maximum: 9, exclusiveMaximum: true }],
      [Type.Record(Type.String(), Type.Boolean()), { type: 'object', additionalProperties: { type: 'boolean' } }],
      [Type.Map(Type.String()), { type: 'object', additionalProperties: { type: 'string' } }],
      [Type.Array(Type.Any()), { type: 'array', items: {} }],
      [{ type: 'array' }, { type: 'array', items: {} }],
      [
        Type.Union([Type.Array(Type.String()), Type.Null()]),
        { type: 'array', items: { type: 'string' }, nullable: true },
      ],
      [Type.String({ examples: ['a', 'b'] }), { type: 'string', example: 'a' }],
      [Type.IntOrString(), { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true }],
      [Type.Object({}, { additionalProperties: false }), { type: 'object' }],
      [{ $ref: 'elsewhere' }, { 'x-kubernetes-preserve-unknown-fields': true }],
    ] as const)
      expect(openApiSchema(given), JSON.stringify(given)).to.deep.equal(expected)
  })

  it('does not require what has a default', () => {
    const schema = openApiSchema(Type.Object({ a: Type.String({ default: 'x' }), b: Type.String() }))
    expect(schema.required).to.deep.equal(['b'])
  })

  it('keeps what Kubernetes adds', () => {
    const list = Type.ListMap(Type.Object({ name: Type.String() }), ['name'])
    expect(openApiSchema(list)).to.include({ 'x-kubernetes-list-type': 'map' })
    expect(openApiSchema(Type.Object({ a: list }))).to.have.nested.property(
      'properties.a.x-kubernetes-list-map-keys[0]',
      'name',
    )
  })

  it('gives an embedded resource its type and metadata', () => {
    const { properties } = openApiSchema(Type.EmbeddedResource())
    expect(properties).to.have.all.keys('apiVersion', 'kind', 'metadata')
  })

  it('treats a member called __proto__ as any other', () => {
    const schema: unknown = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}')
    expect(JSON.stringify(openApiSchema(schema))).to.contain('"__proto__":{"type":"string"}')
  })
})

describe('swaggerSchema', () => {
  const swagger = (schema: unknown): unknown => swaggerSchema(openApiSchema(schema))

  it('leaves out what OpenAPI v2 cannot say', () => {
    expect(
      swagger(
        Type.Object({
          a: Type.String({ default: 'x', description: 'A' }),
          b: Type.Nullable(Type.Integer({ description: 'B' })),
          c: Type.IntOrString(),
          d: Type.Union([Type.String(), Type.Integer()]),
          e: Type.Array(Type.Number({ default: 1 })),
          f: Type.Map(Type.String({ default: 'x' })),
        }),
      ),
    ).to.deep.equal({
      type: 'object',
      required: ['c', 'd', 'e', 'f'],
      properties: {
        a: { type: 'string', description: 'A' },
        b: { description: 'B' },
        c: { 'x-kubernetes-int-or-string': true },
        d: {},
        e: { type: 'array', items: { type: 'number' } },
        f: { type: 'object', additionalProperties: { type: 'string' } },
      },
    })
  })

  it('describes no members where unknown ones are kept', () => {
    const schema = Type.Object({ a: Type.String() }, { 'x-kubernetes-preserve-unknown-fields': true })
    expect(swagger(schema)).to.deep.equal({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true })
  })

  it('unwraps references, with their descriptions', () => {
    const reference = { description: 'D', default: {}, allOf: [{ $ref: '#/components/schemas/x.Y' }] }
    expect(swaggerSchema(reference)).to.deep.equal({ description: 'D', $ref: '#/definitions/x.Y' })
  })
})
