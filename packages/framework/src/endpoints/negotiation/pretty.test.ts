import { expect } from 'chai'
import { wantsPretty } from './pretty.ts'

describe('wantsPretty', () => {
  it('follows the query where it says anything', () => {
    for (const query of ['1', 't', 'T', 'true', 'True', 'TRUE']) expect(wantsPretty(query, 'kubectl')).to.equal(true)
    for (const query of ['0', 'false', 'yes', 'tRUE', ' true']) expect(wantsPretty(query, 'curl/8')).to.equal(false)
  })

  it('follows the client else', () => {
    for (const query of [null, ''])
      for (const [userAgent, pretty] of [
        ['curl/8.5.0', true],
        ['Wget/1.21', true],
        ['Mozilla/5.0 (X11)', true],
        ['Mozilla/4.0', false],
        ['kubectl/v1.33 curl', false],
        [undefined, false],
      ] as const)
        expect(wantsPretty(query, userAgent)).to.equal(pretty)
  })
})
