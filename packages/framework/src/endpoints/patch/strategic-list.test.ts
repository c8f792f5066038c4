import { expect } from 'chai'
import { StatusError } from '../../meta/status.ts'
import { parseJson, stringify, type JsonObject, type JsonValue } from '../../util/json.ts'
import { applyStrategicMergePatch } from './strategic-merge-patch.ts'
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
        keyless: { type: 'array', items: { type: 'object' }, ...merging },
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
        volumes: {
          type: 'array',
          'x-kubernetes-patch-strategy': 'merge,retainKeys',
          'x-kubernetes-patch-merge-key': 'name',
          items: { type: 'object' },
        },
        byName: {
          type: 'object',
          additionalProperties: { type: 'object', properties: { tags: { type: 'array', ...merging } } },
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

function refusal(live: JsonObject, patch: JsonObject): StatusError {
  try {
    spec(live, patch)
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('applyStrategicMergePatch, lists of scalars', () => {
  it('replaces where nothing else is said', () => {
    expect(spec({ args: ['a', 'b'], other: [1] }, { args: ['c'], other: [] })).to.deep.equal({ args: ['c'], other: [] })
  })

  it('merges as a set: the items of the patch in its order, the others before what they preceded', () => {
    expect(spec({ tags: ['one'] }, { tags: ['two', 'one'] })).to.deep.equal({ tags: ['two', 'one'] })
    expect(spec({ tags: ['a', 'b', 'c', 'd'] }, { tags: ['d', 'b', 'x'] })).to.deep.equal({
      tags: ['a', 'c', 'd', 'b', 'x'],
    })
    expect(spec({ tags: ['a', 'a', 'b'] }, { tags: ['c', 'c'] })).to.deep.equal({ tags: ['c', 'a', 'b'] })
    expect(spec({ tags: [] }, { tags: [] })).to.deep.equal({ tags: [] })
    expect(spec({ tags: ['a'] }, { tags: null })).to.deep.equal({})
  })

  it('deletes with $deleteFromPrimitiveList, whatever the strategy, before it adds', () => {
    expect(
      spec(
        { tags: ['a', 'b'], args: ['a', 'b', 'a'] },
        { '$deleteFromPrimitiveList/tags': ['a'], '$deleteFromPrimitiveList/args': ['a'] },
      ),
    ).to.deep.equal({ tags: ['b'], args: ['b'] })
    expect(spec({ tags: ['a', 'b'] }, { tags: ['a', 'c'], '$deleteFromPrimitiveList/tags': ['a', 'b'] })).to.deep.equal(
      {
        tags: ['a', 'c'],
      },
    )
    expect(spec({}, { '$deleteFromPrimitiveList/tags': ['a'] })).to.deep.equal({})
    expect(spec({ tags: ['a'] }, { '$deleteFromPrimitiveList/tags': null })).to.deep.equal({})
    expect(spec({ tags: ['a'] }, { '$deleteFromPrimitiveList/tags': 'a' })).to.deep.equal({ tags: ['a'] })
  })

  it('orders with $setElementOrder', () => {
    expect(spec({ tags: ['two'] }, { '$setElementOrder/tags': ['three', 'two'], tags: ['three'] })).to.deep.equal({
      tags: ['three', 'two'],
    })
    expect(spec({ tags: ['a', 'b', 'c', 'd'] }, { '$setElementOrder/tags': ['c', 'a'] })).to.deep.equal({
      tags: ['b', 'c', 'a', 'd'],
    })
    expect(spec({}, { '$setElementOrder/tags': ['b', 'a'], tags: ['b', 'a'] })).to.deep.equal({ tags: ['b', 'a'] })
    expect(spec({}, { '$setElementOrder/tags': ['b', 'a'] })).to.deep.equal({})
    expect(spec({ tags: [] }, { '$setElementOrder/tags': ['a'] })).to.deep.equal({ tags: [] })
  })

  it('takes __proto__ and the like for values and members', () => {
    const patched = apply(
      parseJson('{"__proto__":{"a":1},"spec":{"tags":["__proto__"]}}'),
      parseJson(
        '{"__proto__":{"b":{"c":null,"d":1}},"spec":{"$setElementOrder/__proto__":["x"],"__proto__":["x"],"tags":["constructor"]}}',
      ),
    )
    expect(stringify(patched)).to.equal(
      '{"__proto__":{"a":1,"b":{"d":1}},"spec":{"tags":["constructor","__proto__"],"__proto__":["x"]}}',
    )
    expect(({} as Record<string, unknown>)['d']).to.equal(undefined)
  })

  it('says what is wrong with lists', () => {
    const order = refusal({ tags: ['a'] }, { '$setElementOrder/tags': ['b', 'a'], tags: ['a', 'b'] })
    expect(order.status).to.include({
      code: 400,
      message: "The order in patch list:\n[a b]\n doesn't match $setElementOrder list:\n[b a]\n",
    })
    expect(refusal({ tags: ['a'] }, { $setElementOrder: ['a'] }).status).to.include({
      code: 400,
      message: 'invalid patch format of setElementOrder list',
    })
    expect(refusal({ tags: ['a'] }, { $deleteFromPrimitiveList: ['a'] }).status).to.include({
      code: 400,
      message: 'invalid patch format of primitive list',
    })
    expect(refusal({ tags: [['a']] }, { tags: ['b'] }).status).to.deep.equal(StatusError.genericInvalid().status)
    expect(refusal({ tags: ['a'] }, { tags: [1, { x: 1 }] }).status).to.include({
      code: 400,
      message: 'list element types are not identical: [[a] [1 map[x:1]]]',
    })
    expect(refusal({ tags: 'a' }, { '$setElementOrder/tags': ['a'] }).message).to.equal(
      'expected a []interface {}, but received a string',
    )
    expect(refusal({ tags: ['a'] }, { '$setElementOrder/tags': { a: 1 } }).message).to.equal(
      'expected a []interface {}, but received a map[string]interface {}',
    )
  })
})

describe('applyStrategicMergePatch, lists of maps', () => {
  const live = {
    containers: [
      { name: 'a', image: '1', env: [{ key: 'x', value: '1' }] },
      { name: 'b', image: '2' },
    ] as JsonValue[],
  }

  it('merges by the key, also further down', () => {
    expect(
      spec(live, {
        containers: [{ name: 'c' }, { name: 'a', env: [{ key: 'x', value: '9' }, { key: 'y' }], image: null }],
      }),
    ).to.deep.equal({
      containers: [
        { name: 'c' },
        { name: 'a', env: [{ key: 'x', value: '9' }, { key: 'y' }] },
        { name: 'b', image: '2' },
      ],
    })
  })

  it('deletes one, and replaces all, by a directive in an item', () => {
    expect(spec(live, { containers: [{ $patch: 'delete', name: 'a' }, { name: 'c' }] })).to.deep.equal({
      containers: [{ name: 'c' }, { name: 'b', image: '2' }],
    })
    expect(
      spec(live, { containers: [{ $patch: 'replace' }, { name: 'z' }, { $patch: 'delete', name: 'q' }] }),
    ).to.deep.equal({
      containers: [{ name: 'z' }],
    })
  })

  it('orders by $setElementOrder, and checks the patch against it', () => {
    expect(spec(live, { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] })).to.deep.equal({
      containers: [live.containers[1], live.containers[0]],
    })
    expect(
      spec(live, {
        '$setElementOrder/containers': [{ name: 'n' }, { name: 'b' }],
        containers: [{ $patch: 'delete', name: 'a' }, { name: 'n' }],
      }),
    ).to.deep.equal({ containers: [{ name: 'n' }, { name: 'b', image: '2' }] })
    const wrong = { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'n' }] }
    expect(refusal(live, wrong).message).to.equal(
      "The order in patch list:\n[map[name:n]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
    )
  })

  it('merges items that retain keys', () => {
    expect(
      spec(
        { volumes: [{ name: 'v', emptyDir: {} }] },
        { volumes: [{ $retainKeys: ['name', 'secret'], name: 'v', secret: { s: 1 } }] },
      ),
    ).to.deep.equal({ volumes: [{ name: 'v', secret: { s: 1 } }] })
  })

  it('finds the schema of the values of a map', () => {
    expect(spec({ byName: { one: { tags: ['a'] } } }, { byName: { one: { tags: ['b'] } } })).to.deep.equal({
      byName: { one: { tags: ['b', 'a'] } },
    })
  })

  it('says what is wrong with items', () => {
    expect(refusal(live, { containers: [{ image: '3', n: { x: 1 } }] }).status).to.include({
      code: 400,
      message: 'map: map[image:3 n:map[x:1]] does not contain declared merge key: name',
    })
    expect(refusal(live, { containers: [{ $patch: 'delete' }] }).message).to.equal(
      'map: map[$patch:delete] does not contain declared merge key: name',
    )
    expect(refusal(live, { containers: [{ $patch: 'merge' }] }).message).to.equal(
      'merging lists cannot yet be specified in the patch',
    )
    expect(refusal(live, { containers: [{ $patch: 'x', name: 'a' }] }).message).to.equal(
      'unknown patch type: x in map: map[$patch:x name:a]',
    )
    expect(refusal({ keyless: [{ a: 1 }] }, { keyless: [{ a: 1 }] }).message).to.equal(
      'cannot merge lists without merge key for object',
    )
  })
})
