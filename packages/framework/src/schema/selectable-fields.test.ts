import { expect } from 'chai'
import type { KubeObject } from '../meta/object.ts'
import { defineKind } from './kind.ts'
import { selectableFieldsOf } from './selectable-fields.ts'
import { Type } from './type-helpers.ts'

const base = { group: 'example.com', version: 'v1', kind: 'Thing', plural: 'things', schema: Type.Object({}) } as const
const object = {
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'a', namespace: 'ns' },
  spec: { color: 'red', size: 3, active: false, owner: { team: 'x' }, none: null },
} as KubeObject

describe('selectableFieldsOf', () => {
  it('gives name and namespace, and no namespace where there is none', () => {
    expect(selectableFieldsOf(defineKind(base))(object)).to.deep.equal({
      'metadata.name': 'a',
      'metadata.namespace': 'ns',
    })
    expect(selectableFieldsOf(defineKind({ ...base, scope: 'Cluster' }))(object)).to.deep.equal({
      'metadata.name': 'a',
    })
  })

  it('gives declared fields as texts, missing ones empty', () => {
    const selectableFields = [
      '.spec.color',
      '.spec.size',
      '.spec.active',
      '.spec.owner.team',
      '.spec.none',
      '.spec.gone',
    ]
    const {
      'metadata.name': _n,
      'metadata.namespace': _ns,
      ...rest
    } = selectableFieldsOf(defineKind({ ...base, selectableFields }))(object)
    expect(rest).to.deep.equal({
      'spec.color': 'red',
      'spec.size': '3',
      'spec.active': 'false',
      'spec.owner.team': 'x',
      'spec.none': '',
      'spec.gone': '',
    })
  })
})
