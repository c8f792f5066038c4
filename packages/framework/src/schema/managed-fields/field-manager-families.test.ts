import { expect } from 'chai'
import type { KubeObject, ManagedFieldsEntry } from '../../meta/object.ts'
import type { JsonObject } from '../../util/json.ts'
import { compileAtoms } from './atoms.ts'
import { FieldSet } from './field-set.ts'
import { live, manager, owners, schema, sent, specOf } from './fixture.test.ts'

const old = '2020-01-01T00:00:00Z'
const entry = (name: string, fieldsV1: JsonObject, more: object = {}): ManagedFieldsEntry => ({
  manager: name,
  operation: 'Update',
  apiVersion: 'g/v1',
  time: old,
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
})
const managedFields = [entry('one', { 'f:spec': { '.': {}, 'f:a': {}, 'f:b': {} } })]

const stored = (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, uid: 'u' } })

describe('FieldManager, where families of servers differ', () => {
  it('is reset by an empty list too where that is said', () => {
    const fields = manager({ emptyListResets: true })
    const before = live({ a: '1' }, { managedFields })
    const reset = fields.update(before, live({ a: '1' }, { managedFields: [] }), 'one')
    expect(reset.metadata).not.to.have.property('managedFields')
    expect(owners(fields.update(before, live({ a: '1' }), 'one'))).to.have.property('one Update')
  })

  it('takes what its endpoint does not write from managers in versions of which that is not said', () => {
    const type = compileAtoms(schema, true)
    const versions = { 'g/v1': type, 'g/v2': type }
    const main = manager({ resetFields: (v) => (v === 'g/v1' ? FieldSet.of(['f:status']) : undefined) }, versions)
    const status = { status: { phase: 'x' } }
    const both = ['g/v1', 'g/v2'].map((apiVersion) => ({
      ...entry('one', { 'f:status': { 'f:phase': {} } }),
      apiVersion,
    }))
    const updated = main.update({ ...live({ a: '1' }, { managedFields: both }), ...status }, live({ a: '1' }), 'two')
    expect(owners(updated)).to.deep.equal({ 'one Update': ['.status.phase'] })
  })

  it('leaves an emptied list to who gave it, empty', () => {
    const shared = stored(
      manager().apply(
        stored(manager().update(undefined, sent({ set: [], parts: [] }), 'upd')),
        sent({ set: ['s'], parts: [{ name: 'p' }], a: '1' }),
        'one',
        false,
      ),
    )
    const emptied = manager().apply(shared, sent({ a: '1' }), 'one', false)
    expect(specOf(emptied)).to.deep.equal({ set: [], parts: [], a: '1' })
    expect(owners(emptied)).to.deep.equal({
      'one Apply': ['.spec.a'],
      'upd Update': ['.spec', '.spec.parts', '.spec.set'],
    })
  })
})
