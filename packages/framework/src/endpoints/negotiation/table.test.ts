import { expect } from 'chai'
import { StatusError } from '../../meta/status.ts'
import type { KubeObject } from '../../meta/object.ts'
import { includeObjectOf, partialObject, partialObjectList, tableOf, type TableColumns } from './table.ts'

const columns: TableColumns = {
  definitions: [{ name: 'Name', type: 'string', format: 'name', description: '', priority: 0 }],
  cells: (object, nowMs) => [object.metadata.name ?? '', nowMs > 0],
}
const widget: KubeObject & { spec: object } = {
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'a', labels: { l: '1' }, resourceVersion: '3' },
  spec: { x: 1 },
}
const bookmark: KubeObject = {
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
}
const fields = {
  columns,
  metadata: { resourceVersion: '9', continue: 'c', remainingItemCount: 4 },
  objects: [widget],
  version: 'v1',
  includeObject: 'Metadata',
  withColumns: true,
} as const

describe('tableOf', () => {
  it('is a Table of the version asked for, with the metadata of the objects in the same version', () => {
    for (const version of ['v1', 'v1beta1'] as const)
      expect(tableOf({ ...fields, version })).to.deep.equal({
        kind: 'Table',
        apiVersion: `meta.k8s.io/${version}`,
        metadata: fields.metadata,
        columnDefinitions: columns.definitions,
        rows: [
          {
            cells: ['a', true],
            object: { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: widget.metadata },
          },
        ],
      })
  })

  it('carries the whole object, or nothing', () => {
    expect(tableOf({ ...fields, includeObject: 'Object' })['rows']).to.deep.equal([
      { cells: ['a', true], object: widget },
    ])
    expect(tableOf({ ...fields, includeObject: 'None' })['rows']).to.deep.equal([{ cells: ['a', true], object: null }])
  })

  it('has no columns after the first one of a watch, and an empty list without rows', () => {
    const table = tableOf({ ...fields, objects: [], withColumns: false })
    expect(table).to.deep.include({ columnDefinitions: null, rows: [] })
  })

  it('always carries the annotation that ends the initial events', () => {
    expect(tableOf({ ...fields, objects: [bookmark], includeObject: 'None' })['rows']).to.deep.equal([
      {
        cells: ['', true],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: bookmark.metadata },
      },
    ])
  })
})

describe('includeObjectOf', () => {
  it('is Metadata unless told otherwise', () => {
    expect([null, '', 'Metadata', 'Object', 'None'].map(includeObjectOf)).to.deep.equal([
      'Metadata',
      'Metadata',
      'Metadata',
      'Object',
      'None',
    ])
  })

  it('answers 400 to other values', () => {
    expect(() => includeObjectOf('Everything')).to.throw(
      StatusError,
      `Unable to convert to Table as requested: includeObject: Invalid value: "Everything": must be 'Metadata', 'Object', 'None', or empty`,
    )
  })
})

describe('partialObjectList', () => {
  it('lists the metadata of objects', () => {
    expect(partialObjectList([widget], { resourceVersion: '9' }, 'v1beta1')).to.deep.equal({
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1beta1',
      metadata: { resourceVersion: '9' },
      items: [partialObject(widget, 'v1beta1')],
    })
  })

  it('has null for the items of an empty list', () => {
    expect(partialObjectList([], {}, 'v1')['items']).to.equal(null)
  })
})
