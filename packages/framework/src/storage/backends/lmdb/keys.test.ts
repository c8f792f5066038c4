import { expect } from 'chai'
import fc from 'fast-check'
import { StorageError } from '../../storage-error.ts'
import { encodeBorder, encodeKey, maxKeyBytes, rangeTest } from './keys.ts'

const text = fc.string({
  unit: fc.constantFrom('a', 'b', '\u0001', 'ä', '\ud7ff', '\ue000', '\uffee', '\u{1f600}'),
  maxLength: 4,
})

describe('rangeTest', () => {
  it('orders as the bytes of UTF-8 do', () => {
    fc.assert(
      fc.property(text, text, text, (start, end, key) => {
        const bytes = Buffer.from(key)
        const inside = bytes.compare(Buffer.from(start)) >= 0 && bytes.compare(Buffer.from(end)) < 0
        expect(rangeTest(start, end)(key)).to.equal(inside)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('encodeKey', () => {
  const codeOf = (key: string): string | undefined => {
    try {
      encodeKey(key)
      return undefined
    } catch (error) {
      return error instanceof StorageError ? error.code : 'another'
    }
  }

  it('refuses what cannot be a key', () => {
    for (const key of ['', 'a\0b', '\0', 'a\ud800', '\udc00b'])
      expect(codeOf(key), JSON.stringify(key)).to.equal('InvalidObject')
    expect(codeOf('a'.repeat(maxKeyBytes + 1))).to.equal('TooLarge')
    expect(codeOf('ä'.repeat(maxKeyBytes))).to.equal('TooLarge')
    for (const key of ['a', '\u{1f600}', 'a'.repeat(maxKeyBytes)]) expect(codeOf(key)).to.equal(undefined)
  })
})

describe('encodeBorder', () => {
  it('keeps the order to every key, however long the border is', () => {
    const long = 'a'.repeat(3000)
    expect(encodeBorder(long).compare(encodeKey('a'.repeat(maxKeyBytes)))).to.equal(1)
    expect(encodeBorder(long).compare(encodeKey('b'))).to.equal(-1)
    expect(encodeBorder('')).to.deep.equal(Buffer.from([0]))
  })
})
