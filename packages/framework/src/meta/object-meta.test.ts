import { expect } from 'chai'
import type { FieldError } from './field-error.ts'
import { pathSegmentName } from './names.ts'
import {
  dedupOwnerReferences,
  finalizerWarnings,
  validateObjectMeta,
  validateObjectMetaUpdate,
  type ObjectMetaRules,
} from './object-meta.ts'
import type { ObjectMeta } from './object.ts'

const texts = (errors: readonly FieldError[]): string[] => errors.map((error) => error.toString().slice(0, 110))
const complaints = (meta: ObjectMeta, rules: ObjectMetaRules = { namespaced: true }): string[] =>
  texts(validateObjectMeta({ name: 'a', ...(rules.namespaced ? { namespace: 'n' } : {}), ...meta }, rules))
const owner = { apiVersion: 'v1', kind: 'A', name: 'o', uid: 'u1' }

describe('validateObjectMeta', () => {
  it('accepts ordinary metadata', () => {
    expect(
      complaints({
        generateName: 'a-',
        labels: { 'example.com/a': 'B_c', d: '' },
        annotations: { 'Example.com/A': 'anything $' },
        ownerReferences: [
          { ...owner, controller: true },
          { ...owner, uid: 'u2', controller: false },
        ],
        finalizers: ['example.com/f', 'orphan'],
        managedFields: [{ manager: 'm', operation: 'Update', fieldsType: 'FieldsV1' }],
      }),
    ).to.deep.equal([])
    expect(complaints({}, { namespaced: false })).to.deep.equal([])
  })

  it('complains in the order of Kubernetes', () => {
    const paths = validateObjectMeta(
      {
        generateName: '-',
        generation: -1,
        labels: { '': 'b' },
        annotations: { '': '' },
        ownerReferences: [{ ...owner, uid: '' }],
        finalizers: ['a b'],
        managedFields: [{}],
      },
      { namespaced: true },
    ).map(({ path }) => path)
    expect([...new Set(paths)]).to.deep.equal([
      'metadata.generateName',
      'metadata.name',
      'metadata.namespace',
      'metadata.generation',
      'metadata.labels',
      'metadata.annotations',
      'metadata.ownerReferences.uid',
      'metadata.finalizers',
      'metadata.managedFields[0].operation',
    ])
  })

  it('requires a name, and a namespace where there is one', () => {
    expect(complaints({ name: '' })).to.deep.equal(['metadata.name: Required value: name or generateName is required'])
    expect(complaints({ namespace: '' })).to.deep.equal(['metadata.namespace: Required value'])
    expect(complaints({ namespace: 'n' }, { namespaced: false })).to.deep.equal([
      'metadata.namespace: Forbidden: not allowed on this type',
    ])
    expect(complaints({ namespace: 'a.b' })).to.deep.equal([
      'metadata.namespace: Invalid value: "a.b": must not contain dots',
    ])
  })

  it("takes the kind's rule for names", () => {
    const rules = { namespaced: true, validateName: pathSegmentName }
    expect(complaints({ name: 'A_b' }, rules)).to.deep.equal([])
    expect(complaints({ name: 'a/b', generateName: '%' }, rules)).to.deep.equal([
      'metadata.generateName: Invalid value: "%": may not contain \'%\'',
      'metadata.name: Invalid value: "a/b": may not contain \'/\'',
    ])
    expect(complaints({ name: 'A_b' })[0]).to.match(/^metadata.name: Invalid value: "A_b": a lowercase RFC 1123/)
  })

  it('bounds the annotations together', () => {
    const half = 'x'.repeat(128 * 1024 - 1)
    expect(complaints({ annotations: { a: half, b: half } })).to.deep.equal([])
    expect(complaints({ annotations: { a: half, b: `${half}é` } })).to.deep.equal([
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ])
  })

  it('looks at finalizers one by one and together', () => {
    expect(complaints({ finalizers: ['example.com/', 'orphan', 'foregroundDeletion'] })).to.deep.equal(
      [
        'metadata.finalizers: Invalid value: "example.com/": name part must be non-empty',
        "metadata.finalizers: Invalid value: \"example.com/\": name part must consist of alphanumeric characters, '-', '_' o",
        'metadata.finalizers: Invalid value: ["example.com/","orphan","foregroundDeletion"]: finalizer orphan and foregrou',
      ].map((text) => text.slice(0, 110)),
    )
  })

  it('looks at managed fields', () => {
    const entry = { operation: 'Update' }
    const managedFields = [
      { operation: 'Delete' },
      { ...entry, fieldsType: 'V2' },
      { ...entry, manager: 'x'.repeat(129) },
      { ...entry, manager: 'é\u0001' },
      { ...entry, subresource: 'x'.repeat(257) },
    ]
    expect(complaints({ managedFields })).to.deep.equal([
      'metadata.managedFields[0].operation: Invalid value: "Delete": must be `Apply` or `Update`',
      'metadata.managedFields[1].fieldsType: Invalid value: "V2": must be `FieldsV1`',
      'metadata.managedFields[2].manager: Too long: may not be more than 128 bytes',
      'metadata.managedFields[3].manager: Invalid value: "é\\x01": invalid character U+0001 (at position 2)',
      'metadata.managedFields[4].subresource: Too long: may not be more than 256 bytes',
    ])
  })
})

