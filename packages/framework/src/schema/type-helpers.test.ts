import { expect } from 'chai'
import { defineKind, type ObjectOf } from './kind.ts'
import { Enum, Type } from './type-helpers.ts'

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
