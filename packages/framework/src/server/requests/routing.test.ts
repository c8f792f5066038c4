import { expect } from 'chai'
import { Depot, crate } from './fixture.test.ts'

describe('requests: routing', () => {
  const depot = new Depot()
  before(() => depot.start())
  after(() => depot.stop())

  it('answers 405 to a PUT and a PATCH of a collection', async () => {
    const put = await depot.send('PUT', '', { body: crate('a') })
    expect([put.code, put.message]).to.deep.equal([
      405,
      'the server does not allow this method on the requested resource',
    ])
    const headers = { 'content-type': 'application/merge-patch+json' }
    const patch = await depot.send('PATCH', '', { body: {}, headers })
    expect(patch.code).to.equal(405)
    const apply = await depot.send('PATCH', '?fieldManager=me', {
      body: crate('a'),
      headers: { 'content-type': 'application/apply-patch+yaml' },
    })
    expect(apply.code).to.equal(405)
  })

  it('answers 404 below a name that is empty', async () => {
    expect((await depot.send('GET', '/status')).code).to.equal(404)
    const { code, message } = await depot.send('GET', `${depot.crates}//status`)
    expect([code, message]).to.deep.equal([404, 'the server could not find the requested resource'])
  })

  it('says why there is nothing to ask a path about', async () => {
    const { code, text } = await depot.send('GET', '/apis/depot.example.com/v1/watch?x=<1>')
    expect(code).to.equal(500)
    expect(text).to.equal(
      'Internal Server Error: "/apis/depot.example.com/v1/watch?x=&lt;1&gt;": failed to create RequestInfo: unable to determine kind and namespace from url, /apis/depot.example.com/v1/watch?x=&lt;1&gt;\n',
    )
  })

  it('leaves out what is no member of a query', async () => {
    for (const query of ['?dryRun=foo;bar', '?dryRun=%zz', '?%zz=1&fieldValidation=Strict'])
      expect((await depot.send('POST', query, { body: crate(`q${String(query.length)}`) })).code, query).to.equal(201)
  })
})
