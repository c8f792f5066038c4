import { expect } from 'chai'
import fc from 'fast-check'
import type { KubeObject } from '../../meta/object.ts'
import { canonical, type JsonObject, type JsonValue } from '../../util/json.ts'
import { compareElements } from './path-element.ts'
import { FieldSet } from './field-set.ts'
import { live, manager, sent, specOf, specType } from './fixture.test.ts'
import { toFieldSet } from './to-field-set.ts'

const fields = manager()
const leaf = fc.constantFrom('1', '2')
const key = fc.constantFrom('k', 'l', 'm')
const part = fc.record(
  { name: key, n: fc.nat(1), tags: fc.dictionary(key, leaf, { minKeys: 1 }) },
  { requiredKeys: ['name'] },
)

/** Configurations without empty containers, which are owned in ways of their own. */
const configuration: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      a: leaf,
      b: leaf,
      inner: fc.record({ x: leaf, y: leaf }, { requiredKeys: [] }).filter((value) => Object.keys(value).length > 0),
      labels: fc.dictionary(key, leaf, { minKeys: 1 }),
      nested: fc.dictionary(key, fc.dictionary(key, leaf, { minKeys: 1 }), { minKeys: 1 }),
      whole: fc.record({ x: leaf }),
      args: fc.array(leaf, { minLength: 1, maxLength: 2 }),
      set: fc.uniqueArray(key, { minLength: 1 }),
      parts: fc.uniqueArray(part, { minLength: 1, selector: ({ name }) => name }),
      ports: fc.uniqueArray(fc.record({ port: fc.nat(2), target: leaf }), {
        minLength: 1,
        selector: ({ port }) => port,
      }),
      any: fc.dictionary(key, leaf, { minKeys: 1 }),
    },
    { requiredKeys: [] },
  )
  .map((spec) => JSON.parse(JSON.stringify(spec)) as JsonObject)

const withUid = (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, uid: 'u' } })
const apply = (before: KubeObject | undefined, spec: JsonObject, name: string, force = true): KubeObject =>
  withUid(fields.apply(before, sent({ size: 1, ...spec }), name, force))

/** The order of items is not a matter of ownership. */
function unordered(value: JsonValue): JsonValue {
  if (Array.isArray(value))
    return value.map(unordered).sort((x, y) => compareElements(`v:${canonical(x)}`, `v:${canonical(y)}`))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, unordered(member)]))
}
const fieldsOf = (object: KubeObject): FieldSet => toFieldSet(specType, specOf(object))
const ownedBy = (object: KubeObject, name: string): FieldSet => {
  const entry = object.metadata.managedFields?.find((other) => other.manager === name)
  return FieldSet.fromJson(entry?.fieldsV1 ?? {}).below('f:spec')
}

