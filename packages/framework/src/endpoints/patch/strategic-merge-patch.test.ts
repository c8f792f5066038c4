import { expect } from 'chai'
import fc from 'fast-check'
import { StatusError } from '../../meta/status.ts'
import { clone, parseJson, stringify, type JsonObject, type JsonValue } from '../../util/json.ts'
import { applyStrategicMergePatch, parseStrategicMergePatch } from './strategic-merge-patch.ts'
import { strategicSchemaOf } from './strategic-schema.ts'

const merging = { 'x-kubernetes-patch-strategy': 'merge' }
const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        tags: { type: 'array', items: { type: 'string' }, ...merging },
        args: { type: 'array', items: { type: 'string' } },
        whole: { type: 'object', 'x-kubernetes-patch-strategy': 'replace' },
        strategy: {
          type: 'object',
          'x-kubernetes-patch-strategy': 'retainKeys',
          properties: { type: { type: 'string' }, rolling: { type: 'object' } },
        },
        containers: {
          type: 'array',
          ...merging,
          'x-kubernetes-patch-merge-key': 'name',
          items: {
            type: 'object',
            properties: {
              env: { type: 'array', items: { type: 'object' }, ...merging, 'x-kubernetes-patch-merge-key': 'key' },
            },
          },
        },
      },
    },
  },
}

const strategic = strategicSchemaOf(schema)
const apply = (document: JsonValue, patch: JsonValue): JsonObject =>
  applyStrategicMergePatch(document, patch, strategic)
const spec = (live: JsonObject, patch: JsonObject): JsonValue | undefined =>
  apply({ spec: live }, { spec: patch })['spec']
const metadata = (live: JsonObject, patch: JsonObject): JsonValue | undefined =>
  apply({ metadata: live }, { metadata: patch })['metadata']

