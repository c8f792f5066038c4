import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { compressed, gzipThresholdBytes } from './gzip.ts'

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
