import { expect } from 'chai'
import type { BackendEvent } from '../../backend.ts'
import { RangeCounts } from './range-counts.ts'

const previous = { value: Buffer.from('x'), modRevision: 1 }
const event = (key: string, type: 'PUT' | 'DELETE', before: BackendEvent['previous']): BackendEvent => ({
  key,
  type,
  revision: 2,
  value: type === 'PUT' ? Buffer.from('y') : undefined,
  previous: before,
})

describe('RangeCounts.total', () => {
  it('follows what is created and deleted below its prefix, and nothing else', () => {
    const counts = new RangeCounts(7)
    expect(counts.total(7, '/a/', '/a0')).to.equal(undefined)
    counts.rememberTotal(7, '/a/', '/a0', 10)
    counts.rememberTotal(7, '/a/b/', '/a/b0', 4)
    counts.changed(
      [event('/a/b/new', 'PUT', undefined), event('/a/c', 'PUT', previous), event('/b/x', 'PUT', undefined)],
      10,
    )
    expect([counts.total(10, '/a/', '/a0'), counts.total(10, '/a/b/', '/a/b0')]).to.deep.equal([11, 5])
    counts.changed([event('/a/c', 'DELETE', previous)], 11)
    expect([counts.total(11, '/a/', '/a0'), counts.total(11, '/a/b/', '/a/b0')]).to.deep.equal([10, 5])
  })

  it('knows nothing any more after a revision without its event', () => {
    const counts = new RangeCounts(7)
    counts.rememberTotal(7, '/a/', '/a0', 10)
    counts.changed([], 8)
    expect(counts.total(8, '/a/', '/a0')).to.equal(undefined)
  })

  it('is of one revision, and of whole prefixes', () => {
    const counts = new RangeCounts(7)
    counts.rememberTotal(6, '/a/', '/a0', 10)
    counts.rememberTotal(7, '/a/x', '/a0', 3)
    expect(counts.total(7, '/a/', '/a0')).to.equal(undefined)
    expect(counts.total(7, '/a/x', '/a0')).to.equal(undefined)
    counts.rememberTotal(7, '/a/', '/a0', 10)
    expect(counts.total(6, '/a/', '/a0')).to.equal(undefined)
    expect(counts.total(7, '/a/', '/a0')).to.equal(10)
  })
})
