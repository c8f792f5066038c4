import { expect } from 'chai'
import fc from 'fast-check'
import { canonical, maxDepth, parseJson, type JsonValue } from './json.ts'
import { YamlSyntaxError } from './yaml-composer.ts'
import { parseYaml, stringifyYaml, yamlDuplicateKeys } from './yaml.ts'

describe('parseYaml', () => {
  for (const [text, value] of [
    ['yes', true],
    ['on', true],
    ['y', true],
    ['True', true],
    ['tRUE', 'tRUE'],
    ['no', false],
    ['off', false],
    ['n', false],
    ['FALSE', false],
    ['~', null],
    ['null', null],
    ['', null],
    ['Null', null],
    ['012', 10],
    ['0o14', 12],
    ['08', 8],
    ['0x10', 16],
    ['-0x10', -16],
    ['0b11', 3],
    ['-0b11', -3],
    ['+12', 12],
    ['1_000', 1000],
    ['0x_ff', 255],
    ['1e3', 1000],
    ['1e18', 1000000000000000000n],
    ['1e20', 1e20],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['-.5', -0.5],
    ['1.', 1],
    ['1:30', '1:30'],
    ['2001-01-01', '2001-01-01'],
    ['2001-02-03T04:05:06Z', '2001-02-03T04:05:06Z'],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['18446744073709551615', 18446744073709552000],
    ['1e400', '1e400'],
    ['0x', '0x'],
    ['_1', '_1'],
    ['"yes"', 'yes'],
    ["'12'", '12'],
    ['"a\\tb"', 'a\tb'],
    ['!!str 12', '12'],
    ['!!int "3"', 3],
    ['!!float 3', 3],
    ['!foo 3', '3'],
    ['! 3', '3'],
    ['!!binary aGk=', 'hi'],
    ['|\n a\n b\n', 'a\nb\n'],
    ['>-\n a\n b\n', 'a b'],
    ['- 1\n- [a, {b: c}]', [1, ['a', { b: 'c' }]]],
    ['a: &x {b: 1}\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
    ['a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}', { a: { b: 1, c: 2 }, d: { b: 1, c: 3 } }],
    ['<<: [{a: 1}, {a: 2, b: 3}]', { a: 1, b: 3 }],
    ['1: a\ntrue: b\n1.5: c', { '1': 'a', true: 'b', '1.5': 'c' }],
    ['y: 1', { true: 1 }],
    ['a: 1\na: 2', { a: 2 }],
    ['a:', { a: null }],
    ['{"a": [1, "x", null, true]}', { a: [1, 'x', null, true] }],
    ['# c\n%YAML 1.1\n---\na: 1\n---\n{{{', { a: 1 }],
    ['--- a\n--- b', 'a'],
    ['a: 1\n...\n"', { a: 1 }],
    ['a: "x---\n  y"\n', { a: 'x--- y' }],
    ['\ufeffa: 1', { a: 1 }],
  ] as [string, JsonValue][])
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(parseYaml(text)).to.deep.equal(value)
    })

  for (const [text, message] of [
    ['a: b: c', /^yaml: line 1: /],
    ['a: 1\nb: [', /^yaml: line [23]: /],
    ['a: *x', /^yaml: unknown anchor 'x' referenced$/],
    ['&a [*a]', /^yaml: anchor 'a' value contains itself$/],
    ['a: .inf', /unsupported value: \+Inf/],
    ['.nan', /unsupported value: NaN/],
    ['? [a]\n: b', /^yaml: invalid map key/],
    ['~: b', /unsupported map key/],
    ['<<: 1', /^yaml: map merge requires map or sequence of maps as the value$/],
    ['!!int x', /^yaml: cannot decode !!str `x` as a !!int$/],
    ['!!binary "*"', /invalid base64 data/],
  ] as [string, RegExp][])
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseYaml(text)).to.throw(YamlSyntaxError, message)
    })

  it('bounds nesting, also that of aliases', () => {
    expect(() => parseYaml('['.repeat(maxDepth + 1) + ']'.repeat(maxDepth + 1))).to.throw(YamlSyntaxError)
    const half = maxDepth / 2 + 1
    const text = `a: &a ${'['.repeat(half)}1${']'.repeat(half)}\nb: ${'['.repeat(half)}*a${']'.repeat(half)}\n`
    expect(() => parseYaml(text)).to.throw(YamlSyntaxError, 'depth')
  })

  it('bounds what aliases bring in', () => {
    let text = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
    for (let i = 1; i < 9; i++) text += `a${String(i)}: &a${String(i)} [${`*a${String(i - 1)}, `.repeat(10)}]\n`
    expect(() => parseYaml(text)).to.throw(YamlSyntaxError, 'excessive aliasing')
  })

  it('gives every alias its own copy', () => {
    const value = parseYaml('[&x {a: 1}, *x]') as { a: number }[]
    if (value[0]) value[0].a = 2
    expect(value[1]).to.deep.equal({ a: 1 })
  })

  it('holds keys of any name', () => {
    const value = parseYaml('__proto__: {a: 1}\nconstructor: 2\n')
    expect(Object.entries(value as object)).to.deep.equal([
      ['__proto__', { a: 1 }],
      ['constructor', 2],
    ])
  })

  it('reads JSON as JSON is read', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: true, depthSize: 'small' } as never), (text) => {
        expect(canonical(parseYaml(text))).to.equal(canonical(parseJson(text)))
      }),
    )
  })
})

