import { constants, gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { compressed, GzipStream, gzipThresholdBytes } from './gzip.ts'

describe('compressed', () => {
  const large = Buffer.alloc(gzipThresholdBytes + 1, 'x')

  it('compresses what is larger than 128 KiB for those who take gzip', () => {
    for (const header of ['gzip', 'deflate, gzip', 'br , gzip ,deflate']) {
      const zipped = compressed(large, header)
      expect(zipped && gunzipSync(zipped).equals(large), header).to.equal(true)
    }
    expect(compressed(large, 'gzip')?.[8], 'the fastest level').to.equal(4)
  })

  it('leaves everything else as it is', () => {
    for (const header of [undefined, '', 'gzip;q=1', 'x-gzip', 'GZIP', 'br', '*'])
      expect(compressed(large, header), header).to.equal(undefined)
    expect(compressed(large.subarray(1), 'gzip')).to.equal(undefined)
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
