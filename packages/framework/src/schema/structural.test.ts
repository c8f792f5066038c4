import { expect } from 'chai'
import type { TSchema } from '@sinclair/typebox'
import { field } from '../meta/field-error.ts'
import type { KubeObject } from '../meta/object.ts'
import type { JsonObject } from '../util/json.ts'
import { defineKind, type KindDefinition } from './kind.ts'
import { compileKind, type CompiledKind } from './structural.ts'
import { Enum, Type } from './type-helpers.ts'

function thing(schema: TSchema, more: Partial<KindDefinition> = {}): CompiledKind {
  return compileKind(
    defineKind({ group: 'example.com', version: 'v1', kind: 'Thing', plural: 'things', ...more, schema }),
  )
}

const object = (members: JsonObject): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'a' },
  ...members,
})

function defaulted(kind: CompiledKind, members: JsonObject): JsonObject {
  const one = object(members)
  kind.default(one)
  const { apiVersion: _a, kind: _k, metadata: _m, ...rest } = one as KubeObject & JsonObject
  return rest
}

const raw = (schema: JsonObject): TSchema => schema as unknown as TSchema

describe('compileKind', () => {
  it('compiles a kind once', () => {
    const { kind } = thing(Type.Object({}))
    expect(compileKind(kind)).to.equal(compileKind(kind))
  })

  it('refuses what schemas of Kubernetes cannot say, with the place', () => {
    expect(() => thing(Type.Object({ a: Type.Object({ b: Type.Tuple([Type.String()]) }) }))).to.throw(TypeError, '.a.b')
    expect(() => thing(raw({ properties: { a: { $ref: '#/x' } } }))).to.throw(TypeError, '.a: $ref')
    expect(() => thing(raw({ properties: { a: { type: 'text' } } }))).to.throw(TypeError, 'text')
  })
})

describe('CompiledKind.default', () => {
  const inner = Type.Object({ level: Type.Integer({ default: 3 }) }, { default: {} })
  it('fills in defaults from the outside in, and copies of them', () => {
    const kind = thing(Type.Object({ spec: inner, map: Type.Optional(Type.Map(inner)), list: Type.Array(inner) }))
    expect(defaulted(kind, { map: { a: {} }, list: [{}, { level: 1 }, null] })).to.deep.equal({
      spec: { level: 3 },
      map: { a: { level: 3 } },
      list: [{ level: 3 }, { level: 1 }, { level: 3 }],
    })
    const shared = thing(Type.Object({ tags: Type.Array(Type.String(), { default: ['a'] }) }))
    expect(defaulted(shared, {}).tags).not.to.equal(defaulted(shared, {}).tags)
  })

  it('replaces null by the default, drops it where there is none, keeps it where it is a value', () => {
    const kind = thing(
      Type.Object({
        a: Type.String({ default: 'x' }),
        b: Type.Optional(Type.String()),
        c: Type.Optional(Type.Nullable(Type.String({ default: 'x' }))),
        d: Type.Optional(Type.Map(Type.String())),
        e: Type.Optional(Type.Array(Type.String())),
        f: Type.Optional(Type.Preserved()),
      }),
    )
    expect(defaulted(kind, { a: null, b: null, c: null, d: { k: null }, e: [null], f: { g: null } })).to.deep.equal({
      a: 'x',
      c: null,
      d: {},
      e: [null],
      f: { g: null },
    })
  })

  it('keeps null without a default for validation to refuse, when told to', () => {
    const inner = Type.Object({ a: Type.String({ default: 'x' }), b: Type.Optional(Type.String()) })
    const kind = thing(Type.Object({ one: inner, list: Type.Array(inner), map: Type.Map(Type.String()) }))
    const nulls = { a: null, b: null }
    const one = object({ one: { ...nulls }, list: [{ ...nulls }], map: { k: null } })
    kind.default(one, true)
    const { one: single, list, map } = one as KubeObject & JsonObject
    expect({ single, list, map }).to.deep.equal({
      single: { a: 'x', b: null },
      list: [{ a: 'x', b: null }],
      map: { k: null },
    })
  })

  it('lets the author finish, then omits what is empty', () => {
    const kind = thing(
      Type.Object({ spec: Type.Object({ a: Type.Optional(Type.String()), b: Type.Optional(Type.String()) }) }),
      {
        omitEmpty: true,
        setDefaults: (one) => {
          const { spec } = one as KubeObject & { spec: JsonObject }
          spec.a ??= 'from the author'
          spec.b ??= ''
        },
      },
    )
    expect(defaulted(kind, { spec: {} })).to.deep.equal({ spec: { a: 'from the author' } })
  })

  it('omits zero values of optional members only', () => {
    const members = {
      s: Type.String(),
      n: Type.Integer(),
      b: Type.Boolean(),
      l: Type.Array(Type.String()),
      m: Type.Map(Type.String()),
    }
    const zeros: JsonObject = { s: '', n: 0, b: false, l: [], m: {} }
    const optional = Type.Partial(Type.Object(members))
    const kind = (schema: TSchema): CompiledKind =>
      thing(Type.Object({ spec: schema, o: Type.Optional(Type.Object({ x: Type.Integer() })) }), { omitEmpty: true })
    expect(defaulted(kind(optional), { spec: { ...zeros } })).to.deep.equal({ spec: {} })
    expect(defaulted(kind(Type.Object(members)), { spec: { ...zeros } })).to.deep.equal({ spec: zeros })
    expect(defaulted(kind(optional), { spec: { s: '0', n: 1 }, o: {} })).to.deep.equal({
      spec: { s: '0', n: 1 },
      o: {},
    })
  })

  it('treats __proto__ as any other key', () => {
    const kind = thing(Type.Object({ spec: Type.Map(Type.Object({ a: Type.Integer({ default: 1 }) })) }))
    const spec = JSON.parse('{"__proto__":{}}') as JsonObject
    expect(JSON.stringify(defaulted(kind, { spec }))).to.equal('{"spec":{"__proto__":{"a":1}}}')
  })
})

