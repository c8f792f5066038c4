import { expect } from 'chai'
import fc from 'fast-check'
import type { JsonObject } from '../../util/json.ts'
import { FieldSet, FieldSetBuilder } from './field-set.ts'
import { keyElement, valueElement, type Path } from './path-element.ts'

const element = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('f:a', 'f:b', 'f:c', 'f:__proto__', 'f:toString', 'f:.') },
  fc.record({ name: fc.constantFrom('x', 'y'), port: fc.nat(2) }).map(keyElement),
  fc.oneof(fc.string(), fc.integer(), fc.boolean()).map(valueElement),
  fc.nat(3).map((place) => `i:${String(place)}`),
)
const path = fc.array(element, { minLength: 1, maxLength: 4 })
const paths = fc.array(path, { maxLength: 12 })
const sets = paths.map((all) => FieldSet.of(...all))

const textOf = (set: FieldSet): string[] => [...set.paths()].map((p) => JSON.stringify(p)).sort()
const isBelow = (p: Path, q: Path): boolean => q.length <= p.length && q.every((e, i) => p[i] === e)

describe('FieldSet.parse', () => {
  it('tells a member from what only leads to members', () => {
    const set = FieldSet.parse('{"f:a":{".":{},"f:b":{}},"f:c":{"f:d":{}},"f:e":{}}')
    expect(textOf(set)).to.deep.equal(textOf(FieldSet.of(['f:a'], ['f:a', 'f:b'], ['f:c', 'f:d'], ['f:e'])))
    expect(set.has(['f:a'])).to.equal(true)
    expect(set.has(['f:c'])).to.equal(false)
    expect(set.has([])).to.equal(false)
    expect(set.has(['f:c', 'f:d', 'f:x'])).to.equal(false)
  })

  it('passes over steps of unknown kinds, and counts what has only those as a member', () => {
    expect(textOf(FieldSet.parse('{"f:a":{"q:x":{}},"z:":{}}'))).to.deep.equal(textOf(FieldSet.of(['f:a'])))
  })

  it('joins what is written twice', () => {
    const set = FieldSet.parse('{"v:1":{"f:a":{}},"v:1.0":{".":{},"f:b":{}}}')
    expect(textOf(set)).to.deep.equal(textOf(FieldSet.of(['v:1'], ['v:1', 'f:a'], ['v:1', 'f:b'])))
  })

  it('is empty for nothing', () => {
    for (const text of ['{}', 'null', '{".":{}}', '{"q:x":{}}']) expect(FieldSet.parse(text).isEmpty).to.equal(true)
  })

  for (const text of ['[]', '"a"', '{"f:a":1}', '{"f:a":[]}', '{"a":{}}', '{"v:{":{}}', '{', '{"__proto__":{}}'])
    it(`refuses ${text}`, () => {
      expect(() => FieldSet.parse(text)).to.throw()
    })
})

describe('FieldSet.toJson', () => {
  it('writes in the order of Kubernetes', () => {
    const text = '{"f:a":{".":{},"f:b":{},"k:{\\"n\\":1}":{".":{},"f:n":{}},"v:2":{},"i:0":{}}}'
    const shuffled = '{"f:a":{"i:0":{},"v:2":{},"k:{\\"n\\":1}":{"f:n":{},".":{}},"f:b":{},".":{}}}'
    expect(JSON.stringify(FieldSet.parse(text).toJson())).to.equal(text)
    expect(JSON.stringify(FieldSet.parse(shuffled).toJson())).to.equal(text)
  })

  it('is what was read where that is so written already', () => {
    const fields = { 'f:a': { '.': {}, 'f:b': {} } }
    expect(FieldSet.fromJson(fields).toJson()).to.equal(fields)
    expect(FieldSet.parse('{"f:a":{".":{}},"q:x":{},"f:b":null}').toJson()).to.deep.equal({ 'f:a': {}, 'f:b': {} })
    expect(FieldSet.parse('{"f:a":{"v: 1":{},"i:01":{}}}').toJson()).to.deep.equal({ 'f:a': { 'v:1': {}, 'i:1': {} } })
  })

  it('loses nothing', () => {
    fc.assert(
      fc.property(sets, (set) => {
        const text = JSON.stringify(set.toJson())
        const again = FieldSet.parse(text)
        expect(again.equals(set)).to.equal(true)
        expect(textOf(again)).to.deep.equal(textOf(set))
        expect(JSON.stringify(again.toJson())).to.equal(text)
      }),
    )
  })
})