describe('validateObjectMeta, ownerReferences', () => {
  const owners = (...ownerReferences: NonNullable<ObjectMeta['ownerReferences']>): string[] =>
    validateObjectMeta({ name: 'a', ownerReferences }, { namespaced: false }).map(String)

  it('requires all members', () => {
    expect(owners({ apiVersion: '', kind: '', name: '', uid: '' })).to.deep.equal([
      'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
      'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
      'metadata.ownerReferences.name: Invalid value: "": must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ])
    for (const apiVersion of ['a/b/c', 'a/', '/'])
      expect(owners({ ...owner, apiVersion })).to.deep.equal([
        `metadata.ownerReferences.apiVersion: Invalid value: "${apiVersion}": version must not be empty`,
      ])
  })

  it('allows one controller', () => {
    const first = { ...owner, controller: true }
    const second = { uid: 'u2', controller: true, name: 'p', kind: 'B', apiVersion: 'v1', blockOwnerDeletion: false }
    expect(owners(first, second)).to.deep.equal([
      'metadata.ownerReferences: Invalid value: [{"apiVersion":"v1","kind":"A","name":"o","uid":"u1","controller":true},{"apiVersion":"v1","kind":"B","name":"p","uid":"u2","controller":true,"blockOwnerDeletion":false}]: Only one reference can have Controller set to true. Found "true" in references for A/o and B/p',
    ])
  })

  it('refuses events as owners', () => {
    expect(owners({ ...owner, kind: 'Event' })).to.deep.equal([
      'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"o","uid":"u1"}: /v1, Kind=Event is disallowed from being an owner',
    ])
    expect(owners({ ...owner, apiVersion: 'events.k8s.io/v1', kind: 'Event' })).to.deep.equal([])
  })
})

describe('validateObjectMetaUpdate', () => {
  const old: ObjectMeta = {
    name: 'a',
    namespace: 'n',
    uid: 'u',
    generation: 2,
    creationTimestamp: '2001-02-03T04:05:06Z',
    finalizers: ['f/a'],
  }

  it('accepts what may change', () => {
    const changed = { ...old, generation: 3, labels: { a: 'b' }, resourceVersion: '7', finalizers: ['f/b'] }
    expect(validateObjectMetaUpdate(changed, old)).to.deep.equal([])
  })

  it('names what may not', () => {
    const changed = {
      name: 'b',
      generation: 1,
      deletionTimestamp: '2001-02-03T04:05:06Z',
      deletionGracePeriodSeconds: 5,
    }
    expect(texts(validateObjectMetaUpdate(changed, old))).to.deep.equal([
      'metadata.generation: Invalid value: 1: must not be decremented',
      'metadata.name: Invalid value: "b": field is immutable',
      'metadata.namespace: Invalid value: "": field is immutable',
      'metadata.uid: Invalid value: "": field is immutable',
      'metadata.creationTimestamp: Invalid value: null: field is immutable',
      'metadata.deletionTimestamp: Invalid value: "2001-02-03T04:05:06Z": field is immutable',
      'metadata.deletionGracePeriodSeconds: Invalid value: 5: field is immutable',
    ])
  })

  it('forbids new finalizers once the deletion has begun', () => {
    const deleted = { ...old, deletionTimestamp: '2002-02-03T04:05:06Z', deletionGracePeriodSeconds: 0 }
    expect(validateObjectMetaUpdate({ ...deleted, finalizers: [] }, deleted)).to.deep.equal([])
    const finalizers = ['f/c', 'f/a', 'f/b', 'f/c']
    expect(validateObjectMetaUpdate({ ...deleted, finalizers }, deleted).map(String)).to.deep.equal([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"f/b", "f/c"}',
    ])
  })
})

describe('dedupOwnerReferences', () => {
  it('keeps the first of equal entries, and says so', () => {
    const meta = { ownerReferences: [owner, { ...owner, name: 'p' }, { ...owner }, { ...owner, uid: 'u2' }] }
    expect(dedupOwnerReferences(meta)).to.equal(
      '.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u1',
    )
    expect(meta.ownerReferences).to.deep.equal([owner, { ...owner, name: 'p' }, { ...owner, uid: 'u2' }])
    expect(dedupOwnerReferences({ ownerReferences: [owner, owner] }, true)).to.contain(
      'contains duplicate entries after mutating admission happens; API',
    )
  })

  it('is silent where all differ', () => {
    const meta = { ownerReferences: [owner, { ...owner, controller: true }] }
    expect(dedupOwnerReferences(meta)).to.equal(undefined)
    expect(meta.ownerReferences).to.have.length(2)
    expect(dedupOwnerReferences({})).to.equal(undefined)
  })
})

describe('finalizerWarnings', () => {
  it('asks for a domain and a path', () => {
    expect(finalizerWarnings({ finalizers: ['foo', 'example.com/f', 'example.com', 'orphan', 'foo'] })).to.deep.equal([
      'metadata.finalizers: "example.com": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers',
      'metadata.finalizers: "foo": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers',
    ])
  })

  it('says nothing of those that were there before', () => {
    const old = { finalizers: ['foo', 'bar'] }
    expect(finalizerWarnings({ finalizers: ['bar', 'foo'] }, old)).to.deep.equal([])
    expect(finalizerWarnings({ finalizers: ['bar', 'new'] }, old)).to.have.length(1)
    expect(finalizerWarnings({}, old)).to.deep.equal([])
  })
})
