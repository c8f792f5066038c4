import { expect } from 'chai'
import type { KubeObject } from '../meta/object.ts'
import {
  AlreadyOwnedError,
  controllerOf,
  hasOwnerReference,
  isReferenceTo,
  removeControllerReference,
  removeOwnerReference,
  setControllerReference,
  setOwnerReference,
} from './owner-reference.ts'

const object = (kind: string, name: string, namespace?: string, apiVersion = 'example.com/v1'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, uid: `uid-${name}`, ...(namespace ? { namespace } : {}) },
})

describe('setControllerReference', () => {
  it('adds the controller once, and brings it up to date', () => {
    const child = object('Part', 'p', 'ns')
    expect(setControllerReference(object('Whole', 'w', 'ns'), child)).to.equal(true)
    expect(setControllerReference(object('Whole', 'w', 'ns'), child)).to.equal(false)
    expect(child.metadata.ownerReferences).to.deep.equal([
      {
        apiVersion: 'example.com/v1',
        kind: 'Whole',
        name: 'w',
        uid: 'uid-w',
        controller: true,
        blockOwnerDeletion: true,
      },
    ])
    const anew = object('Whole', 'w', 'ns', 'example.com/v2')
    anew.metadata.uid = 'another'
    expect(setControllerReference(anew, child)).to.equal(true)
    expect(child.metadata.ownerReferences).to.have.length(1)
    expect(controllerOf(child)).to.include({ apiVersion: 'example.com/v2', uid: 'another' })
  })

  it('refuses a second controller', () => {
    const child = object('Part', 'p', 'ns')
    setControllerReference(object('Whole', 'w', 'ns'), child)
    expect(() => setControllerReference(object('Whole', 'x', 'ns'), child)).to.throw(
      AlreadyOwnedError,
      'Object ns/p is already owned by another Whole controller w',
    )
    expect(() => setControllerReference(object('Whole', 'w', 'ns', 'other.com/v1'), child)).to.throw(AlreadyOwnedError)
  })

  it('refuses owners of other namespaces, and takes cluster-scoped ones', () => {
    expect(() => setControllerReference(object('Whole', 'w', 'a'), object('Part', 'p', 'b'))).to.throw(
      TypeError,
      "cross-namespace owner references are disallowed, owner's namespace a, obj's namespace b",
    )
    expect(() => setOwnerReference(object('Whole', 'w', 'a'), object('Part', 'p'))).to.throw(
      TypeError,
      'cluster-scoped resource must not have a namespace-scoped owner',
    )
    expect(setControllerReference(object('Whole', 'w'), object('Part', 'p', 'b'))).to.equal(true)
    const unborn = { ...object('Whole', 'w'), metadata: { name: 'w' } }
    expect(() => setControllerReference(unborn, object('Part', 'p'))).to.throw(TypeError, 'uid')
  })
})

describe('setOwnerReference', () => {
  it('adds owners beside the controller, removes them by name, and refuses to remove what is not there', () => {
    const child = object('Part', 'p', 'ns')
    const [w, x] = [object('Whole', 'w', 'ns'), object('Whole', 'x', 'ns')]
    setControllerReference(w, child)
    expect(setOwnerReference(x, child)).to.equal(true)
    expect(child.metadata.ownerReferences?.[1]).to.not.have.any.keys('controller', 'blockOwnerDeletion')
    expect(hasOwnerReference(object('Whole', 'x', 'ns', 'example.com/v3'), child)).to.equal(true)
    expect(() => {
      removeControllerReference(x, child)
    }).to.throw(TypeError, 'controller reference')
    removeOwnerReference(x, child)
    expect(() => {
      removeOwnerReference(x, child)
    }).to.throw(TypeError, 'Part ns/p does not have an owner reference for Whole ns/x')
    removeControllerReference(w, child)
    expect(child.metadata.ownerReferences).to.deep.equal([])
  })
})

describe('isReferenceTo', () => {
  it('looks at group and kind alone', () => {
    const reference = { apiVersion: 'example.com/v9', kind: 'Whole', name: 'w', uid: 'u' }
    expect(isReferenceTo({ group: 'example.com', kind: 'Whole' }, reference)).to.equal(true)
    expect(isReferenceTo({ group: '', kind: 'Whole' }, reference)).to.equal(false)
    expect(isReferenceTo({ group: 'example.com', kind: 'Part' }, reference)).to.equal(false)
  })
})
