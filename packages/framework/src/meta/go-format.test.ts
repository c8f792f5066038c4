import { expect } from 'chai'
import { floatText, formatGoValue, goText } from './go-format.ts'

describe('floatText', () => {
  it('has an exponent from 1e+06 on and below 1e-04', () => {
    expect([999999.5, 1234567.5, 1e20, 0.0001, 0.00001, 0].map(floatText)).to.deep.equal([
      '999999.5',
      '1.2345675e+06',
      '1e+20',
      '0.0001',
      '1e-05',
      '0',
    ])
  })
})

describe('formatGoValue', () => {
  it('prints integers plainly, and as float64 what no int64 holds', () => {
    expect([5, 1000000, 9007199254740993n, 1e20, 1.5].map(formatGoValue)).to.deep.equal([
      '5',
      '1000000',
      '9007199254740993',
      '1e+20',
      '1.5',
    ])
  })
})

describe('goText', () => {
  it('prints maps and lists as Go does', () => {
    expect(goText({ b: [1, null, 'x y'], a: { c: true, d: {} }, e: [] })).to.equal(
      'map[a:map[c:true d:map[]] b:[1 <nil> x y] e:[]]',
    )
  })
})
