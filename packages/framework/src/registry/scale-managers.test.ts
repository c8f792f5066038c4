import { expect } from 'chai'
import type { ManagedFieldsEntry } from '../meta/object.ts'
import type { JsonObject } from '../util/json.ts'
import { ScaleManagers } from './scale-managers.ts'

const managers = new ScaleManagers(['f:spec', 'f:size'], (apiVersion) => apiVersion.startsWith('example.com/'))
const time = '2026-01-01T00:00:00Z'

function entry(
  manager: string,
  operation: 'Apply' | 'Update',
  fieldsV1: JsonObject,
  more: Partial<ManagedFieldsEntry> = {},
): ManagedFieldsEntry {
  return { manager, operation, apiVersion: 'example.com/v1', time, fieldsType: 'FieldsV1', fieldsV1, ...more }
}
const size = { 'f:spec': { 'f:size': {} } }
const title = { 'f:spec': { 'f:title': {} } }
const both = { 'f:spec': { 'f:size': {}, 'f:title': {} } }
const ofScale = { apiVersion: 'autoscaling/v1', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }

describe('ScaleManagers.toScale', () => {
  it('shows who owns the replicas, under the names of a Scale', () => {
    const entries = [entry('a', 'Apply', both), entry('b', 'Update', title), entry('c', 'Update', size)]
    expect(managers.toScale(entries)).to.deep.equal([
      entry('a', 'Apply', {}, ofScale),
      entry('c', 'Update', {}, ofScale),
    ])
  })

  it('is nothing where nobody owns them, or in a version that is not known', () => {
    expect(managers.toScale(undefined)).to.equal(undefined)
    expect(managers.toScale([entry('b', 'Update', title)])).to.equal(undefined)
    expect(managers.toScale([entry('a', 'Apply', size, { apiVersion: 'old.com/v1' })])).to.equal(undefined)
  })
})

describe('ScaleManagers.toParent', () => {
  it('changes nothing for appliers that own the replicas as before, nor for who owns something else', () => {
    const entries = [entry('a', 'Apply', both), entry('d', 'Update', title)]
    expect(managers.toParent(entries, managers.toScale(entries), 'example.com/v1')).to.deep.equal(entries)
  })

  it('gives a plain writer an entry of its own for the replicas, even if it owned them before', () => {
    const { time: _, ...timeless } = entry('c', 'Update', size)
    const entries = [entry('c', 'Update', both)]
    expect(managers.toParent(entries, managers.toScale(entries), 'example.com/v1')).to.deep.equal([
      timeless,
      entry('c', 'Update', title),
    ])
  })

  it('gives nothing to who owns something else of the Scale', () => {
    const fieldsV1 = { 'f:spec': {} }
    expect(
      managers.toParent(undefined, [entry('a', 'Apply', fieldsV1, { apiVersion: 'autoscaling/v1' })], 'example.com/v1'),
    ).to.equal(undefined)
  })

  it('takes the replicas from who owned them, and the entry where nothing is left', () => {
    const entries = [entry('a', 'Apply', both), entry('c', 'Update', size)]
    const hpa = entry('hpa', 'Update', {}, { ...ofScale, subresource: 'scale' })
    const { time: _, ...timeless } = entry('hpa', 'Update', size, { subresource: 'scale' })
    expect(managers.toParent(entries, [hpa], 'example.com/v1')).to.deep.equal([entry('a', 'Apply', title), timeless])
  })

  it('names the version that was asked for', () => {
    const hpa = entry('hpa', 'Update', {}, { ...ofScale, subresource: 'scale' })
    const [fresh] = managers.toParent(undefined, [hpa], 'example.com/v1beta1') ?? []
    expect(fresh).to.include({ apiVersion: 'example.com/v1beta1', subresource: 'scale', manager: 'hpa' })
  })

  it('leaves nobody where a Scale without replicas was written', () => {
    expect(managers.toParent([entry('c', 'Update', size)], undefined, 'example.com/v1')).to.equal(undefined)
  })

  it('drops entries of versions that are no more', () => {
    const old = entry('a', 'Apply', title, { apiVersion: 'old.com/v1' })
    expect(managers.toParent([old], undefined, 'example.com/v1')).to.equal(undefined)
  })
})
