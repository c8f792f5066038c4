import { expect } from 'chai'
import { check } from './checker.ts'
import { defects } from './defects.ts'
import { Random } from './random.ts'
import { simulate } from './simulation.ts'

const seeds = Array.from({ length: 25 }, (_, i) => i + 1)

describe('the checker of histories', () => {
  it('finds nothing in the histories of a server without mistakes', () => {
    for (const seed of seeds) expect(check(simulate(new Random(seed), 300)), `seed ${String(seed)}`).to.deep.equal([])
  })

  it('wants neither that an unknown write has happened nor that it has not', () => {
    const state = { value: 'v', shard: 'p' }
    const operation = { action: 'create', key: 'a/x', state, startMs: 0, endMs: 1, outcome: 'unknown' } as const
    const rest = { operations: [operation], lists: [], sessions: [] }
    expect(check({ ...rest, log: [] })).to.deep.equal([])
    expect(check({ ...rest, log: [{ revision: 2, key: 'a/x', state }] })).to.deep.equal([])
  })

  for (const { name, caughtAs, seed: put } of defects)
    it(`sees that ${name}`, () => {
      let tried = 0
      for (const seed of seeds) {
        const random = new Random(seed)
        const history = put(simulate(random, 300), random)
        if (!history) continue
        tried++
        const kinds = new Set(check(history).map(({ kind }) => kind))
        expect(
          caughtAs.some((kind) => kinds.has(kind)),
          `seed ${String(seed)}: found ${[...kinds].join(', ') || 'nothing'}`,
        ).to.equal(true)
      }
      expect(tried).to.be.greaterThan(seeds.length / 2)
    })
})
