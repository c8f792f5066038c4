import { expect } from 'chai'
import { defineKind } from '../kind.ts'
import { Type } from '../type-helpers.ts'
import { definitionNameOf, kindDefinitions } from './kind-definitions.ts'

const widget = defineKind({
  group: 'shop.example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  description: 'A thing for sale.',
  schema: Type.Object({
    spec: Type.Object({ size: Type.Integer({ description: 'How large.' }) }, { description: 'What is wanted.' }),
    status: Type.Optional(Type.Object({})),
    data: Type.Optional(Type.Map(Type.String())),
  }),
})

describe('kindDefinitions', () => {
  const definitions = kindDefinitions(widget)

  it('names definitions as those of custom resources, or as the kind says', () => {
    expect([...definitions.keys()].sort()).to.deep.equal([
      'com.example.shop.v1.Widget',
      'com.example.shop.v1.WidgetList',
      'com.example.shop.v1.WidgetSpec',
      'com.example.shop.v1.WidgetStatus',
    ])
    expect(definitionNameOf({ ...widget, definitionName: 'io.example.Widget' })).to.equal('io.example.Widget')
    expect(definitionNameOf({ ...widget, group: '' })).to.equal('io.k8s.api.core.v1.Widget')
  })

  it('describes the kind, its objects in definitions of their own', () => {
    const definition = definitions.get('com.example.shop.v1.Widget')
    expect(definition).to.include({ type: 'object', description: 'A thing for sale.' })
    expect(definition?.required).to.deep.equal(['spec'])
    expect(Object.keys(definition?.properties ?? {})).to.deep.equal([
      'apiVersion',
      'data',
      'kind',
      'metadata',
      'spec',
      'status',
    ])
    expect(definition)
      .to.have.nested.property('properties.spec')
      .that.deep.equals({
        description: 'What is wanted.',
        allOf: [{ $ref: '#/components/schemas/com.example.shop.v1.WidgetSpec' }],
      })
    expect(definition?.['x-kubernetes-group-version-kind']).to.deep.equal([
      { group: 'shop.example.com', kind: 'Widget', version: 'v1' },
    ])
    expect(definitions.get('com.example.shop.v1.WidgetSpec')).to.deep.equal({
      description: 'What is wanted.',
      type: 'object',
      properties: { size: { type: 'integer', description: 'How large.' } },
      required: ['size'],
    })
  })

  it('describes the list', () => {
    const list = definitions.get('com.example.shop.v1.WidgetList')
    expect(list).to.have.nested.property(
      'properties.items.items.allOf[0].$ref',
      '#/components/schemas/com.example.shop.v1.Widget',
    )
    expect(list?.['x-kubernetes-group-version-kind']).to.deep.equal([
      { group: 'shop.example.com', kind: 'WidgetList', version: 'v1' },
    ])
  })
})
