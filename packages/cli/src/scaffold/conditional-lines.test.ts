import { expect } from 'chai'
import { conditionalLines } from './conditional-lines.ts'

const template = `first // if:a
second // unless:a
// if:b
  third // if:a
  // end:a is no marker
  // if:a
  fourth
  // end:a
// end:b
  // unless:b> fifth()
  // unless:b>
last // see if: nothing
`

describe('conditionalLines', () => {
  it('keeps what holds, without the markers', () => {
    expect(conditionalLines(template, { a: true, b: true })).to.equal(
      'first\n  third\n  // end:a is no marker\n  fourth\nlast // see if: nothing\n',
    )
    expect(conditionalLines(template, { b: true })).to.equal(
      'second\n  // end:a is no marker\nlast // see if: nothing\n',
    )
  })

  it('takes what is a comment for code where the rest does not hold', () => {
    expect(conditionalLines(template, { a: true })).to.equal('first\n  fifth()\n\nlast // see if: nothing\n')
  })
})
