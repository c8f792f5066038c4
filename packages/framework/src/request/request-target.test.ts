import { expect } from 'chai'
import fc from 'fast-check'
import { parseRequestTarget, RequestTargetError } from './request-target.ts'

describe('parseRequestTarget', () => {
  for (const [url, path, query] of [
    ['/a/b?x=1&x=2', '/a/b', 'x=1&x=2'],
    ['/a%20b', '/a b', ''],
    ['/a?b?c', '/a', 'b%3Fc='],
    ['/a#b?c', '/a', ''],
    ['/a?b=1;c=2&d=%3B&e=%zz&%=f&g=%&h=%4', '/a', 'd=%3B'],
    ['http://host/a?b=c', '/a', 'b=c'],
    ['https://user@host:1', '/', ''],
    ['https://host?b=c', '/', 'b=c'],
    ['//host/a', '//host/a', ''],
    ['*', '*', ''],
  ] as const)
    it(`reads ${url}`, () => {
      const target = parseRequestTarget(url)
      expect([target.path, target.query.toString()]).to.deep.equal([path, query])
    })

  for (const url of ['', 'a/b', '/%', '/%zz', '/%ff'])
    it(`refuses ${JSON.stringify(url)}`, () => expect(() => parseRequestTarget(url)).to.throw(RequestTargetError))

  it('throws nothing but RequestTargetError', () =>
    fc.assert(
      fc.property(fc.string(), (url) => {
        try {
          parseRequestTarget(url)
        } catch (error) {
          expect(error).to.be.instanceOf(RequestTargetError)
        }
      }),
    ))
})
