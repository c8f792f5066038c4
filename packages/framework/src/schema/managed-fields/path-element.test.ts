import { expect } from 'chai'
import fc from 'fast-check'
import { compareElements, formatPath, keyElement, parsePathElement, valueElement } from './path-element.ts'

describe('parsePathElement', () => {
  it('knows fields, keys, values and places', () => {
    for (const key of [
      'f:name',
      'f:',
      'f:a:b',
      'k:{"name":"a"}',
      'k:{"port":80,"protocol":"TCP"}',
      'v:"a"',
      'v:1',
      'i:3',
    ])
      expect(parsePathElement(key)).to.equal(key)
  })

  it('has one text for each key and value', () => {
    expect(parsePathElement('k:{"b":1, "a" : "x"}')).to.equal('k:{"a":"x","b":1}')
    expect(parsePathElement('v:1.0')).to.equal('v:1')
    expect(parsePathElement('v: "\\u0061"')).to.equal('v:"a"')
    expect(parsePathElement('v:9007199254740993')).to.equal('v:9007199254740993')
    expect(parsePathElement('i:007')).to.equal('i:7')
  })

  it('writes the JSON of keys and values as Go does', () => {
    expect(valueElement('<a&b>')).to.equal(String.raw`v:"\u003ca\u0026b\u003e"`)
    expect(valueElement('\b\f\n\\b')).to.equal(String.raw`v:"\u0008\u000c\n\\b"`)
    expect(keyElement({ b: null, a: true })).to.equal('k:{"a":true,"b":null}')
    expect(parsePathElement(String.raw`v:"\u003ca\u003e"`)).to.equal(String.raw`v:"\u003ca\u003e"`)
    expect(parsePathElement('v:"<a>"')).to.equal(String.raw`v:"\u003ca\u003e"`)
  })

  it('passes over kinds of a later version', () => {
    expect(parsePathElement('q:x')).to.equal(undefined)
  })

  for (const key of ['', 'f', 'name', 'fname', 'v:', 'v:{', 'k:[]', 'k:3', 'i:x', 'i:'])
    it(`refuses ${JSON.stringify(key)}`, () => {
      expect(() => parsePathElement(key)).to.throw()
    })

  it('reads what it wrote of any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const element = valueElement(value as never)
        expect(parsePathElement(element)).to.equal(element)
      }),
    )
  })
})

describe('compareElements', () => {
  it('puts fields before keys, values and places, and numbers before strings, booleans and null', () => {
    const sorted = [
      'f:a',
      'f:a.b',
      'f:b',
      'f:\ue000',
      'f:\u{1f600}',
      'k:{"a":1}',
      'k:{"a":1,"b":1}',
      'k:{"a":2}',
      'k:{"a":"1"}',
      'k:{"b":0}',
      'v:2',
      'v:10',
      'v:9007199254740993',
      'v:"10"',
      'v:"2"',
      'v:false',
      'v:true',
      'v:[]',
      'v:{}',
      'v:null',
      'i:2',
      'i:10',
    ]
    expect([...sorted].reverse().sort(compareElements)).to.deep.equal(sorted)
  })
})

describe('formatPath', () => {
  it('shows steps as messages do', () => {
    expect(formatPath(['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:name'])).to.equal(
      '.spec.ports[port=80,protocol="TCP"].name',
    )
    expect(formatPath(['f:set', 'v:"a\\"b"'])).to.equal('.set[="a\\"b"]')
    expect(formatPath(['f:list', 'i:0', 'f:x'])).to.equal('.list[0].x')
    expect(formatPath([])).to.equal('')
  })
})
