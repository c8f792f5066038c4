import { expect } from 'chai'
import fc from 'fast-check'
import type { ManagedFieldsEntry } from '../../meta/object.ts'
import type { JsonObject, JsonValue } from '../../util/json.ts'
import { compileAtoms } from './atoms.ts'
import { managerOrUserAgent } from './field-manager.ts'
import { FieldSet } from './field-set.ts'
import { entryOf, live, manager, owners, schema, sent } from './fixture.test.ts'

const old = '2020-01-01T00:00:00Z'
const entry = (name: string, fieldsV1: JsonObject, more: object = {}): ManagedFieldsEntry => ({
  manager: name,
  operation: 'Update',
  apiVersion: 'g/v1',
  time: old,
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
})
const managedFields = [entry('one', { 'f:spec': { '.': {}, 'f:a': {}, 'f:b': {} } })]

describe('FieldManager.update', () => {
  it('gives a new object to its creator, but for what is the server’s', () => {
    const object = sent(
      { a: '1', parts: [{ name: 'p' }] },
      { generation: 1, labels: { l: '1' }, finalizers: ['f/x'], ownerReferences: [{ uid: 'o', name: 'n' }] },
    )
    const created = manager().update(undefined, object, 'one')
    expect(created).to.equal(object)
    expect(owners(created)).to.deep.equal({
      'one Update': [
        '.metadata.finalizers',
        '.metadata.finalizers[="f/x"]',
        '.metadata.labels',
        '.metadata.labels.l',
        '.metadata.ownerReferences',
        '.metadata.ownerReferences[uid="o"]',
        '.spec',
        '.spec.a',
        '.spec.parts',
        '.spec.parts[name="p"]',
        '.spec.parts[name="p"].name',
      ],
    })
    expect(entryOf(created, 'one')?.time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  })

  it('keeps the very set of a writer who changes what he owns, and of one who sends back what he read', () => {
    const before = live({ a: '1', b: '1' }, { managedFields })
    const set = (object: typeof before) => entryOf(object, 'one')?.fieldsV1
    const patched = manager().update(before, live({ a: '2', b: '1' }, { managedFields }), 'one')
    expect(set(before)).not.to.equal(undefined)
    expect(set(patched)).to.equal(set(before))
    expect(entryOf(patched, 'one')?.time).not.to.equal(old)
    const sentBack = manager().update(
      before,
      live({ a: '2', b: '1' }, { managedFields: structuredClone(managedFields) }),
      'one',
    )
    expect(set(sentBack)).to.equal(set(before))
    const less = manager().update(before, live({ a: '2' }, { managedFields }), 'one')
    expect(owners(less)).to.deep.equal({ 'one Update': ['.spec', '.spec.a'] })
    const other = manager().update(before, live({ a: '2', b: '1' }, { managedFields }), 'two')
    expect(owners(other)).to.deep.equal({ 'one Update': ['.spec', '.spec.b'], 'two Update': ['.spec.a'] })
  })

  it('keeps no entry for an object that says nothing', () => {
    const { metadata } = manager().update(undefined, { apiVersion: 'g/v1', kind: 'K', metadata: { name: 'o' } }, 'one')
    expect(metadata).not.to.have.property('managedFields')
  })

  it('does not own what is there from the start', () => {
    const properties = { ...schema.properties, spec: { ...schema.properties.spec, default: {} } }
    const type = compileAtoms({ properties }, true)
    expect(owners(manager({}, { 'g/v1': type }).update(undefined, sent({ a: '1' }), 'one'))).to.deep.equal({
      'one Update': ['.spec.a'],
    })
  })

  it('moves what changed, new and old values alike, to the writer', () => {
    const updated = manager().update(live({ a: '1', b: '1' }, { managedFields }), live({ a: '2', size: 1 }), 'two')
    expect(owners(updated)).to.deep.equal({ 'one Update': ['.spec'], 'two Update': ['.spec.a', '.spec.size'] })
    expect(entryOf(updated, 'one')?.time).to.equal(old)
    expect(entryOf(updated, 'two')?.time).not.to.equal(old)
  })

  it('lets a writer add to what it has', () => {
    const updated = manager().update(live({ a: '1', b: '1' }, { managedFields }), live({ a: '2', size: 1 }), 'one')
    expect(owners(updated)).to.deep.equal({ 'one Update': ['.spec', '.spec.a', '.spec.size'] })
    expect(entryOf(updated, 'one')?.time).not.to.equal(old)
  })

  it('takes from appliers, too, and drops who has nothing left', () => {
    const applied = [entry('app', { 'f:spec': { 'f:a': {} } }, { operation: 'Apply' })]
    expect(
      owners(manager().update(live({ a: '1' }, { managedFields: applied }), live({ a: '2' }), 'one')),
    ).to.deep.equal({
      'one Update': ['.spec.a'],
    })
  })

  it('touches nothing when nothing changes', () => {
    const before = live({ a: '1', b: '1' }, { managedFields })
    const updated = manager().update(before, live({ a: '1', b: '1' }), 'two')
    expect(updated.metadata.managedFields).to.deep.equal(managedFields)
    expect(updated.metadata.managedFields).not.to.equal(before.metadata.managedFields)
  })

  it('touches no time when fields are only removed', () => {
    const updated = manager().update(live({ a: '1', b: '1' }, { managedFields }), live({ a: '1' }), 'one')
    expect(owners(updated)).to.deep.equal({ 'one Update': ['.spec', '.spec.a'] })
    expect(entryOf(updated, 'one')?.time).to.equal(old)
  })

  it('begins no tracking on an object that has none', () => {
    expect(manager().update(live({ a: '1' }), live({ a: '2' }), 'one').metadata).not.to.have.property('managedFields')
  })

  it('takes the managedFields of the body, for whoever edits them', () => {
    const given = [entry('renamed', { 'f:spec': { 'f:a': {} } })]
    const updated = manager().update(
      live({ a: '1' }, { managedFields }),
      live({ a: '1' }, { managedFields: given }),
      'one',
    )
    expect(updated.metadata.managedFields).to.deep.equal(given)
  })

  it('is reset by one empty entry, not by an empty list', () => {
    const before = live({ a: '1' }, { managedFields })
    expect(manager().update(before, live({ a: '2' }, { managedFields: [{}] }), 'one').metadata).not.to.have.property(
      'managedFields',
    )
    expect(owners(manager().update(before, live({ a: '1' }, { managedFields: [] }), 'one'))).to.have.property(
      'one Update',
    )
  })

  const malformed: readonly unknown[] = [
    [entry('x', {}, { operation: 'Delete' })],
    [entry('x', { xx: {} })],
    [entry('x', {}, { fieldsType: 'V2' })],
    [entry('x', {}, { apiVersion: undefined })],
    [entry('x', {}, { fieldsV1: 'text' })],
    [null],
    ['text'],
    'text',
    {},
    null,
  ]
  for (const given of malformed)
    it(`falls back on those that are live when it gets ${JSON.stringify(given)}`, () => {
      const updated = manager().update(
        live({ a: '1' }, { managedFields }),
        live({ a: '1' }, { managedFields: given }),
        'one',
      )
      expect(owners(updated)).to.have.property('one Update')
    })

  it('forgets live managedFields that are malformed', () => {
    const before = live({ a: '1' }, { managedFields: [entry('x', { xx: {} })] })
    expect(manager().update(before, live({ a: '2' }), 'one').metadata).not.to.have.property('managedFields')
  })

  it('drops managers of versions that are no more', () => {
    const gone = [...managedFields, entry('x', { 'f:spec': { 'f:b': {} } }, { apiVersion: 'g/v0' })]
    const updated = manager().update(live({ a: '1', b: '1' }, { managedFields: gone }), live({ a: '1', b: '1' }), 'two')
    expect(owners(updated)).to.deep.equal({ 'one Update': ['.spec', '.spec.a', '.spec.b'] })
  })

  it('sees the change as each manager’s version shows it', () => {
    const renamed = compileAtoms(
      { properties: { spec: { type: 'object', properties: { z: { type: 'string' } } } } },
      true,
    )
    const fields = manager(
      {
        convert: (object, apiVersion) => {
          const { a, z, ...rest } = (object as unknown as { spec: { a: string; z: string } }).spec
          if (apiVersion === object.apiVersion) return object
          return { ...object, apiVersion, spec: apiVersion === 'g/v2' ? { z: a } : { ...rest, a: z } } as never
        },
      },
      { 'g/v1': compileAtoms(schema, true), 'g/v2': renamed },
    )
    const before = [entry('one', { 'f:spec': { 'f:z': {} } }, { apiVersion: 'g/v2' })]
    expect(
      owners(fields.update(live({ a: '1' }, { managedFields: before }), live({ a: '1', b: '1' }), 'two')),
    ).to.deep.equal({
      'one Update g/v2': ['.spec.z'],
      'two Update': ['.spec.b'],
    })
    expect(owners(fields.update(live({ a: '1' }, { managedFields: before }), live({ a: '2' }), 'two'))).to.deep.equal({
      'two Update': ['.spec.a'],
    })
  })

  it('never fails when a conversion does', () => {
    const other = [entry('x', { 'f:spec': { 'f:a': {} } }, { apiVersion: 'g/v2' })]
    const failing = manager(
      {
        convert: (object, apiVersion) => {
          if (apiVersion === 'g/v1') return object
          throw new Error('no')
        },
      },
      { 'g/v1': compileAtoms(schema, true), 'g/v2': compileAtoms(schema, true) },
    )
    const updated = failing.update(live({ a: '1' }, { managedFields: other }), live({ a: '2' }), 'one')
    expect(updated.metadata.managedFields).to.deep.equal(other)
  })

  it('forgets the owners of an object that is not of the type', () => {
    expect(manager().update(undefined, sent({ a: 1 }), 'one').metadata).not.to.have.property('managedFields')
    const updated = manager().update(live({ a: '1' }, { managedFields }), live({ a: 1, size: 2 }), 'two')
    expect(updated.metadata).not.to.have.property('managedFields')
  })

  it('neither gives nor takes what its endpoint does not write', () => {
    const status = { status: { phase: 'x' } }
    const main = manager({ resetFields: () => FieldSet.of(['f:status']) })
    expect(owners(main.update(undefined, { ...sent({ a: '1' }), ...status }, 'one'))).to.deep.equal({
      'one Update': ['.spec', '.spec.a'],
    })
    const mine = [entry('one', { 'f:status': { 'f:phase': {} } })]
    const updated = main.update({ ...live({ a: '1' }, { managedFields: mine }), ...status }, live({ a: '2' }), 'two')
    expect(owners(updated)).to.deep.equal({ 'one Update': ['.status.phase'], 'two Update': ['.spec.a'] })
  })

  it('names the subresource, and believes the live object about managedFields there', () => {
    const fields = manager({ subresource: 'status', resetFields: () => FieldSet.of(['f:spec'], ['f:metadata']) })
    const before = live({ a: '1' }, { managedFields })
    const object = { ...live({ a: '2' }, { managedFields: [{}] }), status: { phase: 'x' } }
    expect(owners(fields.update(before, object, 'two'))).to.deep.equal({
      'one Update': ['.spec', '.spec.a', '.spec.b'],
      'two Update status': ['.status', '.status.phase'],
    })
  })

  it('keeps at most ten writers', () => {
    let object = manager().update(undefined, live({ labels: {} }), 'm')
    for (let i = 0; i < 15; i++) {
      const labels = { ...(object as unknown as { spec: { labels: object } }).spec.labels, [`l${String(i)}`]: 'x' }
      object = manager().update(object, live({ labels }), `m${String(i)}`)
    }
    const all = owners(object)
    expect(Object.keys(all)).to.have.length(10).and.to.include('ancient-changes Update')
    const paths = Object.values(all).flat()
    for (let i = 0; i < 15; i++) expect(paths).to.include(`.spec.labels.l${String(i)}`)
  })

  it('gives every leaf of an object one owner, whatever was written by whom', () => {
    const leaf = fc.constantFrom('1', '2', '3')
    const spec = fc.record(
      {
        a: leaf,
        b: leaf,
        labels: fc.dictionary(fc.constantFrom('x', 'y'), leaf, { minKeys: 1 }),
        set: fc.uniqueArray(leaf, { minLength: 1 }),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('one', 'two', 'three'), spec), { minLength: 1 }), (writes) => {
        let object = manager().update(undefined, live({ on: true }), 'creator')
        for (const [name, next] of writes) object = manager().update(object, live({ on: true, ...next }), name)
        const leaves = leavesOf((object as unknown as { spec: JsonValue }).spec, '.spec')
        const owned = Object.values(owners(object)).flat()
        for (const path of leaves) expect(owned.filter((other) => other === path)).to.have.length(1)
        const structures = ['.spec', '.spec.labels', '.spec.set']
        expect(owned.filter((path) => !leaves.includes(path) && !structures.includes(path))).to.deep.equal([])
      }),
    )
  })
})

function leavesOf(value: JsonValue, path: string): string[] {
  if (Array.isArray(value)) return value.map((item) => `${path}[=${JSON.stringify(item)}]`)
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, member]) => leavesOf(member, `${path}.${key}`))
}

describe('managerOrUserAgent', () => {
  const cases: readonly (readonly [string, string | undefined, string])[] = [
    ['me', 'kubectl/v1', 'me'],
    ['', 'kubectl/v1.30 (linux/amd64)', 'kubectl'],
    ['', 'curl', 'curl'],
    ['', 'my tool\u0007\t/1', 'my tool'],
    ['', undefined, 'unknown'],
    ['', '', 'unknown'],
    ['', '/1', 'unknown'],
    ['', `${'x'.repeat(200)}/1`, 'x'.repeat(128)],
    ['', Buffer.from('é'.repeat(100)).toString('latin1'), 'é'.repeat(64)],
  ]
  for (const [name, userAgent, result] of cases)
    it(`makes ${JSON.stringify(result.slice(0, 20))} of ${JSON.stringify([name, userAgent?.slice(0, 20)])}`, () => {
      expect(managerOrUserAgent(name, userAgent)).to.equal(result)
    })
})
