import { expect } from 'chai'
import { sampleText } from './sample-text.ts'

describe('sampleText', () => {
  for (const pattern of [
    '^[0-9]{4}$',
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    '^v[0-9]+((alpha|beta)[0-9]+)?$',
    '^(?:\\d{1,3}\\.){3}\\d{1,3}/\\d+$',
    '^[^a]$',
    '^\\w+\\s=\\s"[^"]*"$',
    '^sha256:[a-f0-9]{64}$',
    '^(red|green)$',
    '^[A-Z][A-Z_]{2,}$',
    '^[+-]?\\d+$',
    '^\\[x\\]$',
    '^a{0}b{2,3}?$',
  ])
    it(`makes a text of ${pattern}`, () => {
      expect(sampleText({ pattern })).to.match(new RegExp(pattern))
    })

  it('keeps to lengths', () => {
    expect(sampleText({ minLength: 6 })).to.have.length(6)
    expect(sampleText({ maxLength: 2 })).to.have.length(2)
    expect(sampleText({ pattern: '^[a-z]*x$', minLength: 9 })).to.match(/^[a-z]{8,}x$/)
  })

  it('knows formats', () => {
    expect(Date.parse(sampleText({ format: 'date-time' }))).to.be.a('number').and.not.NaN
    expect(sampleText({ format: 'of our own' })).to.equal('text')
  })

  it('makes any text where a pattern is too much', () => {
    for (const pattern of ['^(?=a)b$', '^(a)\\1$', '(', '[', '^((x{999}){999}){999}$', '^\\p{Lu}$'])
      expect(sampleText({ pattern }), pattern).to.equal('text')
  })
})
