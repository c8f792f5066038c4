import { constants, gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { compress, GzipStream, gzipThresholdBytes, isWorthCompressing } from './gzip.ts'

describe('isWorthCompressing', () => {
  const large = gzipThresholdBytes + 1

  it('holds for what is larger than 128 KiB where the client takes gzip', () => {
    for (const header of ['gzip', 'deflate, gzip', 'br , gzip ,deflate'])
      expect(isWorthCompressing(large, header), header).to.equal(true)
  })

  it('holds for nothing else', () => {
    for (const header of [undefined, '', 'gzip;q=1', 'x-gzip', 'GZIP', 'br', '*'])
      expect(isWorthCompressing(large, header), header).to.equal(false)
    expect(isWorthCompressing(gzipThresholdBytes, 'gzip')).to.equal(false)
  })
})

describe('compress', () => {
  it('writes gzip at the fastest level', () => {
    const body = Buffer.alloc(1000, 'x')
    const zipped = compress(body)
    expect(gunzipSync(zipped).equals(body)).to.equal(true)
    expect(zipped[8], 'the fastest level').to.equal(4)
  })
})

describe('GzipStream', () => {
  it('is one file, of which all that was given can be read at once', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 })), (parts) => {
        const stream = new GzipStream()
        const sent: Buffer[] = []
        for (const [i, part] of parts.entries()) {
          sent.push(stream.flush(Buffer.from(part)))
          const so = gunzipSync(Buffer.concat(sent), { finishFlush: constants.Z_SYNC_FLUSH })
          expect(so.equals(Buffer.concat(parts.slice(0, i + 1)))).to.equal(true)
        }
        expect(gunzipSync(Buffer.concat([...sent, stream.end()])).equals(Buffer.concat(parts))).to.equal(true)
      }),
    )
  })
})
