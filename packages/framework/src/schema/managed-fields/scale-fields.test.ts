import { expect } from 'chai'
import type { ManagedFieldsEntry } from '../../meta/object.ts'
import { ScaleFields } from './scale-fields.ts'

const time = '2020-01-01T00:00:00Z'
const entry = (manager: string, operation: string, fieldsV1: object, more: object = {}): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: 'g/v1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: fieldsV1 as never,
  ...more,
})
const scale = new ScaleFields(
  new Map([
    ['g/v1', ['f:spec', 'f:replicas']],
    ['g/v2', ['f:spec', 'f:size', 'f:wanted']],
  ]),
)
const replicas = { 'f:spec': { 'f:replicas': {} } }
const inScale = { apiVersion: 'autoscaling/v1' }
const alice = entry('alice', 'Apply', { 'f:spec': { 'f:replicas': {}, 'f:title': {} } })
const carol = entry('carol', 'Update', { 'f:spec': { 'f:size': { 'f:wanted': {} } } }, { apiVersion: 'g/v2' })
const dave = entry('dave', 'Update', { 'f:spec': { 'f:title': {} } })

describe('ScaleFields.toScale', () => {
  it('has the owners of the replicas, in whatever version they own them', () => {
    expect(scale.toScale([alice, carol, dave, entry('eve', 'Update', replicas, { apiVersion: 'g/v0' })])).to.deep.equal(
      [entry('alice', 'Apply', replicas, inScale), entry('carol', 'Update', replicas, inScale)],
    )
    expect(scale.toScale([dave])).to.equal(undefined)
    expect(scale.toScale(undefined)).to.equal(undefined)
  })
})

describe('ScaleFields.toParent', () => {
  it('changes nothing where nothing was written', () => {
    const parent = [alice, carol, dave]
    expect(scale.toParent(parent, scale.toScale(parent), 'g/v1')).to.deep.equal(parent)
  })

  it('moves the replicas to a new owner, without a time', () => {
    const hpa = entry('hpa', 'Update', replicas, { ...inScale, subresource: 'scale' })
    const { time: _, ...timeless } = entry('hpa', 'Update', replicas, { subresource: 'scale' })
    expect(scale.toParent([alice, carol, dave], [hpa], 'g/v1')).to.deep.equal([
      entry('alice', 'Apply', { 'f:spec': { 'f:title': {} } }),
      timeless,
      dave,
    ])
    expect(scale.toParent(undefined, [hpa], 'g/v2')).to.deep.equal([
      { ...timeless, apiVersion: 'g/v2', fieldsV1: carol.fieldsV1 },
    ])
  })

  it('adds to what the new owner has', () => {
    const both = entry('dave', 'Update', { 'f:spec': { 'f:replicas': {}, 'f:title': {} } })
    expect(scale.toParent([dave], [entry('dave', 'Update', replicas, inScale)], 'g/v1')).to.deep.equal([both])
  })

  it('drops entries of versions that are no more', () => {
    expect(scale.toParent([entry('x', 'Update', replicas, { apiVersion: 'g/v0' })], undefined, 'g/v1')).to.equal(
      undefined,
    )
  })
})
