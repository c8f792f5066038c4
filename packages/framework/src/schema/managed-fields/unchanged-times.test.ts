import { expect } from 'chai'
import type { ManagedFieldsEntry } from '../../meta/object.ts'
import { live } from './fixture.test.ts'
import { keepUnchangedTimes } from './unchanged-times.ts'

const entry = (manager: string, second: number, fieldsV1 = {}): ManagedFieldsEntry => ({
  manager,
  operation: 'Apply',
  apiVersion: 'g/v1',
  time: `2020-01-01T00:00:0${String(second)}Z`,
  fieldsType: 'FieldsV1',
  fieldsV1,
})
const before = [entry('a', 1), entry('b', 2)]
const timesAfter = (after: ManagedFieldsEntry[], a = '1'): (string | undefined)[] => {
  const object = live({ a }, { managedFields: after })
  keepUnchangedTimes(live({ a: '1' }, { managedFields: before }), object)
  return (object.metadata.managedFields ?? []).map(
    ({ manager = '', time }) => `${manager} ${String(time?.slice(-3, -1))}`,
  )
}

describe('keepUnchangedTimes', () => {
  it('takes back times that are all that a write changed', () => {
    expect(timesAfter([entry('a', 1), entry('b', 3)])).to.deep.equal(['a 01', 'b 02'])
  })

  it('leaves a time that changes the order of the entries', () => {
    expect(timesAfter([entry('b', 2), entry('a', 3)])).to.deep.equal(['b 02', 'a 03'])
  })

  it('leaves what changed in any other way', () => {
    expect(timesAfter([entry('a', 1), entry('b', 3)], '2')).to.deep.equal(['a 01', 'b 03'])
    expect(timesAfter([entry('a', 1), entry('b', 3, { 'f:x': {} })])).to.deep.equal(['a 01', 'b 03'])
    expect(timesAfter([entry('b', 3)])).to.deep.equal(['b 03'])
    expect(timesAfter([entry('a', 1), entry('c', 3)])).to.deep.equal(['a 01', 'c 03'])
  })

  it('begins nothing where there was nothing', () => {
    const object = live({ a: '1' })
    keepUnchangedTimes(live({ a: '1' }), object)
    expect(object.metadata).not.to.have.property('managedFields')
  })
})
