import { expect } from 'chai'
import type { JsonObject } from '../../util/json.ts'
import { Depot } from './fixture.test.ts'

const finalizersOf = ({ metadata }: JsonObject): unknown => (metadata as JsonObject | undefined)?.['finalizers']

describe('requests: deletion', () => {
  const depot = new Depot()
  before(() => depot.start())
  after(() => depot.stop())

  for (const [policy, finalizers, kept] of [
    ['Background', ['orphan'], undefined],
    ['Background', ['foregroundDeletion'], undefined],
    ['Background', ['a/b', 'orphan'], ['a/b']],
    ['Foreground', ['orphan'], ['foregroundDeletion']],
    ['Orphan', ['foregroundDeletion', 'a/b'], ['a/b', 'orphan']],
  ] as const)
    it(`${policy} makes ${kept ? kept.join(' and ') : 'nothing'} of ${finalizers.join(' and ')}`, async () => {
      for (const dryRun of [true, false]) {
        const name = `d${String(dryRun)}-${policy}-${String(finalizers.length)}-${finalizers[0].replace('/', '-')}`.toLowerCase()
        await depot.create(name, {}, { finalizers: [...finalizers] })
        const body = { propagationPolicy: policy, ...(dryRun ? { dryRun: ['All'] } : {}) }
        const { code, object } = await depot.send('DELETE', name, { body })
        expect(code).to.equal(200)
        expect(object['kind']).to.equal(kept ? 'Crate' : 'Status')
        expect(finalizersOf(object)).to.deep.equal(kept)
        const after = await depot.send('GET', name)
        expect(after.code).to.equal(kept || dryRun ? 200 : 404)
        if (after.code === 200) expect(finalizersOf(after.object)).to.deep.equal(dryRun ? finalizers : kept)
      }
    })
})
