import { expect } from 'chai'
import { crate, Depot } from './fixture.test.ts'

describe('requests: finalizers', () => {
  const depot = new Depot()
  before(() => depot.start())
  after(() => depot.stop())

  it('warns of a finalizer without a path when it is new, and not again', async () => {
    const created = await depot.send('POST', '', { body: crate('a', {}, { finalizers: ['short'] }) })
    expect(created.warning).to.contain('metadata.finalizers: \\"short\\": prefer a domain-qualified finalizer name')
    const headers = { 'content-type': 'application/merge-patch+json' }
    const again = await depot.send('PATCH', 'a', { body: { metadata: { labels: { a: 'b' } } }, headers })
    expect([again.code, again.warning]).to.deep.equal([200, ''])
    const more = await depot.send('PATCH', 'a', { body: { metadata: { finalizers: ['short', 'other'] } }, headers })
    expect(more.warning).to.match(/^299 - "metadata.finalizers: \\"other\\": [^,]*$/)
    const scaled = await depot.send('PATCH', 'a/scale', { body: { spec: { replicas: 2 } }, headers })
    expect([scaled.code, scaled.warning]).to.deep.equal([200, ''])
  })
})
