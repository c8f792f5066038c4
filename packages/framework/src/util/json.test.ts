import { expect } from 'chai'
import fc from 'fast-check'
import {
  canonical,
  clone,
  deepEqual,
  getOwn,
  JsonSyntaxError,
  maxDepth,
  parseJson,
  readJson,
  stringify,
  type JsonObject,
  type JsonValue,
} from './json.ts'

const key = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('__proto__', 'constructor', '10', '9', 'a.b'),
)
const { value: json } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    // Whole numbers that a double does not hold exactly are bigint in a JsonValue.
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((n) => !Number.isInteger(n) || Number.isSafeInteger(n) || Math.abs(n) >= 2 ** 63)
      .map((n) => (n === 0 ? 0 : n)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((e): JsonValue => Object.fromEntries(e)),
  ),
}))
const errorOf = (text: string | Buffer): string => {
  try {
    parseJson(text)
  } catch (e) {
    expect(e).to.be.instanceOf(JsonSyntaxError)
    return (e as Error).message
  }
  return 'no error'
}

describe('parseJson', () => {
  it('agrees with JSON.parse on what has no large integers', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(canonical(parseJson(text))).to.equal(canonical(JSON.parse(text)))
      }),
    )
  })
  it('reads back what stringify writes, bigint included', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2), (value, indent) => {
        const back = parseJson(Buffer.from(stringify(value, { indent })))
        expect(deepEqual(back, value)).to.equal(true)
        expect(canonical(back)).to.equal(canonical(value))
      }),
    )
  })
  it('keeps integers exact within int64 and falls to floats beyond', () => {
    expect(parseJson('[9007199254740993,-9223372036854775808,9223372036854775807,9007199254740991]')).to.deep.equal([
      9007199254740993n,
      -9223372036854775808n,
      9223372036854775807n,
      9007199254740991,
    ])
    expect(parseJson('[9223372036854775808,18446744073709551615,1e1,5.0,1234567890123456789.5]')).to.deep.equal([
      2 ** 63,
      2 ** 64,
      10,
      5,
      Number('1234567890123456789.5'),
    ])
    expect(parseJson('"id 12345678901234567890"')).to.equal('id 12345678901234567890')
    expect(parseJson('0.30000000000000004')).to.equal(0.30000000000000004)
  })
  it('refuses numbers beyond float64', () => {
    for (const token of ['1e999', '-1e+400', '9'.repeat(400)])
      expect(errorOf(`{"a":${token}}`)).to.equal(`json: cannot unmarshal number ${token} into Go value of type float64`)
  })
  it('keeps __proto__ an own key on both paths', () => {
    for (const text of ['{"__proto__":{"polluted":1}}', '{"__proto__":{"polluted":12345678901234567890123}}']) {
      const value = parseJson(text) as JsonObject
      expect(Object.keys(value)).to.deep.equal(['__proto__'])
      expect(getOwn(value, '__proto__')).to.have.property('polluted')
      expect((value as any).polluted).to.equal(undefined)
      expect(({} as any).polluted).to.equal(undefined)
    }
  })
  it('limits the depth', () => {
    expect(errorOf('['.repeat(maxDepth + 1) + ']'.repeat(maxDepth + 1))).to.equal('exceeded max depth')
    expect(errorOf('{"a":'.repeat(100_000))).to.equal('exceeded max depth')
    expect(errorOf('['.repeat(maxDepth) + ']'.repeat(maxDepth))).to.equal('no error')
    expect(parseJson(`"${'['.repeat(1000)}"`)).to.have.length(1000)
    expect(parseJson(`[${'[],'.repeat(1000)}12345678901234567]`)).to.have.length(1001)
  })
  it('replaces what is not Unicode as Go does', () => {
    const bytes = (...b: number[]) => Buffer.concat([Buffer.from('"'), Buffer.from(b), Buffer.from('"')])
    expect(parseJson(bytes(0xe2, 0x82, 0x41))).to.equal('\ufffd\ufffdA')
    expect(parseJson(bytes(0xed, 0xa0, 0x80, 0xc0, 0xff))).to.equal('\ufffd'.repeat(5))
    expect(parseJson(bytes(0xf0, 0x9f, 0x98, 0x80, 0xf4, 0x90, 0x80, 0x80))).to.equal(`😀${'\ufffd'.repeat(4)}`)
    expect(parseJson('"\\ud800x\\uDC00\\ud83d\\ude00"')).to.equal('\ufffdx\ufffd😀')
  })

  const errors: Record<string, string> = {
    '': 'unexpected end of JSON input',
    '  ': 'unexpected end of JSON input',
    '{"a":': 'unexpected end of JSON input',
    '{"a"': 'unexpected end of JSON input',
    '"abc': 'unexpected end of JSON input',
    '"abc\\': 'unexpected end of JSON input',
    '-': 'unexpected end of JSON input',
    '1.': 'unexpected end of JSON input',
    tru: 'unexpected end of JSON input',
    '[1': 'unexpected end of JSON input',
    x: "invalid character 'x' looking for beginning of value",
    '[1,]': "invalid character ']' looking for beginning of value",
    '{"a"}': "invalid character '}' after object key",
    '{"a":1,}': "invalid character '}' looking for beginning of object key string",
    '{a:1}': "invalid character 'a' looking for beginning of object key string",
    '{"a":1 "b"}': `invalid character '"' after object key:value pair`,
    '[1 2]': "invalid character '2' after array element",
    '{}a': "invalid character 'a' after top-level value",
    '01': "invalid character '1' after top-level value",
    '"a\nb"': "invalid character '\\n' in string literal",
    '"a\u0001"': "invalid character '\\x01' in string literal",
    '"\\x"': "invalid character 'x' in string escape code",
    '"\\u12g4"': "invalid character 'g' in \\u hexadecimal character escape",
    '-a': "invalid character 'a' in numeric literal",
    '1.a': "invalid character 'a' after decimal point in numeric literal",
    '1e+a': "invalid character 'a' in exponent of numeric literal",
    'not json': "invalid character 'o' in literal null (expecting 'u')",
    é: "invalid character 'Ã' looking for beginning of value",
    '\ufeff{}': "invalid character 'ï' looking for beginning of value",
    "'a'": "invalid character '\\'' looking for beginning of value",
    '\\': "invalid character '\\\\' looking for beginning of value",
  }
  for (const [text, message] of Object.entries(errors))
    it(`words ${JSON.stringify(text)} as Go`, () => expect(errorOf(text)).to.equal(message))

  it('refuses exactly what JSON.parse refuses', () => {
    const alphabet = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      'a',
      '0',
      '1',
      '-',
      '.',
      'e',
      ' ',
      'true',
      'null',
      '\\u00e9',
    )
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 12 }), (parts) => {
        const text = parts.join('')
        let valid = true
        try {
          JSON.parse(text)
        } catch {
          valid = false
        }
        expect(errorOf(text) === 'no error').to.equal(valid)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('JsonDocument.duplicateKeys', () => {
  it('names the second of each pair once, by path and in the order of the text', () => {
    const text = '{"b":1,"a":{"x":1,"x":2,"x":3},"list":[{},{"k":1,"k":[{"z":1,"\\u007a":2}]}],"b":2}'
    const want = ['a.x', 'list[1].k', 'list[1].k[0].z', 'b']
    expect(readJson(text).duplicateKeys()).to.deep.equal(want)
    expect(readJson(Buffer.from(text)).duplicateKeys()).to.deep.equal(want)
  })
  it('is not misled by strings', () => {
    expect(readJson('{"a":"{\\"a\\":1,","b":["a","a"],"\\"":"\\\\"}').duplicateKeys()).to.deep.equal([])
  })
  it('stops at 100', () => {
    const pairs = Array.from({ length: 150 }, (_, i) => `"k${i}":1,"k${i}":2`)
    expect(readJson(`{${pairs.join(',')}}`).duplicateKeys()).to.have.length(100)
  })
  it('finds none in what stringify wrote', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = stringify(value)
        expect(readJson(text).duplicateKeys()).to.deep.equal([])
      }),
    )
  })
})

