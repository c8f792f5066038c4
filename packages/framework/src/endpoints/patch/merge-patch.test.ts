import { expect } from 'chai'
import fc from 'fast-check'
import { StatusError } from '../../meta/status.ts'
import { parseJson, stringify, type JsonValue } from '../../util/json.ts'
import { applyMergePatch, parseMergePatch } from './merge-patch.ts'

describe('applyMergePatch', () => {
  // RFC 7386, appendix A.
  const cases: readonly (readonly [string, string, string])[] = [
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ]
  for (const [document, patch, expected] of cases)
    it(`merges ${patch} into ${document}`, () => {
      expect(applyMergePatch(parseJson(document), parseJson(patch))).to.deep.equal(parseJson(expected))
    })

  it('drops nulls inside of lists as Kubernetes does, but keeps null items', () => {
    expect(applyMergePatch({ a: [1] }, { a: [{ b: null, c: 1 }, null] })).to.deep.equal({ a: [{ c: 1 }, null] })
    expect(applyMergePatch({}, { a: [{ b: null }] })).to.deep.equal({ a: [{}] })
    expect(applyMergePatch({ a: {} }, { a: [{ b: null }] })).to.deep.equal({ a: [{ b: null }] })
  })

  it('takes __proto__ for a member', () => {
    const patched = applyMergePatch(parseJson('{"a":1}'), parseJson('{"__proto__":{"b":{"c":null,"d":1}}}'))
    expect(stringify(patched)).to.equal('{"a":1,"__proto__":{"b":{"d":1}}}')
    expect(stringify(applyMergePatch(patched, parseJson('{"__proto__":null,"toString":null}')))).to.equal('{"a":1}')
  })

  const key = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString')
  const { node } = fc.letrec<{ node: JsonValue }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom<JsonValue>(null, 1, 'x', true),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(key, tie('node'), { maxKeys: 4 }),
    ),
  }))

  it('changes neither document nor patch nor Object.prototype, and shares nothing with them', () => {
    fc.assert(
      fc.property(node, node, (document, patch) => {
        const before = [stringify(document), stringify(patch)]
        scramble(applyMergePatch(document, patch))
        expect([stringify(document), stringify(patch)]).to.deep.equal(before)
        expect(Object.keys(Object.prototype)).to.deep.equal([])
      }),
      { numRuns: 2000 },
    )
  })

  it('changes nothing when applied again', () => {
    fc.assert(
      fc.property(fc.dictionary(key, node), fc.dictionary(key, node), (document, patch) => {
        const once = applyMergePatch(document, patch)
        // A list that replaces an object keeps its nulls; the second time it replaces a list.
        fc.pre(!stringify(patch).includes('['))
        expect(applyMergePatch(once, patch)).to.deep.equal(once)
      }),
    )
  })

  function scramble(value: JsonValue): void {
    if (Array.isArray(value)) {
      value.forEach(scramble)
      value.push('scrambled')
    } else if (typeof value === 'object' && value !== null) {
      Object.values(value).forEach(scramble)
      value['scrambled'] = true
    }
  }
})

describe('parseMergePatch', () => {
  const message = (body: string, fieldValidation?: 'Ignore' | 'Warn' | 'Strict'): string => {
    try {
      parseMergePatch(body, fieldValidation)
    } catch (error) {
      expect(error).to.be.instanceOf(StatusError)
      expect((error as StatusError).code).to.equal(400)
      return (error as StatusError).message
    }
    throw new Error('nothing was thrown')
  }

  it('words bodies that are no patch as Go does', () => {
    expect(message('{"spec":')).to.equal('error decoding patch: unexpected end of JSON input')
    expect(message('')).to.equal('error decoding patch: unexpected end of JSON input')
    expect(message('[]')).to.equal(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    )
    expect(message('"text"')).to.equal(
      'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}',
    )
    expect(message('x')).to.equal("error decoding patch: invalid character 'x' looking for beginning of value")
    expect(message('null')).to.equal('Invalid JSON Patch')
  })

  it('knows one complaint under Ignore', () => {
    for (const body of ['{', 'null', '"text"', '1']) expect(message(body, 'Ignore')).to.equal('Invalid JSON Patch')
    expect(parseMergePatch('[1]', 'Ignore').patch).to.deep.equal([1])
  })

  it('reports repeated members', () => {
    const body = '{"spec":{"a":1,"a":2},"list":[{"b":1,"b":2}]}'
    expect(parseMergePatch(body)).to.deep.equal({
      patch: { spec: { a: 2 }, list: [{ b: 2 }] },
      complaints: ['duplicate field "spec.a"', 'duplicate field "list[0].b"'],
    })
    expect(parseMergePatch(body, 'Ignore').complaints).to.deep.equal([])
  })
})
