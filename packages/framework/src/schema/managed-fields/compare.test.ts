import { expect } from 'chai'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../util/json.ts'
import { deduced } from './atoms.ts'
import { compare } from './compare.ts'
import { shown, specType } from './fixture.test.ts'

const differences = (left: JsonValue | undefined, right: JsonValue | undefined): object => {
  const { added, modified, removed } = compare(specType, left, right)
  const all = { added: shown(added), modified: shown(modified), removed: shown(removed) }
  return Object.fromEntries(Object.entries(all).filter(([, paths]) => paths.length))
}

describe('compare', () => {
  it('tells new, changed and removed members apart', () => {
    expect(differences({ a: '1', b: '2' }, { a: '3', size: 1 })).to.deep.equal({
      added: ['.size'],
      modified: ['.a'],
      removed: ['.b'],
    })
    expect(differences({ size: 1 }, { size: 1n })).to.deep.equal({})
  })

  it('names containers that come and go, beside their leaves', () => {
    const spec: JsonObject = { inner: { x: '1' }, parts: [{ name: 'p', n: 1 }], set: ['s'] }
    const paths = [
      '.inner',
      '.inner.x',
      '.parts',
      '.parts[name="p"]',
      '.parts[name="p"].n',
      '.parts[name="p"].name',
      '.set',
      '.set[="s"]',
    ]
    expect(differences({}, spec)).to.deep.equal({ added: paths })
    expect(differences(spec, {})).to.deep.equal({ removed: paths })
  })

  it('tells null, empty and absent apart', () => {
    expect(differences({ labels: {} }, { labels: null })).to.deep.equal({ modified: ['.labels'] })
    expect(differences({ set: [] }, {})).to.deep.equal({ removed: ['.set'] })
    expect(differences({}, { set: [], labels: {}, a: null })).to.deep.equal({ added: ['.a', '.labels', '.set'] })
    expect(differences({ labels: { a: '1' } }, { labels: {} })).to.deep.equal({ removed: ['.labels.a'] })
  })

  it('takes what is atomic as one', () => {
    expect(differences({ whole: { x: '1' }, args: ['1', '2'] }, { whole: { x: '2' }, args: ['2', '1'] })).to.deep.equal(
      {
        modified: ['.args', '.whole'],
      },
    )
  })

  it('finds items by their keys, defaults included, wherever they stand', () => {
    const left: JsonValue = { ports: [{ port: 1 }, { port: 2, protocol: 'UDP' }], set: ['a', 'b'] }
    const right: JsonValue = {
      ports: [
        { port: 2, protocol: 'UDP', target: 't' },
        { port: 1, protocol: 'TCP' },
      ],
      set: ['b', 'a', 'c'],
    }
    expect(differences(left, right)).to.deep.equal({
      added: ['.ports[port=1,protocol="TCP"].protocol', '.ports[port=2,protocol="UDP"].target', '.set[="c"]'],
    })
  })

  it('takes duplicates as one value, and says when they begin and end', () => {
    const one = { parts: [{ name: 'p', n: 1 }] }
    const two = {
      parts: [
        { name: 'p', n: 1 },
        { name: 'p', n: 2 },
      ],
    }
    const otherTwo = {
      parts: [
        { name: 'p', n: 1 },
        { name: 'p', n: 3 },
      ],
    }
    const item = ['.parts[name="p"]', '.parts[name="p"].n', '.parts[name="p"].name']
    expect(differences(two, otherTwo)).to.deep.equal({ modified: ['.parts[name="p"]'] })
    expect(differences(two, { ...two })).to.deep.equal({})
    expect(differences(one, two)).to.deep.equal({ added: ['.parts[name="p"]'], removed: item })
    expect(differences(two, one)).to.deep.equal({ added: item, removed: ['.parts[name="p"]'] })
  })

  it('takes a list of items without an identity as one', () => {
    expect(differences({ parts: [{ n: 1 }] }, { parts: [{ n: 2 }] })).to.deep.equal({ modified: ['.parts'] })
  })

  it('compares both kinds where a value changes its kind', () => {
    expect(differences({ any: { x: 1 } }, { any: 'text' })).to.deep.equal({ modified: ['.any'], removed: ['.any.x'] })
    expect(differences({ any: [1] }, { any: { x: 1 } })).to.deep.equal({ added: ['.any.x'], modified: ['.any'] })
  })

  it('finds nothing between a value and itself, and mirrors when the sides are swapped', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        const a = left as JsonValue
        const b = right as JsonValue
        const same = compare(deduced, a, structuredClone(a))
        expect([same.added, same.modified, same.removed].every((set) => set.isEmpty)).to.equal(true)
        const there = compare(deduced, { v: a }, { v: b })
        const back = compare(deduced, { v: b }, { v: a })
        expect(shown(there.added)).to.deep.equal(shown(back.removed))
        expect(shown(there.removed)).to.deep.equal(shown(back.added))
        expect(shown(there.modified)).to.deep.equal(shown(back.modified))
      }),
    )
  })
})
