import { expect } from 'chai'
import { defineKind, type ObjectOf } from './kind.ts'
import { compileKind } from './structural.ts'
import { checkSchema } from './schema-check.ts'
import { Enum, rules, Type } from './type-helpers.ts'

const Widget = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  definitionName: 'com.example.v1.Widget',
  setDefaults: (widget) => {
    widget.spec.color ??= 'red'
  },
  schema: Type.Object({
    spec: Type.Object({
      color: Type.Optional(Enum(['red', 'blue'])),
      port: Type.IntOrString(),
      parts: Type.ListMap(Type.Object({ name: Type.String() }), ['name']),
      limits: Type.Optional(Type.Map(Type.Quantity())),
      note: Type.Optional(Type.Nullable(Type.String())),
    }),
  }),
})
type Widget = ObjectOf<typeof Widget>

describe('Type', () => {
  it('makes the schemas that CRDs know', () => {
    expect(JSON.parse(JSON.stringify(Widget.schema))).to.deep.include({ type: 'object', required: ['spec'] })
    expect(JSON.parse(JSON.stringify(Type.ListSet(Type.String(), { maxItems: 3 })))).to.deep.equal({
      type: 'array',
      items: { type: 'string' },
      maxItems: 3,
      'x-kubernetes-list-type': 'set',
    })
    expect(JSON.parse(JSON.stringify(Type.Nullable(Type.String({ minLength: 1 }))))).to.deep.equal({
      type: 'string',
      minLength: 1,
      nullable: true,
    })
    expect(JSON.parse(JSON.stringify(Enum(['a', 'b'], { default: 'a' })))).to.deep.equal({
      type: 'string',
      enum: ['a', 'b'],
      default: 'a',
    })
  })

  it('makes objects of which no member is required, rules, conditions and references', () => {
    const Thing = defineKind({
      group: 'example.com',
      version: 'v1',
      kind: 'Thing',
      plural: 'things',
      schema: Type.PartialObject({
        spec: Type.PartialObject(
          { min: Type.Integer(), max: Type.Integer(), owner: Type.ObjectReference({ description: 'Whose it is.' }) },
          rules({ rule: '!has(self.min) || self.min <= self.max', message: 'min may not exceed max' }),
        ),
        status: Type.PartialObject({ conditions: Type.Conditions({ maxItems: 8 }) }),
      }),
    })
    checkSchema(Thing)
    const compiled = compileKind(Thing)
    const conditions = [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Done',
        message: '',
        lastTransitionTime: '2020-01-01T00:00:00Z',
      } as const,
    ]
    const thing: ObjectOf<typeof Thing> = {
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: { name: 'a' },
      spec: { min: 1, max: 2, owner: { kind: 'Widget', name: 'b' } },
      status: { conditions },
    }
    const errors = (object: unknown) => compiled.validate(object as typeof thing).errors.map(String)
    expect(errors(thing)).to.deep.equal([])
    const { spec: _spec, status: _status, ...bare } = thing
    expect(errors(bare)).to.deep.equal([])
    expect(errors({ ...thing, spec: { min: 3, max: 2 } })[0]).to.include('min may not exceed max')
    const wrong = { ...thing, status: { conditions: [{ ...conditions[0], status: 'Yes', reason: '' }] } }
    expect(errors(wrong).join())
      .to.include('status.conditions[0].status: Unsupported value: "Yes"')
      .and.to.include('reason')
    const twice = { ...thing, status: { conditions: [conditions[0], conditions[0]] } }
    expect(errors(twice).join()).to.include('Duplicate value: {"type":"Ready"}')
  })

  it('gives objects their TypeScript types', () => {
    const widget: Widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a' },
      spec: { port: 'http', parts: [{ name: 'x' }], limits: { cpu: '500m' }, note: null },
    }
    Widget.setDefaults?.(widget)
    expect(widget.spec.color).to.equal('red')
    expect(Widget.definitionName).to.equal('com.example.v1.Widget')
  })
})

describe('defineKind', () => {
  const declare = (more: object): (() => unknown) => {
    const base = { group: 'example.com', version: 'v1', kind: 'Widget', plural: 'widgets', schema: Type.Object({}) }
    return () => defineKind({ ...base, ...more })
  }

  it('names the member that is wrong', () => {
    expect(declare({ group: '' })).not.to.throw()
    expect(declare({ group: 'Example.com' })).to.throw(TypeError, 'group of kind Widget')
    expect(declare({ version: 'V1' })).to.throw(TypeError, 'version')
    expect(declare({ plural: 'Widgets' })).to.throw(TypeError, 'plural')
    expect(declare({ kind: 'my widget' })).to.throw(TypeError, 'kind')
    expect(declare({ columns: [{ name: 'X', type: 'string' }] })).to.throw(TypeError, 'columns of kind Widget: X')
  })
})
