import { expect } from 'chai'
import { StatusError } from '../../meta/status.ts'
import type { KubeObject, ManagedFieldsEntry } from '../../meta/object.ts'
import type { JsonObject } from '../../util/json.ts'
import { compileAtoms } from './atoms.ts'
import { FieldSet } from './field-set.ts'
import { entryOf, live, manager, owners, schema, sent, specOf } from './fixture.test.ts'

const fields = manager()
const old = '2020-01-01T00:00:00Z'

/** The object as it is read again: with a uid, and all times in the past. */
function stored(object: KubeObject): KubeObject {
  const managedFields = object.metadata.managedFields?.map((entry) =>
    'time' in entry ? { ...entry, time: old } : entry,
  )
  return { ...object, metadata: { ...object.metadata, uid: 'u', ...(managedFields ? { managedFields } : {}) } }
}
const apply = (before: KubeObject | undefined, spec: JsonObject, name = 'one', force = false): KubeObject =>
  fields.apply(before && stored(before), sent(spec), name, force)
const update = (before: KubeObject | undefined, spec: JsonObject, name = 'upd'): KubeObject =>
  before ? fields.update(stored(before), live(spec), name) : fields.update(undefined, sent(spec), name)

function failure(action: () => unknown): StatusError {
  try {
    action()
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('FieldManager.apply', () => {
  it('creates the object, owned by its applier', () => {
    const created = apply(undefined, {
      a: '1',
      inner: { x: '1' },
      parts: [{ name: 'p' }],
      set: ['s'],
      labels: { l: '1' },
    })
    expect(owners(created)).to.deep.equal({
      'one Apply': [
        '.spec.a',
        '.spec.inner.x',
        '.spec.labels.l',
        '.spec.parts[name="p"]',
        '.spec.parts[name="p"].name',
        '.spec.set[="s"]',
      ],
    })
    expect(entryOf(created, 'one')?.time).to.be.a('string')
    expect(created.metadata.name).to.equal('o')
  })

  it('answers the live object itself when nothing changes', () => {
    const before = stored(apply(undefined, { a: '1', set: ['s'] }))
    expect(fields.apply(before, sent({ a: '1', set: ['s'] }), 'one', false)).to.equal(before)
    expect(fields.apply(before, sent({ set: ['s'], a: '1' }, { creationTimestamp: null }), 'one', false)).to.equal(
      before,
    )
  })

  it('changes its own fields, with a new time', () => {
    const applied = apply(apply(undefined, { a: '1' }), { a: '2' })
    expect(specOf(applied)).to.deep.equal({ a: '2' })
    expect(entryOf(applied, 'one')?.time).not.to.equal(old)
  })

  it('changes neither the live object nor the configuration', () => {
    const before = stored(apply(apply(undefined, { a: '1', parts: [{ name: 'p' }] }), { b: '1' }, 'two'))
    const configuration = sent({ parts: [{ name: 'q', tags: { t: '1' } }] })
    const texts = [JSON.stringify(before), JSON.stringify(configuration)]
    const applied = fields.apply(before, configuration, 'one', false)
    ;(specOf(applied) as { b: string }).b = 'changed'
    ;(applied as unknown as { spec: JsonObject }).spec['b'] = 'changed'
    ;(applied as unknown as { spec: { parts: JsonObject[] } }).spec.parts[0] = {}
    expect([JSON.stringify(before), JSON.stringify(configuration)]).to.deep.equal(texts)
  })

  it('shares what it applies to the same value, without a time as nothing was written', () => {
    const shared = apply(apply(undefined, { a: '1' }), { a: '1' }, 'two')
    expect(owners(shared)).to.deep.equal({ 'two Apply': ['.spec.a'], 'one Apply': ['.spec.a'] })
    expect(entryOf(shared, 'two')).not.to.have.property('time')
    expect(entryOf(shared, 'one')?.time).to.equal(old)
  })

  it('removes what it applies no more and nobody else owns', () => {
    const before = apply(undefined, {
      a: '1',
      b: '1',
      inner: { x: '1', y: '1' },
      parts: [{ name: 'p' }, { name: 'q' }],
      set: ['s', 't'],
      labels: { k: '1', l: '1' },
    })
    const applied = apply(before, { a: '1', inner: { x: '1' }, parts: [{ name: 'q' }], set: ['t'], labels: { l: '1' } })
    expect(specOf(applied)).to.deep.equal({
      a: '1',
      inner: { x: '1' },
      parts: [{ name: 'q' }],
      set: ['t'],
      labels: { l: '1' },
    })
    expect(specOf(apply(before, { a: '1' }))).to.deep.equal({ a: '1' })
  })

  it('leaves what others own or what was never its own', () => {
    const updated = update(apply(undefined, { a: '1', labels: { l: '1' } }), {
      a: '1',
      b: '1',
      labels: { l: '1', m: '1' },
    })
    expect(specOf(apply(updated, { a: '1' }))).to.deep.equal({ a: '1', b: '1', labels: { m: '1' } })
    const shared = apply(apply(undefined, { a: '1', set: ['s', 't'] }), { a: '1', set: ['t'] }, 'two')
    const given = apply(shared, {})
    expect(specOf(given)).to.deep.equal({ a: '1', set: ['t'] })
    expect(owners(given)).to.deep.equal({ 'one Apply': ['.spec'], 'two Apply': ['.spec.a', '.spec.set[="t"]'] })
  })

  it('drops an entry that owns nothing', () => {
    const { spec: _, ...nothing } = sent({}) as KubeObject & { spec: unknown }
    const applied = fields.apply(stored(apply(undefined, { a: '1' })), nothing, 'one', false)
    expect(applied).not.to.have.property('spec')
    expect(applied.metadata).not.to.have.property('managedFields')
  })

  it('leaves an emptied map or list that somebody owns empty, not null', () => {
    expect(specOf(apply(apply(undefined, { labels: { l: '1' } }), { labels: {} }))).to.deep.equal({ labels: {} })
  })

  it('owns null and empty maps, but nothing for an empty list of items', () => {
    expect(owners(apply(undefined, { a: null, labels: {}, set: [] }))).to.deep.equal({
      'one Apply': ['.spec.a', '.spec.labels'],
    })
    expect(specOf(apply(apply(undefined, { set: ['s'], a: '1' }), { set: [], a: '1' }))).to.deep.equal({ a: '1' })
  })

  it('takes all that was there before the first apply as a plain write', () => {
    const applied = apply(live({ a: '1', b: '1' }), { b: '1', size: 1 })
    expect(owners(applied)).to.deep.equal({
      'one Apply': ['.spec.b', '.spec.size'],
      'before-first-apply Update': ['.spec', '.spec.a', '.spec.b'],
    })
    const error = failure(() => apply(live({ a: '1' }), { a: '2' }))
    expect(error.message).to.equal(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using g/v1: .spec.a',
    )
  })

  it('keeps an applier’s own plain writes apart', () => {
    const error = failure(() => apply(update(undefined, { a: '1' }, 'one'), { a: '2' }, 'one'))
    expect(error.message).to.equal('Apply failed with 1 conflict: conflict with "one" using g/v1: .spec.a')
  })

  it('neither applies to nor owns what its endpoint does not write', () => {
    const main = manager({ resetFields: () => FieldSet.of(['f:status']) })
    const configuration = { ...sent({ a: '1' }), status: { phase: 'x' } } as KubeObject
    expect(owners(main.apply(undefined, configuration, 'one', false))).to.deep.equal({ 'one Apply': ['.spec.a'] })
  })

  it('names the subresource', () => {
    const status = manager({ subresource: 'status', resetFields: () => FieldSet.of(['f:spec'], ['f:metadata']) })
    const configuration = { ...sent({ a: '2' }), status: { phase: 'x' } } as KubeObject
    const applied = status.apply(stored(apply(undefined, { a: '1' }, 'other')), configuration, 'one', false)
    expect(owners(applied)).to.deep.equal({ 'one Apply status': ['.status.phase'], 'other Apply': ['.spec.a'] })
  })

  describe('conflicts', () => {
    const bobs = (): KubeObject =>
      apply(update(undefined, { a: '1', b: '1' }), { inner: { x: '1', y: '1' }, parts: [{ name: 'p', n: 1 }] }, 'bob')

    it('names the one field and its owner', () => {
      const { status } = failure(() => apply(bobs(), { parts: [{ name: 'p', n: 2 }] }))
      expect(status).to.deep.equal({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'Apply failed with 1 conflict: conflict with "bob": .spec.parts[name="p"].n',
        reason: 'Conflict',
        details: {
          causes: [
            { reason: 'FieldManagerConflict', message: 'conflict with "bob"', field: '.spec.parts[name="p"].n' },
          ],
        },
        code: 409,
      })
    })

    it('names all fields by their owners', () => {
      const { message, status } = failure(() => apply(bobs(), { b: '2', a: '2', inner: { y: '2', x: '2' } }))
      expect(message).to.equal(
        'Apply failed with 4 conflicts: conflicts with "bob":\n- .spec.inner.x\n- .spec.inner.y\nconflicts with "upd" using g/v1:\n- .spec.a\n- .spec.b',
      )
      expect(status.details?.causes).to.have.length(4)
    })

    it('names the subresource of an owner', () => {
      const status = manager({ subresource: 'status' })
      const object = { ...sent({}), status: { phase: 'x' } } as KubeObject
      const before = stored(status.update(undefined, object, 'bob'))
      const error = failure(() =>
        fields.apply(before, { ...sent({}), status: { phase: 'y' } } as KubeObject, 'one', false),
      )
      expect(error.message).to.equal(
        'Apply failed with 1 conflict: conflict with "bob" with subresource "status" using g/v1: .status.phase',
      )
    })

    it('are none where values agree', () => {
      expect(() => apply(bobs(), { a: '1', inner: { x: '1' } })).not.to.throw()
    })

    it('are taken over by force, field by field', () => {
      const forced = apply(bobs(), { a: '2', inner: { x: '2' } }, 'one', true)
      expect(specOf(forced)).to.deep.equal({ a: '2', b: '1', inner: { x: '2', y: '1' }, parts: [{ name: 'p', n: 1 }] })
      expect(owners(forced)).to.deep.equal({
        'one Apply': ['.spec.a', '.spec.inner.x'],
        'bob Apply': [
          '.spec.inner.y',
          '.spec.parts[name="p"]',
          '.spec.parts[name="p"].n',
          '.spec.parts[name="p"].name',
        ],
        'upd Update': ['.spec', '.spec.b'],
      })
      expect(entryOf(forced, 'bob')?.time).to.equal(old)
    })
  })

  describe('refusals', () => {
    const refusal = (patch: object, before?: KubeObject): [number, string] => {
      const error = failure(() => fields.apply(before, { ...sent({}), ...patch }, 'one', false))
      return [error.code, error.message]
    }

    it('are 400 for another kind or version', () => {
      expect(refusal({ apiVersion: 'g/v2' })).to.deep.equal([400, 'invalid object type: g/v2, Kind=K'])
      expect(refusal({ apiVersion: 'v1', kind: 'X' })).to.deep.equal([400, 'invalid object type: /v1, Kind=X'])
      expect(refusal({ apiVersion: undefined, kind: undefined })).to.deep.equal([400, 'invalid object type: /, Kind='])
      expect(refusal({ apiVersion: 3 })).to.deep.equal([400, 'invalid object type: /, Kind=K'])
    })

    it('are 400 for managedFields', () => {
      const all: unknown[] = [[], [{}]]
      for (const managedFields of all)
        expect(refusal({ metadata: { name: 'o', managedFields } })).to.deep.equal([
          400,
          'metadata.managedFields must be nil',
        ])
      const created = fields.apply(undefined, sent({ a: '1' }, { managedFields: null }), 'one', false)
      expect(owners(created)).to.deep.equal({ 'one Apply': ['.spec.a'] })
    })

    it('are 400 for what the type does not allow', () => {
      const text = 'failed to create typed patch object (ns/o; g/v1, Kind=K): '
      const metadata = { name: 'o', namespace: 'ns' }
      expect(refusal({ metadata, spec: { zz: 1 } })).to.deep.equal([
        400,
        `${text}.spec.zz: field not declared in schema`,
      ])
      const many = { a: 1, set: ['s', 's'] }
      expect(refusal({ metadata, spec: many })).to.deep.equal([
        400,
        `${text}errors:\n  .spec.a: expected string, got &value.valueUnstructured{Value:1}\n  .spec.set: duplicate entries for key [="s"]`,
      ])
      expect(refusal({ metadata: {}, spec: 'x' })[1]).to.equal(
        'failed to create typed patch object (/; g/v1, Kind=K): .spec: expected map, got &{x}',
      )
    })

    it('are 500 for live managedFields that are malformed', () => {
      const managedFields = [{ manager: 'x' }] as ManagedFieldsEntry[]
      expect(refusal({}, live({}, { managedFields }))).to.deep.equal([
        500,
        'failed to decode managed fields: operation must be `Apply` or `Update`',
      ])
    })
  })

  it('merges into lists that hold duplicates', () => {
    const before = update(undefined, {
      set: ['s', 's', 't'],
      parts: [
        { name: 'p', n: 1 },
        { name: 'p', n: 2 },
      ],
    })
    const applied = apply(before, { set: ['s'], parts: [{ name: 'p', n: 3 }] }, 'one', true)
    expect(specOf(applied)).to.deep.equal({ set: ['s', 't'], parts: [{ name: 'p', n: 3 }] })
  })

  it('lets a schema change what is owned as one', () => {
    const spec = { parts: [{ name: 'p', n: 1 }] }
    const before = stored(apply(undefined, spec))
    const { parts, ...others } = schema.properties.spec.properties
    const properties = {
      spec: { type: 'object', properties: { ...others, parts: { ...parts, 'x-kubernetes-list-type': 'atomic' } } },
    }
    const atomic = manager({}, { 'g/v1': compileAtoms({ properties }, true) })
    const applied = atomic.apply(before, sent({ parts: [{ name: 'q' }] }), 'one', false)
    expect(specOf(applied)).to.deep.equal({ parts: [{ name: 'q' }] })
    expect(owners(applied)).to.deep.equal({ 'one Apply': ['.spec.parts'] })
  })
})