describe('yamlDuplicateKeys', () => {
  it('names line and key', () => {
    const text = 'apiVersion: v1\nkind: W\nmetadata: {name: a}\nspec:\n  color: red\n  color: blue\n'
    expect(yamlDuplicateKeys(text)).to.deep.equal(['line 6: key "color" already set in map'])
  })

  it('names the line of the value', () => {
    expect(yamlDuplicateKeys('a: 1\na:\n  b: 2\n')).to.deep.equal(['line 3: key "a" already set in map'])
    expect(yamlDuplicateKeys('a: 1\nb: 2\na:\nc: 3\n')).to.deep.equal(['line 3: key "a" already set in map'])
    expect(yamlDuplicateKeys('[{a: 1, a: 2}, {1: 1, 1: 2, "1": 3}]')).to.deep.equal([
      'line 1: key "a" already set in map',
      'line 1: key 1 already set in map',
    ])
  })

  it('finds none where there is none', () => {
    expect(yamlDuplicateKeys('a: {b: 1}\nc: {b: 1}\n')).to.deep.equal([])
    expect(yamlDuplicateKeys(Array(300).fill('a: 1').join('\n'))).to.have.length(100)
  })
})

describe('stringifyYaml', () => {
  it("writes as Go's sigs.k8s.io/yaml", () => {
    const value = {
      list: [{ b: 1, a: 'yes' }, []],
      a10: 1,
      a2: { x: {} },
      B: null,
      n: 9007199254740993n,
      t: '2001-01-01',
    }
    expect(stringifyYaml(value)).to.equal(
      'B: null\na2:\n  x: {}\na10: 1\nlist:\n- a: "yes"\n  b: 1\n- []\n"n": 9007199254740993\nt: "2001-01-01"\n',
    )
  })

  it('quotes as Go: twice what would be no string, once what punctuation breaks, nothing else', () => {
    const value = {
      a: 'one: two',
      b: "it's: so",
      c: ['', '1:30', '#', '- x'],
      d: 'a\nb\n',
      e: ' lead',
      f: "it's",
      g: 'a\tb: c',
    }
    expect(stringifyYaml(value)).to.equal(
      "a: 'one: two'\nb: 'it''s: so'\nc:\n- \"\"\n- \"1:30\"\n- '#'\n- '- x'\nd: |\n  a\n  b\ne: ' lead'\nf: it's\ng: \"a\\tb: c\"\n",
    )
  })

  it('leaves out what is undefined', () => {
    expect(stringifyYaml({ a: undefined, b: 1 } as unknown as JsonValue)).to.equal('b: 1\n')
  })

  it('is read back to the same value', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }).filter((s) => Buffer.from(s).toString() === s),
      fc.constantFrom(
        'yes',
        'n',
        '~',
        '',
        '012',
        '-_1',
        '0o7',
        '1e3',
        '.5',
        '1:30',
        '- a',
        'a: b',
        '#',
        '<<',
        '0x',
        '+',
      ),
      fc.stringMatching(/^[-+._:#0-9a-fnxyoe \n]{0,8}$/),
    )
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n || 0),
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
        fc.constantFrom(null, true, false),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(text, tie('value'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(value, (written) => {
        expect(canonical(parseYaml(stringifyYaml(written)))).to.equal(canonical(written))
      }),
    )
  })
})
