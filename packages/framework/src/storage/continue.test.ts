import { expect } from 'chai'
import fc from 'fast-check'
import { StatusError } from '../meta/status.ts'
import { continueBelow, decodeContinue, encodeContinue } from './continue.ts'

const prefix = '/registry/things/'
const token = (json: string): string => Buffer.from(json).toString('base64url')
const v1 = (rv: string, start: string): string => token(`{"v":"meta.k8s.io/v1","rv":${rv},"start":${start}}`)

function refusal(text: string): string {
  try {
    decodeContinue(text, prefix)
  } catch (error) {
    expect(error).to.be.instanceOf(StatusError)
    expect((error as StatusError).code).to.equal(400)
    const before = 'invalid continue token: continue key is not valid'
    expect((error as Error).message.startsWith(before)).to.equal(true)
    return (error as Error).message.slice(before.length)
  }
  return 'accepted'
}

describe('encodeContinue', () => {
  it('writes the members in the order of Go, and escapes as Go does', () => {
    const text = Buffer.from(encodeContinue(`${prefix}ns/<a>\0`, prefix, 7), 'base64url').toString()
    expect(text).to.equal('{"v":"meta.k8s.io/v1","rv":7,"start":"ns/\\u003ca\\u003e\\u0000"}')
  })

  it('is read again as what it was', () => {
    const segment = fc.stringMatching(/^[a-z0-9<>&]([-a-z0-9.]*[a-z0-9])?$/)
    fc.assert(
      fc.property(segment, segment, fc.maxSafeNat(), (namespace, name, revision) => {
        const start = `${prefix}${namespace}/${name}\0`
        const given = revision || -1
        expect(decodeContinue(encodeContinue(start, prefix, given), prefix)).to.deep.equal({ start, revision: given })
      }),
    )
  })
})

describe('continueBelow', () => {
  it('makes the token of one namespace one of all', () => {
    const narrow = encodeContinue(`${prefix}ns/a\0`, `${prefix}ns/`, 7)
    expect(continueBelow(narrow, 'ns')).to.equal(encodeContinue(`${prefix}ns/a\0`, prefix, 7))
    expect(continueBelow('', 'ns')).to.equal('')
    expect(continueBelow(narrow, '')).to.equal(narrow)
  })
})

describe('decodeContinue', () => {
  it('tolerates a slash in front', () => {
    expect(decodeContinue(v1('-1', '"/a"'), prefix)).to.deep.equal({ start: `${prefix}a`, revision: -1 })
  })

  const cases: readonly (readonly [token: string, why: string])[] = [
    ['a', ': illegal base64 data at input byte 0'],
    ['!', ': illegal base64 data at input byte 0'],
    [token('null'), ': server does not recognize this encoded version '],
    [token('{}'), ': server does not recognize this encoded version '],
    [token('[]'), ': json: cannot unmarshal array into Go value of type storage.continueToken'],
    [token('"x"'), ': json: cannot unmarshal string into Go value of type storage.continueToken'],
    [token('{"v":5}'), ': json: cannot unmarshal number into Go struct field continueToken.v of type string'],
    [
      token('{"v":"meta.k8s.io/v2","rv":1,"start":"a"}'),
      ': server does not recognize this encoded version meta.k8s.io/v2',
    ],
    [v1('0', '"a"'), ': incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
    [v1('1', '""'), ': encoded start key empty (version meta.k8s.io/v1)'],
    [v1('"x"', '"a"'), ': json: cannot unmarshal string into Go struct field continueToken.rv of type int64'],
    [v1('1.5', '"a"'), ': json: cannot unmarshal number 1.5 into Go struct field continueToken.rv of type int64'],
    [v1('1e2', '"a"'), ': json: cannot unmarshal number 1e2 into Go struct field continueToken.rv of type int64'],
    [
      v1('9223372036854775808', '"a"'),
      ': json: cannot unmarshal number 9223372036854775808 into Go struct field continueToken.rv of type int64',
    ],
    [v1('1', '["a"]'), ': json: cannot unmarshal array into Go struct field continueToken.start of type string'],
    [v1('1', '"../a"'), ': ../a'],
    [v1('1', '"a/../../b"'), ': a/../../b'],
    [v1('1', '"a//b"'), ': a//b'],
    [v1('1', '"a/"'), ': a/'],
  ]
  for (const [text, why] of cases)
    it(`says why it refuses ${JSON.stringify(Buffer.from(text, 'base64url').toString())}`, () => {
      expect(refusal(text)).to.equal(why)
    })
})
