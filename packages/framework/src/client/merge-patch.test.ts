import { expect } from 'chai'
import fc from 'fast-check'
import { applyMergePatch } from '../endpoints/patch/merge-patch.ts'
import type { JsonObject, JsonValue } from '../util/json.ts'
import { mergePatchOf } from './merge-patch.ts'

describe('mergePatchOf', () => {
  // Without nulls: a merge patch cannot write one.
  const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom('a', 'b'),
      fc.boolean(),
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
      tie('object'),
    ),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'toString'), tie('value'), {
      maxKeys: 4,
    }),
  })).value
  const object = value.filter((each): each is JsonObject => typeof each === 'object' && !Array.isArray(each))

  it('makes of the original what it was changed to', () => {
    fc.assert(
      fc.property(object, object, (original, changed) => {
        expect(applyMergePatch(original, mergePatchOf(original, changed))).to.deep.equal(changed)
      }),
    )
  })

  it('is empty where nothing changed', () => {
    fc.assert(
      fc.property(object, (same) => {
        expect(mergePatchOf(same, structuredClone(same))).to.deep.equal({})
      }),
    )
  })

  it('carries the resourceVersion when others must not have changed it', () => {
    const original = { metadata: { resourceVersion: '7', labels: { a: '1' } } }
    const changed = { metadata: { resourceVersion: '7', labels: {} } }
    expect(mergePatchOf(original, changed, { optimisticLock: true })).to.deep.equal({
      metadata: { resourceVersion: '7', labels: { a: null } },
    })
  })
})
