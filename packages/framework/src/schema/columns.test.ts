import { expect } from 'chai'
import type { TSchema } from '@sinclair/typebox'
import type { KubeObject } from '../meta/object.ts'
import type { JsonValue } from '../util/json.ts'
import { compileColumns, nameAndCreatedAt, type CompiledColumns } from './columns.ts'
import { defineKind, type Column } from './kind.ts'

const now = Date.parse('2024-01-02T00:00:00Z')
const columnsOf = (columns?: readonly Column[]): CompiledColumns =>
  compileColumns(
    defineKind({
      group: 'example.com',
      version: 'v1',
      kind: 'Thing',
      plural: 'things',
      schema: {} as TSchema,
      ...(columns && { columns }),
    }),
  )

const object = (x: JsonValue | undefined, creationTimestamp = '2024-01-01T00:00:00Z'): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'a', creationTimestamp },
  ...(x === undefined ? {} : { x }),
})

describe('compileColumns', () => {
  it('gives Name and Age where none are declared', () => {
    const { definitions, cells } = columnsOf()
    expect(definitions.map(({ name, type, format, priority }) => [name, type, format, priority])).to.deep.equal([
      ['Name', 'string', 'name', 0],
      ['Age', 'date', '', 0],
    ])
    expect(cells(object(undefined), now)).to.deep.equal(['a', '24h'])
  })

  it('defines every member of a column', () => {
    const { definitions } = columnsOf([{ name: 'X', type: 'integer', format: 'int32', jsonPath: '.x', priority: 1 }])
    expect(definitions[1]).to.deep.equal({
      name: 'X',
      type: 'integer',
      format: 'int32',
      description: 'Custom resource definition column (in JSONPath format): .x',
      priority: 1,
    })
  })

  const table: [type: Column['type'], value: JsonValue | undefined, cell: JsonValue][] = [
    ['string', undefined, null],
    ['string', null, null],
    ['string', 'text', 'text'],
    ['string', 5, '5'],
    ['string', 1.5, '1.5'],
    ['string', 9007199254740993n, '9007199254740993'],
    ['string', true, 'true'],
    ['string', ['b', { z: 1, a: 2 }], '["b",{"a":2,"z":1}]'],
    ['integer', 5, 5],
    ['integer', 5.9, 5],
    ['integer', 9007199254740993n, 9007199254740993n],
    ['integer', '5', null],
    ['number', 0.5, 0.5],
    ['number', 'x', null],
    ['boolean', false, false],
    ['boolean', 'false', null],
    ['date', '2023-12-31T23:58:30+00:00', '24h'],
    ['date', '2024-01-02T00:00:00Z', '0s'],
    ['date', 'soon', '<invalid>'],
    ['date', '0001-01-01T00:00:00Z', '<unknown>'],
    ['date', 5, null],
  ]
  for (const [type, value, cell] of table)
    it(`prints ${typeof value === 'bigint' ? String(value) : value === undefined ? 'nothing' : JSON.stringify(value)} as ${type}`, () => {
      expect(columnsOf([{ name: 'X', type, jsonPath: '.x' }]).cells(object(value), now)[1]).to.deep.equal(cell)
    })

  it('takes a cell from a function', () => {
    const { cells } = columnsOf([
      { name: 'X', type: 'string', value: ({ metadata }) => `<${metadata.name ?? ''}>` },
      { name: 'Y', type: 'date', value: ({ metadata }) => metadata.creationTimestamp ?? null },
    ])
    expect(cells(object(1), now)).to.deep.equal(['a', '<a>', '24h'])
  })

  it('refuses a column without a source, and a path that is none', () => {
    expect(() => columnsOf([{ name: 'X', type: 'string' }])).to.throw(TypeError, 'X')
    expect(() => columnsOf([{ name: 'X', type: 'string', jsonPath: 'x' }])).to.throw(TypeError)
  })
})

describe('nameAndCreatedAt', () => {
  it('prints the moment, not the age', () => {
    expect(nameAndCreatedAt.definitions.map(({ name }) => name)).to.deep.equal(['Name', 'Created At'])
    expect(nameAndCreatedAt.cells(object(1), now)).to.deep.equal(['a', '2024-01-01T00:00:00Z'])
    expect(nameAndCreatedAt.cells({ ...object(1), metadata: {} }, now)).to.deep.equal(['', '0001-01-01T00:00:00Z'])
  })
})
