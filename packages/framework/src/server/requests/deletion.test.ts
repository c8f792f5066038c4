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
        const name =
          `d${String(dryRun)}-${policy}-${String(finalizers.length)}-${finalizers[0].replace('/', '-')}`.toLowerCase()
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

  // client-go sends the version of the group that it deletes from, whatever version is stored.
  for (const apiVersion of ['v1', 'meta.k8s.io/v1', 'yard.example.com/v9', 'apps/v1', 'x'])
    it(`takes options of ${apiVersion}`, async () => {
      await depot.create('versioned')
      const { code } = await depot.send('DELETE', 'versioned', { body: { kind: 'DeleteOptions', apiVersion } })
      expect(code).to.equal(200)
    })

  it('takes null for options, and says what it cannot read', async () => {
    await depot.create('options')
    for (const [body, message] of [
      ['{"kind":"Foo"}', 'no kind "Foo" is registered for version "meta.k8s.io/v1" in scheme "apiserver-kit"'],
      ['{"apiVersion":"a/b/c"}', 'unexpected GroupVersion string: a/b/c'],
      [
        '{"gracePeriodSeconds":1.5}',
        'json: cannot unmarshal number 1.5 into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
      ],
      [
        '{"preconditions":{"uid":5}}',
        'json: cannot unmarshal number into Go struct field Preconditions.preconditions.uid of type types.UID',
      ],
      [
        '{"dryRun":["All",1]}',
        'json: cannot unmarshal number into Go struct field DeleteOptions.dryRun of type string',
      ],
    ] as const) {
      const answer = await depot.send('DELETE', 'options', { body })
      expect([answer.code, answer.message]).to.deep.equal([400, message])
    }
    expect((await depot.send('DELETE', 'options', { body: 'null' })).code).to.equal(200)
    expect((await depot.send('GET', 'options')).code).to.equal(404)
  })
})
