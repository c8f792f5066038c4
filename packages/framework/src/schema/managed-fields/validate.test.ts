import { expect } from 'chai'
import fc from 'fast-check'
import type { JsonValue } from '../../util/json.ts'
import { conforms } from './conforms.ts'
import { specType } from './fixture.test.ts'
import { typeErrors } from './validate.ts'

describe('typeErrors', () => {
  const cases: readonly (readonly [JsonValue, ...string[]])[] = [
    [{ zz: 1 }, '.zz: field not declared in schema'],
    [{ zz: 1, a: 1 }, '.zz: field not declared in schema'],
    [{ a: 1 }, '.a: expected string, got &value.valueUnstructured{Value:1}'],
    [{ a: ['x'] }, '.a: expected string, got &value.valueUnstructured{Value:[]interface {}{"x"}}'],
    [{ a: { b: 1 } }, '.a: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"b":1}}'],
    [{ size: 'x' }, '.size: expected numeric (int or float), got string'],
    [{ size: {} }, '.size: expected numeric (int or float), got map[string]interface {}'],
    [{ size: [] }, '.size: expected numeric (int or float), got []interface {}'],
    [{ size: true }, '.size: expected numeric (int or float), got bool'],
    [{ on: 1 }, '.on: expected boolean, got &{1}'],
    [{ inner: 'x' }, '.inner: expected map, got &{x}'],
    [{ args: 'x' }, '.args: expected list, got &{x}'],
    [{ args: ['x', 1] }, '.args[1]: expected string, got &value.valueUnstructured{Value:1}'],
    [{ parts: { p: [1, null] } }, '.parts: expected list, got &{map[p:[1 <nil>]]}'],
    [{ set: ['c', 'c'] }, '.set: duplicate entries for key [="c"]'],
    [{ set: [null] }, ".set: element 0: associative list without keys has an element that's an explicit null"],
    [{ set: [{}] }, ".set: element 0: associative list without keys has an element that's a map type"],
    [{ set: [[]] }, '.set: element 0: not supported: associative list with lists as elements'],
    [
      { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] },
      '.ports: duplicate entries for key [port=80,protocol="TCP"]',
    ],
    [{ parts: [null] }, '.parts: element 0: associative list with keys may not have a null element'],
    [{ parts: ['x'] }, '.parts: element 0: associative list with keys may not have non-map elements'],
    [
      { parts: [{ name: 'p' }, { n: 1 }] },
      '.parts: element 1: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
    ],
    [{ parts: [{ name: 'p', n: 'x' }] }, '.parts[name="p"].n: expected numeric (int or float), got string'],
    [
      { labels: { l: 1 }, a: 2 },
      '.labels.l: expected string, got &value.valueUnstructured{Value:1}',
      '.a: expected string, got &value.valueUnstructured{Value:2}',
    ],
  ]
  for (const [spec, ...errors] of cases)
    it(`says what is wrong with ${JSON.stringify(spec)}`, () => {
      expect(typeErrors(specType, spec)).to.deep.equal(errors)
    })

  it('takes null anywhere but as an item, and what the type does not say as it is', () => {
    const spec = {
      a: null,
      inner: null,
      set: null,
      size: 1n,
      port: 'x',
      any: { x: [1, { y: null }] },
      nested: { n: null },
    }
    expect(typeErrors(specType, spec)).to.deep.equal([])
    expect(typeErrors(specType, null)).to.deep.equal([])
  })
})

describe('conforms', () => {
  it('agrees with typeErrors, but for duplicates', () => {
    const scalar = fc.oneof(fc.constantFrom('x', 'y', '1'), fc.integer(), fc.boolean(), fc.constant(null))
    const items = fc.array(
      fc.oneof(scalar, fc.record({ name: scalar, n: scalar, port: scalar }, { requiredKeys: [] })),
      { maxLength: 3 },
    )
    const member = fc.oneof(scalar, items, fc.dictionary(fc.constantFrom('x', 'y'), scalar))
    const names = ['a', 'size', 'on', 'port', 'inner', 'labels', 'whole', 'args', 'set', 'parts', 'ports', 'any', 'zz']
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), member), (value) => {
        const spec = { ...value } as JsonValue
        const errors = typeErrors(specType, spec).filter((error) => !error.includes('duplicate entries'))
        expect(conforms(specType, spec)).to.equal(errors.length === 0)
      }),
      { numRuns: 500 },
    )
  })

  it('allows duplicates', () => {
    expect(conforms(specType, { set: ['a', 'a'] })).to.equal(true)
  })
})
