import { expect } from 'chai'
import { formatDuration, parseDuration } from './duration.ts'

describe('formatDuration', () => {
  for (const [ms, text] of [
    [612.5, '612.5ms'],
    [1250, '1.25s'],
    [120_500, '2m0.5s'],
    [3_661_000, '1h1m1s'],
  ] as const)
    it(`writes ${text}, which is read again`, () => {
      expect(formatDuration(ms)).to.equal(text)
      expect(parseDuration(text)).to.equal(ms)
    })
})
