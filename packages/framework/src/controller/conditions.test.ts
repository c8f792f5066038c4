import { expect } from 'chai'
import {
  findStatusCondition,
  isStatusCondition,
  removeStatusCondition,
  setStatusCondition,
  type Condition,
} from './conditions.ts'

describe('setStatusCondition', () => {
  const old = '2020-01-01T00:00:00Z'
  let conditions: Condition[]
  beforeEach(() => {
    conditions = [{ type: 'Ready', status: 'False', reason: 'Waiting', message: 'for parts', lastTransitionTime: old }]
  })

  it('adds what is new with the time of now', () => {
    expect(setStatusCondition(conditions, { type: 'Synced', status: 'True', reason: 'Done' })).to.equal(true)
    const added = findStatusCondition(conditions, 'Synced')
    expect(added).to.include({ status: 'True', reason: 'Done', message: '' })
    expect(Math.abs(Date.parse(added?.lastTransitionTime ?? '') - Date.now())).to.be.lessThan(5000)
  })

  it('moves the time only where the status changes', () => {
    const update = { type: 'Ready', reason: 'Still', message: 'for parts', observedGeneration: 2 } as const
    expect(setStatusCondition(conditions, { ...update, status: 'False' })).to.equal(true)
    expect(conditions).to.deep.equal([{ ...update, status: 'False', lastTransitionTime: old }])
    expect(setStatusCondition(conditions, { ...update, status: 'False' })).to.equal(false)
    expect(setStatusCondition(conditions, { ...update, status: 'True' })).to.equal(true)
    expect(conditions[0]?.lastTransitionTime).not.to.equal(old)
    expect(setStatusCondition(conditions, { ...update, status: 'Unknown', lastTransitionTime: old })).to.equal(true)
    expect(conditions[0]?.lastTransitionTime).to.equal(old)
  })

  it('is found by type, and removed', () => {
    expect(isStatusCondition(conditions, 'Ready')).to.equal(false)
    expect(isStatusCondition(conditions, 'Ready', 'False')).to.equal(true)
    expect(isStatusCondition(undefined, 'Ready')).to.equal(false)
    expect(removeStatusCondition(conditions, 'Other')).to.equal(false)
    expect(removeStatusCondition(conditions, 'Ready')).to.equal(true)
    expect(conditions).to.deep.equal([])
  })
})
