import { expect } from 'chai'
import { ResponseWarnings } from './warnings.ts'

const textOf = (line: string): string => line.slice('299 - "'.length, -1)

describe('ResponseWarnings.add', () => {
  it('quotes and says each text once', () => {
    const warnings = new ResponseWarnings()
    for (const text of ['unknown field "spec.x"', 'a\\b', 'unknown field "spec.x"', '']) warnings.add(text)
    expect(warnings.headers()).to.deep.equal(['299 - "unknown field \\"spec.x\\""', '299 - "a\\\\b"'])
  })

  it('leaves out texts with control characters', () => {
    const warnings = new ResponseWarnings()
    for (const text of ['a\nb', 'a\u0000', 'a\u0085b', 'fine']) warnings.add(text)
    expect(warnings.headers()).to.deep.equal(['299 - "fine"'])
  })

  it('gives text beyond ASCII as the Latin-1 form of its UTF-8 bytes', () => {
    const warnings = new ResponseWarnings()
    warnings.add('größe 😀')
    expect(Buffer.from(warnings.headers()[0] ?? '', 'latin1').toString('utf8')).to.equal('299 - "größe 😀"')
  })

  it('cuts every text to 256 characters once 4096 are passed', () => {
    const warnings = new ResponseWarnings()
    for (let i = 0; i < 4; i++) warnings.add(String(i).repeat(1000))
    expect(warnings.headers().map((l) => textOf(l).length)).to.deep.equal([1000, 1000, 1000, 1000])
    warnings.add('x'.repeat(97))
    expect(warnings.headers().map((l) => textOf(l).length)).to.deep.equal([256, 256, 256, 256, 97])
  })

  it('stops at 4096 characters of cut texts', () => {
    const warnings = new ResponseWarnings()
    for (let i = 0; i < 100; i++) warnings.add(`${String(i).padStart(3, '0')}${'x'.repeat(997)}`)
    const lengths = warnings.headers().map((l) => textOf(l).length)
    expect(new Set(lengths)).to.deep.equal(new Set([256]))
    expect(lengths.length).to.equal(16)
  })

  it('does not cut inside a character', () => {
    const warnings = new ResponseWarnings()
    warnings.add('a'.repeat(4090))
    warnings.add('😀'.repeat(300))
    const text = Buffer.from(warnings.headers()[1] ?? '', 'latin1').toString('utf8')
    expect(text).to.equal(`299 - "${'😀'.repeat(256)}"`)
  })
})