describe('FieldManager.apply, whatever is applied', () => {
  it('does nothing the second time', () => {
    fc.assert(
      fc.property(fc.array(configuration, { maxLength: 3 }), configuration, (before, spec) => {
        let object: KubeObject | undefined
        for (const [i, other] of before.entries()) object = apply(object, other, `other${String(i)}`)
        const once = apply(object, spec, 'one')
        expect(fields.apply(once, sent({ size: 1, ...spec }), 'one', false)).to.equal(once)
      }),
    )
  })

  it('makes the same of two configurations that do not meet, in either order', () => {
    fc.assert(
      fc.property(configuration, (spec) => {
        const halves: [JsonObject, JsonObject] = [{}, {}]
        for (const [i, [name, value]] of Object.entries(spec).entries()) halves[i % 2 === 0 ? 0 : 1][name] = value
        const [left, right] = halves
        const one = apply(apply(undefined, left, 'left', false), right, 'right', false)
        const two = apply(apply(undefined, right, 'right', false), left, 'left', false)
        expect(unordered(specOf(one))).to.deep.equal(unordered(specOf(two)))
        for (const name of ['left', 'right']) expect(ownedBy(one, name).equals(ownedBy(two, name))).to.equal(true)
      }),
    )
  })

  it('makes the same of configurations that agree, in either order', () => {
    fc.assert(
      fc.property(configuration, configuration, (left, right) => {
        let one: KubeObject
        let two: KubeObject
        try {
          one = apply(apply(undefined, left, 'left', false), right, 'right', false)
          two = apply(apply(undefined, right, 'right', false), left, 'left', false)
        } catch {
          // A conflict one way is a conflict the other way.
          expect(() => apply(apply(undefined, left, 'left', false), right, 'right', false)).to.throw('conflict')
          expect(() => apply(apply(undefined, right, 'right', false), left, 'left', false)).to.throw('conflict')
          return
        }
        expect(unordered(specOf(one))).to.deep.equal(unordered(specOf(two)))
      }),
    )
  })

  it('owns exactly what it says, and all of it is in the object', () => {
    fc.assert(
      fc.property(configuration, configuration, configuration, (first, second, spec) => {
        const object = apply(apply(apply(undefined, first, 'one'), second, 'two'), spec, 'one')
        const wanted = toFieldSet(specType, { size: 1, ...spec })
        expect(ownedBy(object, 'one').equals(wanted)).to.equal(true)
        expect(wanted.difference(fieldsOf(object)).isEmpty).to.equal(true)
        expect(fields.apply(object, sent({ size: 1, ...spec }), 'one', false)).to.equal(object)
      }),
    )
  })

  it('removes what it says no more and nobody else owns, and nothing besides', () => {
    fc.assert(
      fc.property(configuration, configuration, configuration, (others, before, after) => {
        const object = apply(apply(undefined, others, 'two'), before, 'one')
        const applied = apply(object, after, 'one')
        const wanted = ownedBy(applied, 'one').union(ownedBy(applied, 'two'))
        expect(fieldsOf(applied).equals(wanted)).to.equal(true)
        expect(apply(applied, {}, 'one')).to.satisfy((rest: KubeObject) =>
          fieldsOf(rest).equals(ownedBy(rest, 'two').union(ownedBy(rest, 'one'))),
        )
      }),
    )
  })

  it('leaves what plain writers own', () => {
    fc.assert(
      fc.property(configuration, configuration, configuration, (written, before, after) => {
        const object = withUid(fields.update(undefined, sent({ size: 1, ...written }), 'writer'))
        const applied = apply(apply(object, before, 'one'), after, 'one')
        expect(
          ownedBy(applied, 'writer').intersection(fieldsOf(object)).difference(fieldsOf(applied)).isEmpty,
        ).to.equal(true)
      }),
    )
  })

  it('refuses or changes nothing of others without force', () => {
    fc.assert(
      fc.property(configuration, configuration, (theirs, mine) => {
        const object = apply(undefined, theirs, 'two')
        let applied: KubeObject
        try {
          applied = apply(object, mine, 'one', false)
        } catch (error) {
          expect(error).to.have.property('code', 409)
          return
        }
        expect(ownedBy(applied, 'two').equals(ownedBy(object, 'two'))).to.equal(true)
        expect(unordered(specOf(apply(applied, theirs, 'two', false)))).to.deep.equal(unordered(specOf(applied)))
      }),
    )
  })

  it('survives any plain write in between', () => {
    fc.assert(
      fc.property(configuration, configuration, configuration, (first, written, again) => {
        const object = apply(undefined, first, 'one')
        const updated = fields.update(object, live({ size: 1, ...written }), 'writer')
        const applied = apply(updated, again, 'one')
        const wanted = toFieldSet(specType, { size: 1, ...again })
        expect(wanted.difference(fieldsOf(applied)).isEmpty).to.equal(true)
        expect(
          ownedBy(applied, 'writer').intersection(ownedBy(applied, 'one')).difference(fieldsOf(applied)).isEmpty,
        ).to.equal(true)
      }),
    )
  })
})
