import { expect } from 'chai'
import type { BackendEvent, Entry } from '../../backend.ts'
import { KeptRanges } from './kept-ranges.ts'

const entry = (key: string, modRevision: number, value = 'x', createRevision = modRevision): Entry => ({
  key,
  value: Buffer.from(value),
  createRevision,
  modRevision,
})
const put = (key: string, revision: number, value = 'y'): BackendEvent => ({
  key,
  type: 'PUT',
  revision,
  value: Buffer.from(value),
  previous: undefined,
})
const gone = (key: string, revision: number): BackendEvent => ({
  key,
  type: 'DELETE',
  revision,
  value: undefined,
  previous: { value: Buffer.from('x'), modRevision: 1 },
})

describe('KeptRanges', () => {
  const before = [entry('/a/b', 2), entry('/a/d', 3), entry('/a/\u{ff5e}', 4)]
  let kept: KeptRanges
  beforeEach(() => {
    kept = new KeptRanges(4)
    kept.remember(4, '/a/', '/a0', before)
  })

  it('follows creations, updates and deletions, in the order of UTF-8', () => {
    kept.changed([put('/a/c', 5), put('/a/d', 6), gone('/a/b', 7), put('/a/\u{1f600}', 8), put('/b/x', 9)], 9)
    expect(kept.get(9, '/a/', '/a0')).to.deep.equal([
      entry('/a/c', 5, 'y'),
      entry('/a/d', 6, 'y', 3),
      entry('/a/\u{ff5e}', 4),
      entry('/a/\u{1f600}', 8, 'y'),
    ])
  })

  it('leaves what readers have as it was', () => {
    const read = kept.get(4, '/a/', '/a0')
    const copy = [...(read ?? [])]
    kept.changed([put('/a/c', 5)], 5)
    expect(read).to.equal(before)
    const second = kept.get(5, '/a/', '/a0')
    kept.changed([gone('/a/b', 6)], 6)
    expect(read).to.deep.equal(copy)
    expect(second?.map(({ key }) => key)).to.deep.equal(['/a/b', '/a/c', '/a/d', '/a/\u{ff5e}'])
  })

  it('is of one revision, and of whole prefixes', () => {
    expect(kept.get(3, '/a/', '/a0')).to.equal(undefined)
    expect(kept.get(4, '/a/b', '/a0')).to.equal(undefined)
    kept.remember(3, '/c/', '/c0', [])
    kept.remember(4, '/d/x', '/d0', [])
    expect(kept.get(4, '/c/', '/c0')).to.equal(undefined)
    expect(kept.get(4, '/d/x', '/d0')).to.equal(undefined)
  })

  it('knows nothing any more after a revision without its event', () => {
    kept.changed([], 5)
    expect(kept.get(5, '/a/', '/a0')).to.equal(undefined)
  })

  it('gives up what is written more often than it is read', () => {
    for (let revision = 5; revision <= 12; revision++) kept.changed([put('/a/c', revision)], revision)
    expect(kept.get(12, '/a/', '/a0')).to.have.length(4)
    for (let revision = 13; revision < 40; revision++) kept.changed([put('/a/c', revision)], revision)
    expect(kept.get(39, '/a/', '/a0')).to.equal(undefined)
  })

  it('holds small ranges only, and the latest of them', () => {
    const large = 'z'.repeat(3 * 1024 * 1024)
    for (const prefix of ['/c/', '/d/', '/e/'])
      kept.remember(4, prefix, `${prefix.slice(0, -1)}0`, [entry(`${prefix}x`, 4, large)])
    expect(['/c/', '/d/', '/e/'].map((p) => kept.get(4, p, `${p.slice(0, -1)}0`)?.length)).to.deep.equal([
      undefined,
      1,
      1,
    ])
    kept.remember(4, '/f/', '/f0', [entry('/f/x', 4, large), entry('/f/y', 4, large)])
    expect(kept.get(4, '/f/', '/f0')).to.equal(undefined)
    kept.changed([put('/e/y', 5, large)], 5)
    expect(kept.get(5, '/e/', '/e0'), 'grown too large').to.equal(undefined)
  })
})
