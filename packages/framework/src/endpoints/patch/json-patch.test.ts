import { createRequire } from 'node:module'
import { expect } from 'chai'
import fc from 'fast-check'
import { StatusError } from '../../meta/status.ts'
import { clone, deepEqual, parseJson, stringify, type JsonObject, type JsonValue } from '../../util/json.ts'
import { applyJsonPatch, maxJsonPatchOperations, parseJsonPatch } from './json-patch.ts'

const require = createRequire(import.meta.url)

interface SuiteCase {
  readonly comment?: string
  readonly doc: JsonValue
  readonly patch: JsonValue
  readonly expected?: JsonValue
  readonly error?: string
  readonly disabled?: boolean
}

const suites: Record<string, SuiteCase[]> = {
  'the RFC 6902 cases': require('json-patch-test-suite/spec_tests.json') as SuiteCase[],
  'the further cases': require('json-patch-test-suite/tests.json') as SuiteCase[],
}

function refusal(work: () => unknown): StatusError {
  try {
    work()
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const refused = (document: JsonValue, patch: JsonValue): number => refusal(() => applyJsonPatch(document, patch)).code

/** Where Kubernetes does otherwise than the suite, as its API server 1.36 has answered. */
const asKubernetes: Readonly<Record<string, JsonValue>> = {
  'case 16': { bar: [1, 2, '5'] },
  "missing 'value' parameter to add": [1, null],
  "missing 'value' parameter to replace": [null],
  "missing 'value' parameter to test": [null],
  'replacing the root of the document is possible with add': 'refused',
}

describe('applyJsonPatch', () => {
  for (const [name, cases] of Object.entries(suites))
    describe(`passes ${name} of json-patch-test-suite`, () => {
      cases.forEach((c, i) => {
        if (c.disabled) return
        const title = c.comment ?? `case ${String(i)}`
        it(title, () => {
          const before = stringify(c.doc)
          const otherwise = asKubernetes[title]
          if (otherwise === undefined ? c.error !== undefined : otherwise === 'refused')
            expect(refused(c.doc, c.patch)).to.equal(422)
          else expect(applyJsonPatch(c.doc, c.patch)).to.deep.equal(otherwise ?? c.expected ?? c.doc)
          expect(stringify(c.doc)).to.equal(before)
        })
      })
    })

  it('takes an absent member for null in a test, but no absent item and nothing below what is absent', () => {
    const document = { spec: { list: [1] } }
    expect(applyJsonPatch(document, [{ op: 'test', path: '/spec/absent', value: null }])).to.deep.equal(document)
    expect(refused(document, [{ op: 'test', path: '/spec/absent', value: 'x' }])).to.equal(422)
    expect(refused(document, [{ op: 'test', path: '/spec/list/1', value: null }])).to.equal(422)
    expect(refused(document, [{ op: 'test', path: '/spec/absent/deeper', value: null }])).to.equal(422)
  })

  it('refuses an index that is none, and a remove of what is absent', () => {
    const document = { list: ['a', 'b'] }
    for (const [op, path] of [
      ['add', '/list/-4'],
      ['add', '/list/3'],
      ['add', '/list/1e0'],
      ['add', '/list/ 1'],
      ['remove', '/list/-3'],
      ['remove', '/list/-'],
      ['remove', '/list/2'],
      ['remove', '/list/99999999999999999999'],
      ['replace', '/list/2'],
      ['replace', '/list/'],
      ['remove', '/absent'],
      ['remove', ''],
      ['add', ''],
      ['replace', ''],
      ['add', 'list/0'],
    ] as const)
      expect(refused(document, [{ op, path, value: 'x' }]), `${op} ${path}`).to.equal(422)
  })

  it('counts a negative index from the end, and takes signs and leading zeros, as Kubernetes does', () => {
    const patched = (...patch: JsonObject[]): JsonValue => applyJsonPatch(['a', 'b', 'c'], patch)
    expect(patched({ op: 'add', path: '/-1', value: 'z' })).to.deep.equal(['a', 'b', 'c', 'z'])
    expect(patched({ op: 'add', path: '/-4', value: 'z' })).to.deep.equal(['z', 'a', 'b', 'c'])
    expect(patched({ op: 'replace', path: '/-1', value: 'z' })).to.deep.equal(['a', 'b', 'z'])
    expect(patched({ op: 'remove', path: '/-3' })).to.deep.equal(['b', 'c'])
    expect(patched({ op: 'test', path: '/-1', value: 'c' })).to.deep.equal(['a', 'b', 'c'])
    expect(patched({ op: 'copy', from: '/-1', path: '/0' })).to.deep.equal(['c', 'a', 'b', 'c'])
    expect(patched({ op: 'move', from: '/-1', path: '/-0' })).to.deep.equal(['c', 'a', 'b'])
    expect(patched({ op: 'remove', path: '/+1' })).to.deep.equal(['a', 'c'])
    expect(patched({ op: 'replace', path: '/01', value: 'z' })).to.deep.equal(['a', 'z', 'c'])
  })

  it('takes what is absent for null where it copies, as Kubernetes does', () => {
    const document = { a: { b: 1 }, list: [1] }
    const copied = (from: string): JsonValue => applyJsonPatch(document, [{ op: 'copy', from, path: '/c' }])
    expect(copied('/a/x')).to.deep.equal({ ...document, c: null })
    expect(copied('/x')).to.deep.equal({ ...document, c: null })
    for (const from of ['', '/list/1', '/a/x/y', '/a/b/c'])
      expect(refused(document, [{ op: 'copy', from, path: '/c' }]), from).to.equal(422)
    expect(refused(document, [{ op: 'copy', from: '/a', path: '' }])).to.equal(422)
    expect(refused(document, [{ op: 'move', from: '/x', path: '/c' }])).to.equal(422)
  })

  it('replaces a member that is absent, as Kubernetes does', () => {
    expect(applyJsonPatch({ a: {} }, [{ op: 'replace', path: '/a/b', value: 1 }])).to.deep.equal({ a: { b: 1 } })
  })

  it('says no more of a failure than Kubernetes does', () => {
    expect(refusal(() => applyJsonPatch({}, [{ op: 'frobnicate', path: '/a' }])).status).to.deep.equal(
      StatusError.genericInvalid().status,
    )
    expect(refused({}, [null])).to.equal(422)
    expect(refused({}, [{ op: 'add', path: 3, value: 1 }])).to.equal(422)
    expect(refused({}, [{ path: '/a', value: 1 }])).to.equal(422)
  })

  it('does nothing for an empty patch and for null', () => {
    expect(applyJsonPatch({ a: 1 }, [])).to.deep.equal({ a: 1 })
    expect(applyJsonPatch({ a: 1 }, null)).to.deep.equal({ a: 1 })
  })

  it('refuses to move something into itself', () => {
    expect(refused({ a: { b: {} } }, [{ op: 'move', from: '/a', path: '/a/b/c' }])).to.equal(422)
  })

  it('keeps integers beyond 2^53', () => {
    const patched = applyJsonPatch({ a: 9007199254740993n }, [
      { op: 'test', path: '/a', value: 9007199254740993n },
      { op: 'copy', from: '/a', path: '/b' },
    ])
    expect(patched).to.deep.equal({ a: 9007199254740993n, b: 9007199254740993n })
  })

  it('gives values of their own to every application', () => {
    const patch: JsonValue = [
      { op: 'add', path: '/a', value: { list: [] } },
      { op: 'add', path: '/a/list/-', value: 1 },
    ]
    const first = applyJsonPatch({}, patch) as { a: { list: number[] } }
    first.a.list.push(2)
    expect(applyJsonPatch({}, patch)).to.deep.equal({ a: { list: [1] } })
  })

  it('treats __proto__ and constructor as names like any other', () => {
    const patched = applyJsonPatch(parseJson('{"__proto__":{"a":1}}'), [
      { op: 'add', path: '/__proto__/b', value: 2 },
      { op: 'copy', from: '/__proto__', path: '/constructor' },
      { op: 'move', from: '/constructor/a', path: '/toString' },
    ])
    expect(stringify(patched)).to.equal('{"__proto__":{"a":1,"b":2},"constructor":{"b":2},"toString":1}')
    expect(({} as Record<string, unknown>)['b']).to.equal(undefined)
    for (const path of ['/__proto__/polluted', '/constructor/prototype/polluted', '/toString/polluted'])
      expect(refused({}, [{ op: 'add', path, value: 1 }]), path).to.equal(422)
    expect(refused({}, [{ op: 'remove', path: '/toString' }])).to.equal(422)
  })
})

describe('applyJsonPatch, limits', () => {
  it('answers 413 beyond 10000 operations', () => {
    const operations = (n: number): JsonValue => Array.from({ length: n }, () => ({ op: 'test', path: '/a', value: 1 }))
    expect(applyJsonPatch({ a: 1 }, operations(maxJsonPatchOperations))).to.deep.equal({ a: 1 })
    const error = refusal(() => applyJsonPatch({ a: 1 }, operations(maxJsonPatchOperations + 1)))
    expect(error.code).to.equal(413)
    expect(error.message).to.equal(
      'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    )
  })

  it('stops copies that add more than 3 MiB, at once', () => {
    const patch = Array.from({ length: 60 }, (_, i) => ({ op: 'copy', from: '/a', path: `/a/x${String(i)}` }))
    const start = performance.now()
    expect(refused({ a: { seed: 'x'.repeat(100) } }, patch)).to.equal(422)
    expect(performance.now() - start).to.be.below(300)
    const megabyte = 'x'.repeat(1024 * 1024 - 2)
    const copies = (n: number): JsonValue =>
      Array.from({ length: n }, (_, i) => ({ op: 'copy', from: '/a', path: `/b${String(i)}` }))
    expect(applyJsonPatch({ a: megabyte }, copies(3))).to.have.property('b2', megabyte)
    expect(refused({ a: megabyte }, copies(4))).to.equal(422)
  })

  it('refuses a document that would be too deep to be read again', () => {
    const nest: JsonValue[] = [{ op: 'add', path: '/a', value: {} }]
    for (let i = 0; i < 600; i++)
      nest.push(
        { op: 'add', path: '/b', value: {} },
        { op: 'move', from: '/a', path: '/b/c' },
        { op: 'move', from: '/b', path: '/a' },
      )
    expect(refused({}, nest)).to.equal(422)
    expect(applyJsonPatch({}, nest.slice(0, 1 + 3 * 500))).to.have.property('a')
    const deep = parseJson('['.repeat(300) + ']'.repeat(300))
    const path = '/0'.repeat(299)
    expect(refused(deep, [{ op: 'add', path: `${path}/0`, value: deep }])).to.equal(422)
  })

  it('does not let moves within long lists go on for ever', () => {
    const list = Array.from({ length: 700_000 }, () => 0)
    const patch = Array.from({ length: 10_000 }, () => ({ op: 'add', path: '/list/0', value: 1 }))
    const start = performance.now()
    expect(refused({ list }, patch)).to.equal(422)
    expect(performance.now() - start).to.be.below(3000)
  })

  it('lets ten thousand insertions into a list of ten thousand pass', () => {
    const list = Array.from({ length: 10_000 }, () => 0)
    const patch = Array.from({ length: 10_000 }, () => ({ op: 'add', path: '/list/0', value: 1 }))
    expect((applyJsonPatch({ list }, patch) as { list: number[] }).list).to.have.length(20_000)
  })
})

describe('applyJsonPatch, for any patch', () => {
  const key = fc.constantFrom('a', 'b', '0', '1', '-', '__proto__', 'constructor', 'prototype', 'x/y', 'm~n')
  const value = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>
  const document = fc.letrec<{ node: JsonValue }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      value,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(key, tie('node'), { maxKeys: 4 }),
    ),
  })).node
  const pointer = fc
    .array(key, { maxLength: 3 })
    .map((tokens) => tokens.map((t) => `/${t.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''))
  const operation = fc.record(
    { op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'), path: pointer, from: pointer, value },
    { requiredKeys: ['op', 'path'] },
  ) as fc.Arbitrary<JsonObject>

  it('changes neither document nor patch nor Object.prototype, and fails with 422 only', () => {
    fc.assert(
      fc.property(document, fc.array(operation, { maxLength: 6 }), (doc, patch) => {
        const before = [stringify(doc), stringify(patch)]
        try {
          const patched = applyJsonPatch(doc, patch)
          expect(stringify(parseJson(stringify(patched)))).to.equal(stringify(patched))
        } catch (error) {
          expect(error).to.be.instanceOf(StatusError)
          expect((error as StatusError).code).to.equal(422)
        }
        expect([stringify(doc), stringify(patch)]).to.deep.equal(before)
        expect(Object.keys(Object.prototype)).to.deep.equal([])
      }),
      { numRuns: 2000 },
    )
  })

  it('finds under a path what was added there', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value), key, value, (doc, name, added) => {
        const path = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
        const patched = applyJsonPatch(doc, [
          { op: 'add', path, value: clone(added) },
          { op: 'test', path, value: added },
        ])
        expect(deepEqual(Object.getOwnPropertyDescriptor(patched, name)?.value, added)).to.equal(true)
      }),
    )
  })
})

describe('parseJsonPatch', () => {
  const message = (body: string, fieldValidation?: 'Ignore' | 'Warn' | 'Strict'): string => {
    const error = refusal(() => parseJsonPatch(body, fieldValidation))
    expect(error.code).to.equal(400)
    return error.message
  }

  it('words bodies that are no patch as Go does', () => {
    expect(message('{"op":"add"}')).to.equal(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    )
    expect(message('[{"op":')).to.equal('error decoding patch: unexpected end of JSON input')
    expect(message('')).to.equal('error decoding patch: unexpected end of JSON input')
    expect(message('[1]')).to.equal(
      'error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp',
    )
    expect(message('[{"op":true}]', 'Strict')).to.equal(
      'error decoding patch: json: cannot unmarshal bool into Go struct field jsonPatchOp.op of type string',
    )
  })

  it('uses the bare words of the patch library under Ignore', () => {
    expect(message('{}', 'Ignore')).to.equal('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
    expect(message('["x"]', 'Ignore')).to.equal(
      'json: cannot unmarshal string into Go value of type jsonpatch.Operation',
    )
    expect(message('[', 'Ignore')).to.equal('unexpected end of JSON input')
    expect(parseJsonPatch('[{"op":1,"foo":2,"foo":3}]', 'Ignore').complaints).to.deep.equal([])
  })

  it('complains of unknown and repeated members, operation by operation', () => {
    const body =
      '[{"op":"add","path":"/a","value":{"k":1,"k":2},"value":{"k":1,"k":2},"note":"x"},' +
      '{"op":"add","op":"remove","path":"/a","extra":{"z":1,"z":2},"extra":1}]'
    expect(parseJsonPatch(body).complaints).to.have.members([
      'json patch duplicate field "[0].value.k"',
      'json patch duplicate field "[0].value"',
      'json patch unknown field "[0].note"',
      'json patch duplicate field "[1].op"',
      'json patch unknown field "[1].extra"',
    ])
    expect(parseJsonPatch('[{"op":"add","path":"/a","value":1}]').complaints).to.deep.equal([])
    expect(parseJsonPatch('null').complaints).to.deep.equal([])
  })
})
