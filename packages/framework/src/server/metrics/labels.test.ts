import { expect } from 'chai'
import { Depot } from '../requests/fixture.test.ts'

describe('labels of metrics', () => {
  let depot: Depot
  before(() => (depot = new Depot()).start())
  after(() => depot.stop())

  it('are from a closed set, whatever clients say (CVE-2020-8552)', async () => {
    const series = async (): Promise<number> => (await depot.send('GET', '/metrics')).text.split('\n').length
    const base = '/apis/depot.example.com/v1'
    /** Words of its own in every place of a request that a label could be made of. */
    const once = async (n: number): Promise<void> => {
      const word = `w${String(n)}`
      const headers = { 'user-agent': word, 'x-remote-user': word, 'audit-id': word }
      await depot.send('GET', `/${word}`, { headers })
      await depot.send('GET', `/apis/${word}/v1/${word}`)
      await depot.send('GET', `/apis/depot.example.com/${word}/crates`)
      await depot.send('GET', `${base}/${word}`)
      await depot.send('GET', `${base}/namespaces/${word}/crates/${word}/${word}`)
      await depot.send('GET', `${base}/namespaces/${word}/crates/${word}?dryRun=${word}&fieldValidation=${word}`)
      await depot.send('GET', `${base}/crates?limit=${String(n)}&labelSelector=${word}`)
      await depot.send(`X${word.toUpperCase()}`, `${base}/crates`)
      await depot.send('POST', `?dryRun=${word}`, { body: '{}', headers: { 'content-type': `application/${word}` } })
      await depot.send('PATCH', word, { body: '{}', headers: { 'content-type': `application/${word}` } })
      await depot.send('GET', '', { headers: { accept: `application/${word}` } })
      await depot.send('GET', '', { headers: { authorization: `Bearer ${word}` } })
    }
    await once(0)
    await series()
    const before = await series()
    for (let n = 1; n <= 200; n++) await once(n)
    expect(await series()).to.equal(before)
  })
})