describe('CompiledKind.prune', () => {
  it('drops unknown members at every depth and names them', () => {
    const kind = thing(
      Type.Object({
        spec: Type.Object({
          list: Type.Array(Type.Object({ a: Type.String() })),
          map: Type.Map(Type.Object({ a: Type.String() })),
        }),
      }),
    )
    const one = object({ zzz: 1, spec: { x: 1, list: [{ a: '', b: 1 }], map: { k: { a: '', b: { c: 1 } } } } })
    expect(kind.prune(one)).to.deep.equal(['spec.list[0].b', 'spec.map.k.b', 'spec.x', 'zzz'])
    expect(one).to.deep.equal(object({ spec: { list: [{ a: '' }], map: { k: { a: '' } } } }))
  })

  it('keeps what is preserved, but looks inside declared members of it', () => {
    const known = { type: 'object', properties: { a: { type: 'integer' } } }
    const kind = thing(
      raw({
        properties: {
          any: { 'x-kubernetes-preserve-unknown-fields': true },
          extra: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known } },
          open: { type: 'object', additionalProperties: true },
          template: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: known } },
        },
      }),
    )
    const one = object({
      any: { x: [{ y: 1 }] },
      extra: { other: { z: 1 }, known: { a: 1, b: 1 } },
      open: { x: { y: 1 } },
      template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'n' }, spec: { a: 1, b: 1 }, status: {} },
    })
    expect(kind.prune(one)).to.deep.equal(['extra.known.b', 'template.spec.b', 'template.status'])
  })

  it('keeps the members of unions and intersections', () => {
    const kind = thing(
      Type.Object({
        either: Type.Union([
          Type.Object({ type: Type.Literal('a'), a: Type.String() }),
          Type.Object({ type: Type.Literal('b'), b: Type.Object({ c: Type.String() }) }),
        ]),
        both: Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.Unknown() })]),
      }),
    )
    const one = object({ either: { type: 'b', b: { c: '', d: 1 }, e: 1 }, both: { a: '', b: { any: 1 }, c: 1 } })
    expect(kind.prune(one)).to.deep.equal(['both.c', 'either.b.d', 'either.e'])
    expect(kind.validate(one).errors).to.deep.equal([])
  })
})

describe('CompiledKind.validate', () => {
  const withRules = Type.Object({
    spec: Type.Object(
      { color: Enum(['red']), size: Type.Optional(Type.Integer({ minimum: 1 })) },
      { 'x-kubernetes-validations': [{ rule: 'self.color != ""' }] },
    ),
    status: Type.Optional(Type.Object({ phase: Enum(['Ready']), n: Type.Optional(Type.Integer({ minimum: 0 })) })),
  })
  const unchecked =
    '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

  it('says that rules were not checked after errors that keep them from running, not after others', () => {
    const kind = thing(withRules)
    const texts = (spec: JsonObject): string[] => kind.validate(object({ spec })).errors.map(String)
    expect(texts({ color: 'blue' }))
      .to.have.length(2)
      .and.include(unchecked)
    expect(texts({})).to.include(unchecked)
    expect(texts({ color: 'red', size: 0 })).to.deep.equal([
      'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    ])
  })

  it('counts errors found before, and says nothing where there are no rules', () => {
    const prior = [field.required('metadata.name')]
    const one = object({ spec: { color: 'red' } })
    expect(thing(withRules).validate(one, undefined, prior).errors.map(String)).to.deep.equal([unchecked])
    expect(thing(Type.Object({ spec: Type.Object({}) })).validate(one, undefined, prior).errors).to.deep.equal([])
  })

  it('asks the rules of another kind or version, but not the schema, as Go does', () => {
    const kind = thing(withRules)
    const other = { ...object({ spec: {} }), kind: 'Foo', apiVersion: 'x.io/v1' }
    expect(kind.validate(other).errors.map(String)).to.deep.equal([
      'kind: Invalid value: "Foo": must be Thing',
      'apiVersion: Invalid value: "x.io/v1": must be example.com/v1',
      'spec: Invalid value: "object": no such key: color evaluating rule: self.color != ""',
    ])
  })

  it('takes a null for a status where there was none', () => {
    const nothing = object({ spec: { color: 'red' } })
    const one = object({ spec: { color: 'red' }, status: null })
    expect(thing(withRules).validateStatus(one, nothing).errors).to.deep.equal([])
    const was = object({ spec: { color: 'red' }, status: { phase: 'Ready' } })
    expect(thing(withRules).validateStatus(one, was).errors.map(String)).to.include(
      'status: Invalid value: "null":  in body must be of type object: "null"',
    )
  })

  it('judges a status alone with paths shortened inside messages only', () => {
    const one = object({ spec: { color: 'no' }, status: { phase: 'Sleepy', n: -1 } })
    const { errors } = thing(withRules).validateStatus(one, object({ spec: { color: 'no' } }))
    expect(errors.map(String)).to.deep.equal([
      'status.phase: Unsupported value: "Sleepy": supported values: "Ready"',
      'status.n: Invalid value: -1: n in body should be greater than or equal to 0',
      unchecked,
    ])
  })
})