describe('stringify', () => {
  it('writes bigint as digits, indented as JSON.stringify', () => {
    expect(stringify({ a: [1n, {}], b: [], c: '\u2028<' })).to.equal('{"a":[1,{}],"b":[],"c":"\u2028<"}')
    const value = { a: [1, { b: 'x' }, [], {}], c: null }
    expect(stringify({ ...value, a: [1n, { b: 'x' }, [], {}] }, { indent: 2 })).to.equal(JSON.stringify(value, null, 2))
  })
})

describe('canonical', () => {
  it('sorts keys by bytes at every depth and keeps the order of lists', () => {
    expect(canonical({ b: [{ z: 1, y: 2 }, 0], a: 1, '10': 1, '9': 2, A: 1n })).to.equal(
      '{"10":1,"9":2,"A":1,"a":1,"b":[{"y":2,"z":1},0]}',
    )
    expect(canonical({ '😀': 1, '\uffee': 2 })).to.equal('{"\uffee":2,"😀":1}')
    expect(canonical({ '\uffee': 2, '😀': 1 })).to.equal('{"\uffee":2,"😀":1}')
  })
  it('is the same for every order of keys', () => {
    const reversed = (value: JsonValue): JsonValue =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([k, v]) => [k, reversed(v)]),
            )
          : value
    fc.assert(
      fc.property(json, (value) => {
        expect(canonical(reversed(value))).to.equal(canonical(value))
        expect(deepEqual(parseJson(canonical(value)), value)).to.equal(true)
      }),
    )
  })
})

describe('deepEqual and clone', () => {
  it('compare numbers by value and ignore undefined members', () => {
    expect(deepEqual({ a: 1, b: undefined }, { a: 1n })).to.equal(true)
    expect(deepEqual({ a: 1 }, { a: 1n, b: null })).to.equal(false)
    expect(deepEqual([], {})).to.equal(false)
    expect(deepEqual({ toString: 1 }, {})).to.equal(false)
    expect(deepEqual({}, JSON.parse('{"__proto__":1}'))).to.equal(false)
    expect(deepEqual('1', 1n)).to.equal(false)
  })
  it('agree with each other and with canonical', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(deepEqual(clone(a), a)).to.equal(true)
        expect(canonical(clone(a))).to.equal(canonical(a))
        expect(deepEqual(a, b)).to.equal(canonical(a) === canonical(b))
      }),
    )
  })
  it('copies __proto__ as a key, and deeply', () => {
    const value = JSON.parse('{"__proto__":{"x":[1]},"a":[{"b":1}]}')
    const copy = clone(value)
    expect(Object.keys(copy)).to.deep.equal(['__proto__', 'a'])
    expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype)
    copy.a[0].b = 2
    getOwn(copy, '__proto__') as any
    expect(value.a[0].b).to.equal(1)
  })
})
