import { expect } from 'chai'
import { forgetKeys, keysOf, listingOnce, settleKeys } from './listed-keys.ts'

const large = (): Record<string, number> =>
  Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key-${String(i)}`, i]))

describe('keysOf', () => {
  it('lists anew outside of listingOnce', () => {
    const map = large()
    expect(keysOf(map)).to.have.length(500)
    map['more'] = 1
    expect(keysOf(map)).to.have.length(501)
  })

  it('lists a large map once within listingOnce, and a small one each time', () => {
    listingOnce(() => {
      const map = large()
      expect(keysOf(map)).to.equal(keysOf(map))
      const small = { a: 1 }
      expect(keysOf(small)).to.not.equal(keysOf(small))
    })
  })

  it('forgets with the end of listingOnce, also of one that failed, and what was changed', () => {
    const map = large()
    const kept = listingOnce(() => keysOf(map))
    expect(keysOf(map)).to.not.equal(kept)
    expect(() =>
      listingOnce(() => {
        keysOf(map)
        throw new Error('no')
      }),
    ).to.throw('no')
    map['more'] = 1
    expect(keysOf(map)).to.include('more')
    listingOnce(() => {
      keysOf(map)
      delete map['more']
      forgetKeys(map)
      expect(keysOf(map)).to.not.include('more')
    })
  })

  it('keeps what is settled for good', () => {
    const map = large()
    const kept = listingOnce(() => {
      const keys = keysOf(map)
      settleKeys(map)
      settleKeys(undefined)
      settleKeys(large())
      return keys
    })
    expect(keysOf(map)).to.equal(kept)
    expect(listingOnce(() => keysOf(map))).to.equal(kept)
  })
})
