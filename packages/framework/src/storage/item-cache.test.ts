import { expect } from 'chai'
import { ItemCache } from './item-cache.ts'
import { StoredItem, type ItemCodec } from './stored-item.ts'

const unasked = (): never => {
  throw new Error('nobody asks')
}
const codec: ItemCodec = {
  encode: () => Buffer.alloc(0),
  decode: () => ({ apiVersion: 'v1', kind: 'Thing', metadata: {} }),
  inHub: () => false,
  spliced: unasked,
  pieces: unasked,
}
const item = (key: string, revision: number, size = 10): StoredItem =>
  new StoredItem(codec, key, Buffer.alloc(size), revision)

describe('ItemCache', () => {
  it('gives an item of the revision asked for, and no other', () => {
    const cache = new ItemCache()
    const two = item('/a', 2)
    cache.add(two)
    expect(cache.get('/a', 2)).to.equal(two)
    expect(cache.get('/a', 1)).to.equal(undefined)
    expect(cache.get('/a', 3)).to.equal(undefined)
    expect(cache.get('/b', 2)).to.equal(undefined)
  })
  it('keeps the newest revision, whichever comes last', () => {
    const cache = new ItemCache()
    const three = item('/a', 3)
    cache.add(three)
    cache.add(item('/a', 2))
    expect(cache.get('/a', 3)).to.equal(three)
    expect(cache.get('/a', 2)).to.equal(undefined)
  })
  it('forgets what nobody asked for while two generations went by', () => {
    const cache = new ItemCache(100)
    const [kept, forgotten] = [item('/kept', 1), item('/forgotten', 2)]
    cache.add(kept)
    cache.add(forgotten)
    for (let n = 0; n < 30; n++) {
      cache.add(item(`/other-${n}`, 3 + n))
      expect(cache.get('/kept', 1), `after ${n}`).to.equal(kept)
    }
    expect(cache.get('/forgotten', 2)).to.equal(undefined)
  })
  it('gives the newest that it has, and nothing of what it was told is gone', () => {
    const cache = new ItemCache(100)
    cache.add(item('/a', 2))
    cache.add(item('/a', 5))
    expect(cache.latest('/a')?.revision).to.equal(5)
    cache.forget('/a')
    expect(cache.latest('/a')).to.equal(undefined)
    cache.add(item('/a', 7))
    for (let n = 0; n < 9; n++) cache.add(item(`/other-${n}`, 8 + n))
    expect(cache.latest('/a')?.revision, 'of the older generation').to.equal(7)
    cache.forget('/a')
    expect(cache.latest('/a')).to.equal(undefined)
  })
  it('takes nothing that is larger than a generation', () => {
    const cache = new ItemCache(100)
    cache.add(item('/large', 1, 101))
    expect(cache.get('/large', 1)).to.equal(undefined)
  })
})