function refusal(live: JsonObject, patch: JsonObject): StatusError {
  try {
    spec(live, patch)
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('applyStrategicMergePatch, maps', () => {
  it('merges, deletes by null and adds without nulls', () => {
    expect(spec({ a: { x: 1, y: 2 }, b: 1 }, { a: { x: null, z: 3 }, b: null, c: { d: null, e: 1 } })).to.deep.equal({
      a: { y: 2, z: 3 },
      c: { e: 1 },
    })
  })

  it('lets the patch win where types differ', () => {
    expect(spec({ a: { x: 1 }, b: [1], c: 'x', d: null }, { a: [1], b: { y: null, z: 1 }, c: 2, d: {} })).to.deep.equal(
      {
        a: [1],
        b: { z: 1 },
        c: 2,
        d: {},
      },
    )
  })

  it('replaces with $patch: replace, as it stands, and empties with $patch: delete', () => {
    expect(spec({ a: { x: 1 } }, { a: { $patch: 'replace', y: 2, z: null } })).to.deep.equal({ a: { y: 2, z: null } })
    expect(spec({ a: { x: 1 } }, { a: { $patch: 'delete', y: 2 } })).to.deep.equal({ a: {} })
    expect(apply({ a: 1 }, { $patch: 'replace', b: 2 })).to.deep.equal({ b: 2 })
  })

  it('drops a new map that holds a directive', () => {
    expect(spec({}, { a: { $patch: 'replace', y: 2 }, b: { c: { $patch: 'delete' }, d: 1 } })).to.deep.equal({
      b: { d: 1 },
    })
    expect(spec({}, { a: { $patch: null, y: 2 } })).to.deep.equal({ a: { y: 2 } })
  })

  it('replaces a map whose strategy says so', () => {
    expect(spec({ whole: { x: 1 } }, { whole: { y: 2 } })).to.deep.equal({ whole: { y: 2 } })
  })

  it('answers 400 for another $patch', () => {
    const error = refusal({ a: {} }, { a: { $patch: 'foo' } })
    expect(error.status).to.include({ code: 400, message: 'unknown patch type: foo in map: map[$patch:foo]' })
    expect(error.status.reason).to.equal('BadRequest')
    expect(refusal({ a: {} }, { a: { $patch: 'merge', z: [1, 'x', null, 1.5], b: { c: true } } }).message).to.equal(
      'unknown patch type: merge in map: map[$patch:merge b:map[c:true] z:[1 x <nil> 1.5]]',
    )
  })

  it('keeps only what $retainKeys names', () => {
    expect(
      spec(
        { strategy: { type: 'Rolling', rolling: { max: 1 } } },
        { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
      ),
    ).to.deep.equal({ strategy: { type: 'Recreate' } })
    expect(
      spec(
        { strategy: { type: 'A', rolling: { a: 1 } } },
        { strategy: { $retainKeys: ['rolling'], rolling: { b: 2 }, type: null } },
      ),
    ).to.deep.equal({ strategy: { rolling: { a: 1, b: 2 } } })
  })

  it('answers 400 for a wrong $retainKeys', () => {
    for (const patch of [{ $retainKeys: 'type' }, { $retainKeys: ['type'], rolling: {} }] as JsonObject[]) {
      const error = refusal({ strategy: { type: 'A' } }, { strategy: patch })
      expect(error.status).to.include({
        code: 400,
        reason: 'BadRequest',
        message: 'invalid patch format of retainKeys',
      })
    }
  })
})

describe('applyStrategicMergePatch, metadata', () => {
  const owner = (uid: string, more: JsonObject = {}): JsonObject => ({ uid, name: uid, ...more })

  it('merges finalizers as a set and owner references by uid, for every kind', () => {
    expect(metadata({ finalizers: ['a'] }, { finalizers: ['b'] })).to.deep.equal({ finalizers: ['b', 'a'] })
    expect(
      metadata({ ownerReferences: [owner('1')] }, { ownerReferences: [owner('2'), { uid: '1', controller: true }] }),
    ).to.deep.equal({ ownerReferences: [owner('2'), owner('1', { controller: true })] })
    expect(metadata({ labels: { a: '1' } }, { labels: { a: null, b: '2' } })).to.deep.equal({ labels: { b: '2' } })
  })

  it('deletes owner references and orders them', () => {
    const live = { ownerReferences: [owner('1'), owner('2')] }
    expect(metadata(live, { ownerReferences: [{ $patch: 'delete', uid: '1' }] })).to.deep.equal({
      ownerReferences: [owner('2')],
    })
    expect(metadata(live, { '$setElementOrder/ownerReferences': [{ uid: '2' }, { uid: '1' }] })).to.deep.equal({
      ownerReferences: [owner('2'), owner('1')],
    })
  })
})

describe('applyStrategicMergePatch, for any patch', () => {
  const scalar = fc.constantFrom<JsonValue>(null, 'a', 'b', 1, true)
  const name = fc.constantFrom('a', 'b', 'c')
  const item = fc.record(
    { name, image: fc.constantFrom('1', '2'), $patch: fc.constantFrom('delete', 'replace', 'other') },
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonObject>
  const lists = fc.oneof(fc.array(item, { maxLength: 4 }), fc.array(scalar, { maxLength: 4 }))
  const anySpec = fc.record(
    {
      tags: fc.array(scalar, { maxLength: 4 }),
      containers: lists,
      '$setElementOrder/containers': lists,
      '$setElementOrder/tags': fc.array(scalar, { maxLength: 4 }),
      '$deleteFromPrimitiveList/tags': fc.array(scalar, { maxLength: 3 }),
      $retainKeys: fc.array(fc.constantFrom('tags', 'containers'), { maxLength: 3 }),
      $patch: fc.constantFrom('replace', 'delete'),
      __proto__x: scalar,
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonObject>
  const polluting = anySpec.map((s) => parseJson(stringify(s).replace('__proto__x', '__proto__')))

  it('changes neither document nor patch nor Object.prototype, and fails with a Status only', () => {
    fc.assert(
      fc.property(polluting, polluting, (live, patch) => {
        const document: JsonValue = { spec: live }
        const change: JsonValue = { spec: patch }
        const before = [stringify(document), stringify(change)]
        try {
          apply(document, change)
        } catch (error) {
          expect(error).to.be.instanceOf(StatusError)
        }
        expect([stringify(document), stringify(change)]).to.deep.equal(before)
        expect(Object.keys(Object.prototype)).to.deep.equal([])
      }),
      { numRuns: 3000 },
    )
  })

  it('holds the items of the patch in its order and the others in theirs', () => {
    const set = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 6 })
    fc.assert(
      fc.property(set, set, (live, patch) => {
        const { tags } = spec({ tags: clone(live) }, { tags: patch }) as { tags: string[] }
        expect(tags).to.have.members([...new Set([...live, ...patch])])
        expect(tags.filter((t) => patch.includes(t))).to.deep.equal(patch)
        expect(tags.filter((t) => !patch.includes(t))).to.deep.equal(live.filter((t) => !patch.includes(t)))
      }),
    )
  })

  it('is quick with long lists', () => {
    const containers = Array.from({ length: 20_000 }, (_, i) => ({ name: `n${String(i)}` }))
    const patch = { containers: [...containers].reverse(), '$setElementOrder/containers': [...containers].reverse() }
    const start = performance.now()
    expect(spec({ containers }, patch)).to.deep.equal({ containers: patch.containers })
    expect(performance.now() - start).to.be.below(2000)
  })
})

describe('parseStrategicMergePatch', () => {
  it('answers 400 for what is no object', () => {
    expect(() => parseStrategicMergePatch('[]')).to.throw(
      StatusError,
      'json: cannot unmarshal array into Go value of type map[string]interface {}',
    )
    expect(() => parseStrategicMergePatch('{')).to.throw(StatusError, 'unexpected end of JSON input')
    expect(parseStrategicMergePatch('null').patch).to.deep.equal({})
  })

  it('reports repeated members', () => {
    expect(parseStrategicMergePatch('{"a":{"b":1,"b":2}}').complaints).to.deep.equal(['duplicate field "a.b"'])
    expect(parseStrategicMergePatch('{"a":{"b":1,"b":2}}', 'Ignore').complaints).to.deep.equal([])
  })
})
