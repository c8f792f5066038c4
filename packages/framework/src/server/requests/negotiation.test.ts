import { expect } from 'chai'
import { Depot } from './fixture.test.ts'

describe('requests: negotiation', () => {
  const depot = new Depot()
  before(async () => {
    await depot.start()
    await depot.create('a')
  })
  after(() => depot.stop())

  it('indents where the clause of the Accept header asks for it', async () => {
    for (const path of ['a', '', 'a/status', 'nobody']) {
      const asked = await depot.send('GET', path, { headers: { accept: 'application/json;pretty=1' } })
      expect(asked.text, path).to.match(/^\{\n {2}"/)
      const other = await depot.send('GET', path, { headers: { accept: 'application/json;pretty=0' } })
      expect(other.text, path).to.match(/^\{"/)
    }
  })
})