describe('FieldSet operations', () => {
  it('are those of sets of paths', () => {
    fc.assert(
      fc.property(paths, paths, (left, right) => {
        const a = FieldSet.of(...left)
        const b = FieldSet.of(...right)
        const inA = new Set(textOf(a))
        const inB = new Set(textOf(b))
        const filter = (keep: (text: string) => boolean): string[] => [...new Set([...inA, ...inB])].filter(keep).sort()
        expect(textOf(a.union(b))).to.deep.equal(filter(() => true))
        expect(textOf(a.intersection(b))).to.deep.equal(filter((p) => inA.has(p) && inB.has(p)))
        expect(textOf(a.difference(b))).to.deep.equal(filter((p) => inA.has(p) && !inB.has(p)))
        const removed = [...b.paths()]
        expect(textOf(a.recursiveDifference(b))).to.deep.equal(
          filter((p) => inA.has(p) && !removed.some((q) => isBelow(JSON.parse(p) as Path, q))),
        )
        for (const p of [...left, ...right]) expect(a.has(p)).to.equal(inA.has(JSON.stringify(p)))
        expect(a.equals(b)).to.equal(JSON.stringify(textOf(a)) === JSON.stringify(textOf(b)))
      }),
    )
  })

  it('leave the sets as they were, and answer them where nothing changes', () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const before = [textOf(a), textOf(b)]
        const union = a.union(b)
        const difference = a.difference(b)
        a.intersection(b)
        a.recursiveDifference(b)
        expect([textOf(a), textOf(b)]).to.deep.equal(before)
        expect(union.union(b)).to.equal(union)
        expect(difference.difference(b)).to.equal(difference)
        expect(a.difference(a).isEmpty).to.equal(true)
      }),
    )
  })

  it('never keep a step that leads nowhere', () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        for (const set of [a.difference(b), a.intersection(b), a.recursiveDifference(b)])
          expect(set.isEmpty).to.equal(textOf(set).length === 0)
      }),
    )
  })

  it('keep what is below a removed member, but for the recursive one', () => {
    const set = FieldSet.of(['f:a'], ['f:a', 'f:b'])
    expect(textOf(set.difference(FieldSet.of(['f:a'])))).to.deep.equal(textOf(FieldSet.of(['f:a', 'f:b'])))
    expect(set.recursiveDifference(FieldSet.of(['f:a'])).isEmpty).to.equal(true)
    expect(set.recursiveDifference(FieldSet.of(['f:a', 'f:b'])).equals(FieldSet.of(['f:a']))).to.equal(true)
  })
})

describe('FieldSet.paths', () => {
  it('tells at each step its members before those further down', () => {
    const set = FieldSet.parse('{"f:a":{"f:z":{}},"f:b":{".":{},"f:y":{}},"f:c":{}}')
    expect([...set.paths()]).to.deep.equal([['f:b'], ['f:c'], ['f:a', 'f:z'], ['f:b', 'f:y']])
  })
})

describe('FieldSetBuilder', () => {
  it('does not track the whole object', () => {
    const builder = new FieldSetBuilder()
    builder.insert([])
    expect(builder.build()).to.equal(FieldSet.empty)
  })

  it('takes paths in any order', () => {
    fc.assert(
      fc.property(paths, (all) => {
        expect(FieldSet.of(...all).equals(FieldSet.of(...[...all].reverse()))).to.equal(true)
        expect(textOf(FieldSet.of(...all))).to.deep.equal([...new Set(all.map((p) => JSON.stringify(p)))].sort())
      }),
    )
  })

  it('gives a fieldsV1 that JSON can carry', () => {
    const json: JsonObject = FieldSet.of(['f:__proto__', 'f:constructor']).toJson()
    expect(JSON.stringify(json)).to.equal('{"f:__proto__":{"f:constructor":{}}}')
  })
})
