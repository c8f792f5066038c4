import { expect } from 'chai'
import { TimeBudget } from './time-budget.ts'

describe('TimeBudget', () => {
  it('gives 100 ms at most, refilled by 50 ms a second, and takes back what was not used', () => {
    let nowMs = 1000
    const budget = new TimeBudget(() => nowMs)
    expect(budget.take()).to.equal(100)
    expect(budget.take()).to.equal(0)
    nowMs += 1000
    expect(budget.take()).to.equal(50)
    budget.giveBack(30)
    expect(budget.take()).to.equal(30)
    nowMs += 60_000
    expect(budget.take()).to.equal(100)
    budget.giveBack(500)
    expect(budget.take()).to.equal(100)
    budget.giveBack(-5)
    expect(budget.take()).to.equal(0)
  })
})
