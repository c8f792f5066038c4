import { expect } from 'chai'
import fc from 'fast-check'
import { StatusError } from '../../meta/status.ts'
import { deepEqual, parseJson, stringify, type JsonValue } from '../../util/json.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'

const message = (hex: string): string => {
  try {
    decodeCbor(Buffer.from(hex, 'hex'))
  } catch (error) {
    expect(error).to.be.instanceOf(StatusError)
    expect((error as StatusError).code).to.equal(400)
    return (error as StatusError).message
  }
  throw new Error('nothing was thrown')
}

describe('encodeCbor', () => {
  it('describes itself, sorts keys and carries text as bytes', () => {
    expect(encodeCbor({ bb: 1, a: 'x' }).toString('hex')).to.equal('d9d9f7a24161417842626201')
  })

  it('is read back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(deepEqual(decodeCbor(encodeCbor(value as JsonValue)), value)).to.equal(true)
      }),
    )
    for (const text of ['{"__proto__":{"a":1},"constructor":2}', '[9007199254740993,-9223372036854775808,1.5]'])
      expect(stringify(decodeCbor(encodeCbor(parseJson(text))))).to.equal(text)
  })
})

describe('decodeCbor', () => {
  it('takes text strings too, and bodies that do not describe themselves', () => {
    expect(decodeCbor(Buffer.from('a161616178', 'hex'))).to.deep.equal({ a: 'x' })
    expect(decodeCbor(Buffer.from('d9d9f7a161616178', 'hex'))).to.deep.equal({ a: 'x' })
  })

  it('reads what is tagged', () => {
    for (const [hex, value] of [
      ['c074323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
      ['c11a514b67b0', '2013-03-21T20:04:00Z'],
      ['c1fb41d452d9ec200000', '2013-03-21T20:04:00.5Z'],
      ['d543fbff01', '-_8B'],
      ['d643fbff01', '+/8B'],
      ['d743fbff01', 'fbff01'],
      ['d8646178', 'x'],
    ] as const)
      expect(decodeCbor(Buffer.from(hex, 'hex')), hex).to.equal(value)
  })

  it('answers 400 to what is no JSON', () => {
    for (const hex of [
      '',
      'a1',
      'f7',
      'f97e00',
      'f97c00',
      'c0663230313372',
      'c001',
      'c16161',
      'c249010000000000000000',
      'a10102',
      'd9d9f7a0a0',
      'a2616101616102',
    ])
      expect(message(hex), hex).to.match(/^cbor: |^CBOR/i)
    expect(message('1bffffffffffffffff')).to.equal('cbor: an integer is beyond 64 bits')
    expect(message('a24161014161f6')).to.equal('cbor: found repeat map key "a"')
  })

  it('answers 400 to endless nesting', () => {
    expect(message(`${'81'.repeat(200_000)}80`)).to.equal('cbor: exceeded max depth')
    expect(message(`${'81'.repeat(600)}80`)).to.equal('cbor: exceeded max depth')
  })
})
