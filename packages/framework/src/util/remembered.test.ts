import { expect } from 'chai'
import { remembered } from './remembered.ts'

describe('remembered', () => {
  const counted = (options?: { most?: number; longest?: number }) => {
    const asked: string[] = []
    const work = remembered((text) => {
      asked.push(text)
      return { text }
    }, options)
    return { asked, work }
  }

  it('works a text out once', () => {
    const { asked, work } = counted()
    expect(work('a')).to.equal(work('a'))
    expect(work('__proto__')).to.deep.equal({ text: '__proto__' })
    expect(asked).to.deep.equal(['a', '__proto__'])
  })

  it('forgets all when there are too many', () => {
    const { asked, work } = counted({ most: 2 })
    for (const text of ['a', 'b', 'a', 'c', 'a']) work(text)
    expect(asked).to.deep.equal(['a', 'b', 'c', 'a'])
  })

  it('keeps no long texts', () => {
    const { asked, work } = counted({ longest: 3 })
    for (const text of ['abc', 'abcd', 'abc', 'abcd']) work(text)
    expect(asked).to.deep.equal(['abc', 'abcd', 'abcd'])
  })

  it('remembers nothing of work that failed', () => {
    let times = 0
    const work = remembered(() => {
      if (++times === 1) throw new Error('not yet')
      return 'done'
    })
    expect(() => work('a')).to.throw('not yet')
    expect(work('a')).to.equal('done')
  })
})
