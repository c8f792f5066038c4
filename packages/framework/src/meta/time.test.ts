import { expect } from 'chai'
import { rfc3339 } from './time.ts'

describe('rfc3339', () => {
  it('writes whole seconds of UTC, of now or of the moment given', () => {
    const now = Date.now()
    const written = Date.parse(rfc3339())
    expect(written).to.be.within(now - 1000, Date.now())
    for (const text of [
      '2020-02-29T23:59:59Z',
      '1969-12-31T23:59:59Z',
      '2020-02-29T23:59:59Z',
      '0001-01-01T00:00:00Z',
    ]) {
      expect(rfc3339(new Date(text))).to.equal(text)
      expect(rfc3339(new Date(Date.parse(text) + 999))).to.equal(text)
    }
    expect(Date.parse(rfc3339())).to.be.within(now - 1000, Date.now())
    expect(() => rfc3339(new Date(NaN))).to.throw(RangeError)
  })
})
