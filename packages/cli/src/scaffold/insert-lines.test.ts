import { expect } from 'chai'
import { UserError } from '../user-error.ts'
import { insertLines } from './insert-lines.ts'

describe('insertLines', () => {
  it('puts a line before its marker, once', () => {
    const once = insertLines('[\n  a,\n  // apiserver-kit:items\n]\n', 'list.ts', { items: '  b,' })
    expect(once).to.equal('[\n  a,\n  b,\n  // apiserver-kit:items\n]\n')
    expect(insertLines(once, 'list.ts', { items: '  b,' })).to.equal(once)
  })
  it('takes no line for another that it begins', () => {
    expect(insertLines('  new Cat(),\n  // apiserver-kit:items\n', 'list.ts', { items: '  new C' })).to.include(
      '  new C\n',
    )
  })
  it('says what to add by hand when the marker is gone', () => {
    expect(() => insertLines('[]\n', 'list.ts', { items: '  b,' })).to.throw(
      UserError,
      /list\.ts .*apiserver-kit:items[^]* {2}b,/,
    )
  })
})
