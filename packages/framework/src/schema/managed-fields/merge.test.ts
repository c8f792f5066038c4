import { expect } from 'chai'
import fc from 'fast-check'
import type { JsonValue } from '../../util/json.ts'
import { compileAtoms, deduced } from './atoms.ts'
import { specType } from './fixture.test.ts'
import { merge } from './merge.ts'

const set = compileAtoms({ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } }, false)
const merged = (left: JsonValue, right: JsonValue): JsonValue | undefined => merge(specType, left, right)

describe('merge', () => {
  it('takes what the right says and keeps the rest', () => {
    expect(merged({ a: '1', inner: { x: '1' } }, { b: '2', inner: { y: '2' } })).to.deep.equal({
      a: '1',
      b: '2',
      inner: { x: '1', y: '2' },
    })
  })

  it('takes what is atomic from the right', () => {
    expect(merged({ whole: { x: '1' }, args: ['1'] }, { whole: {}, args: ['2'] })).to.deep.equal({
      whole: {},
      args: ['2'],
    })
    expect(merged({ whole: { x: '1' } }, { whole: null })).to.deep.equal({ whole: null })
  })

  it('lets null and empty containers change nothing of what is granular and not empty', () => {
    const left = { labels: { a: '1' }, set: ['a'] }
    expect(merged(left, { labels: null, set: null })).to.deep.equal(left)
    expect(merged(left, { labels: {}, set: [] })).to.deep.equal(left)
    expect(merged({ labels: {} }, { labels: null })).to.deep.equal({ labels: null })
    expect(merged({ a: '1' }, { a: null })).to.deep.equal({ a: null })
  })

  it('merges the items of a key', () => {
    expect(merged({ parts: [{ name: 'p', n: 1 }] }, { parts: [{ name: 'p', tags: { t: '1' } }] })).to.deep.equal({
      parts: [{ name: 'p', n: 1, tags: { t: '1' } }],
    })
  })

  for (const [live, applied, result] of [
    ['abc', 'cza', 'bcza'],
    ['pqr', 'rnp', 'qrnp'],
    ['ab', 'ca', 'cab'],
    ['abc', '', 'abc'],
    ['', 'ba', 'ba'],
    ['abc', 'abc', 'abc'],
    ['ab', 'xy', 'abxy'],
    ['aba', 'b', 'aba'],
    ['aab', 'a', 'ab'],
    ['aab', 'ba', 'ba'],
  ] as const)
    it(`makes ${result} of ${live || 'nothing'} and ${applied || 'nothing'}`, () => {
      expect(merge(set, Array.from(live), Array.from(applied))).to.deep.equal(Array.from(result))
    })

  it('keeps all items once, those of the right in their order', () => {
    const items = fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e', 'f', 'g'))
    fc.assert(
      fc.property(items, items, (left, right) => {
        const result = merge(set, left, right) as string[]
        expect([...result].sort()).to.deep.equal([...new Set([...left, ...right])].sort())
        expect(result.filter((item) => right.includes(item))).to.deep.equal(right)
        const onlyLeft = (all: string[]): string[] => all.filter((item) => !right.includes(item))
        expect(onlyLeft(result)).to.deep.equal(onlyLeft(left))
        expect(merge(set, result, right)).to.deep.equal(result)
      }),
    )
  })

  it('takes the right where kinds differ', () => {
    expect(merged({ any: { x: 1 } }, { any: 'text' })).to.deep.equal({ any: 'text' })
    expect(merged({ any: 'text' }, { any: { x: 1 } })).to.deep.equal({ any: { x: 1 } })
    expect(merged({ any: { x: 1 } }, { any: [1] })).to.deep.equal({ any: [1] })
  })

  it('changes neither side, and says the same said twice', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const left = { v: a as JsonValue }
        const right = { v: b as JsonValue }
        const before = JSON.stringify([left, right])
        const once = merge(deduced, left, right)
        expect(merge(deduced, once, right)).to.deep.equal(once)
        expect(JSON.stringify([left, right])).to.equal(before)
      }),
    )
  })

  it('keeps members of any name', () => {
    const left = JSON.parse('{"__proto__":{"a":1}}') as JsonValue
    const right = JSON.parse('{"__proto__":{"b":2},"x":1}') as JsonValue
    expect(JSON.stringify(merge(deduced, left, right))).to.equal('{"__proto__":{"a":1,"b":2},"x":1}')
  })
})
