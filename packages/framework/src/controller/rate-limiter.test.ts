import { expect } from 'chai'
import {
  BucketRateLimiter,
  ExponentialFailureRateLimiter,
  FastSlowRateLimiter,
  MaxOfRateLimiter,
  MaxWaitRateLimiter,
} from './rate-limiter.ts'

const times = (count: number, when: () => number): number[] => Array.from({ length: count }, when)

describe('RateLimiter', () => {
  it('grows by two up to its limit', () => {
    const limiter = new ExponentialFailureRateLimiter(5, 30)
    expect(times(5, () => limiter.when('a'))).to.deep.equal([5, 10, 20, 30, 30])
    expect(limiter.when('b')).to.equal(5)
    limiter.forget('a')
    expect(limiter.when('a')).to.equal(5)
  })

  it('gives a burst at once and then one after the other, whatever the key', () => {
    const limiter = new BucketRateLimiter(10, 3)
    const waits = times(5, () => limiter.when())
    expect(waits.slice(0, 3)).to.deep.equal([0, 0, 0])
    expect(waits[3]).to.be.within(90, 100)
    expect(waits[4]).to.be.within(190, 200)
  })

  it('is fast and then slow', () => {
    const limiter = new FastSlowRateLimiter({ fastMs: 1, slowMs: 100, maxFastAttempts: 2 })
    expect(times(4, () => limiter.when('a'))).to.deep.equal([1, 1, 100, 100])
    expect(limiter.numRequeues('a')).to.equal(4)
    limiter.forget('a')
    expect(limiter.when('a')).to.equal(1)
  })

  it('takes the longest of several, and no more than a limit', () => {
    const exponential = new ExponentialFailureRateLimiter(5, 1000)
    const fastSlow = new FastSlowRateLimiter({ fastMs: 8, slowMs: 50, maxFastAttempts: 2 })
    const limiter = new MaxWaitRateLimiter(new MaxOfRateLimiter(exponential, fastSlow), 60)
    expect(times(6, () => limiter.when('a'))).to.deep.equal([8, 10, 50, 50, 60, 60])
    expect(limiter.numRequeues('a')).to.equal(6)
    limiter.forget('a')
    expect(exponential.numRequeues('a') + fastSlow.numRequeues('a')).to.equal(0)
  })
})
