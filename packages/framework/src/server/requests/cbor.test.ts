import { expect } from 'chai'
import { decodeCbor, encodeCbor } from '../../endpoints/negotiation/cbor.ts'
import { isObject, stringify, type JsonObject, type JsonValue } from '../../util/json.ts'
import { crate, Depot, type Answer } from './fixture.test.ts'

const type = 'application/cbor'
const objectIn = ({ bytes }: Answer): JsonObject => {
  const value = decodeCbor(bytes)
  return isObject(value) ? value : {}
}
const sent = (value: JsonValue, contentType = type): { body: Buffer; headers: Record<string, string> } => ({
  body: encodeCbor(value),
  headers: { accept: type, 'content-type': contentType },
})
const big = 9007199254740993n

describe('requests: CBOR', () => {
  const depot = new Depot({ featureGates: { CBORServingAndStorage: true } })
  before(() => depot.start())
  after(() => depot.stop())

  it('goes in and comes out, integers beyond 2^53 too', async () => {
    const created = await depot.send('POST', '', sent(crate('a', { weight: big, anything: { __proto__x: [1.5] } })))
    expect([created.code, created.contentType]).to.deep.equal([201, type])
    expect(created.bytes.subarray(0, 3).toString('hex')).to.equal('d9d9f7')
    expect(objectIn(created)['spec']).to.deep.equal({ weight: big, anything: { __proto__x: [1.5] } })
    const list = await depot.send('GET', '', { headers: { accept: `${type};q=0.9,application/json;q=0.1` } })
    expect(stringify(objectIn(list)['items'] ?? null)).to.contain(`"weight":${String(big)}`)
    const table = await depot.send('GET', 'a', { headers: { accept: `${type};as=Table;g=meta.k8s.io;v=v1` } })
    expect(stringify(objectIn(table)['rows'] ?? null)).to.contain(`"cells":["a",${String(big)}]`)
  })

  it('is what an update and a status may be in', async () => {
    const live = objectIn(await depot.send('GET', 'a', { headers: { accept: type } }))
    const updated = await depot.send('PUT', 'a', sent({ ...live, spec: { label: 'é' } }))
    expect([updated.code, objectIn(updated)['spec']]).to.deep.equal([200, { label: 'é' }])
    const seen = await depot.send('PUT', 'a/status', sent({ ...objectIn(updated), status: { seen: big } }))
    expect([seen.code, objectIn(seen)['status']]).to.deep.equal([200, { seen: big }])
  })

  it('is what a configuration may be applied in', async () => {
    const patch = 'application/apply-patch+cbor'
    const applied = await depot.send('PATCH', 'b?fieldManager=me', sent(crate('b', { weight: big }), patch))
    expect([applied.code, objectIn(applied)['spec']]).to.deep.equal([201, { weight: big }])
    const again = await depot.send('PATCH', 'b?fieldManager=you', sent(crate('b', { weight: 1 }), patch))
    expect([again.code, objectIn(again)['reason']]).to.deep.equal([409, 'Conflict'])
  })

  it('is what a deletion may be asked in', async () => {
    await depot.create('c')
    const refused = await depot.send('DELETE', 'c', sent({ preconditions: { uid: 'other' } }))
    expect([refused.code, objectIn(refused)['reason']]).to.deep.equal([409, 'Conflict'])
    const deleted = await depot.send('DELETE', 'c', sent({ kind: 'DeleteOptions', apiVersion: 'v1' }))
    expect([deleted.code, objectIn(deleted)['status']]).to.deep.equal([200, 'Success'])
  })

  it('is watched as a sequence', async () => {
    const path = '?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=b'
    const { contentType, bytes } = await depot.send('GET', path, { headers: { accept: type } })
    expect(contentType).to.equal('application/cbor-seq')
    expect(decodeCbor(bytes)).to.have.property('type', 'ADDED')
  })

  it('is refused with 400 where it is none', async () => {
    for (const body of [Buffer.from('{'), Buffer.from('a2616101616102', 'hex'), Buffer.from('ff', 'hex')]) {
      const { code, text } = await depot.send('POST', '', { body, headers: { 'content-type': type } })
      expect(code).to.equal(400)
      expect(text).to.contain('unrecognized (must be of type Crate): unable to determine group/version/kind: cbor:')
    }
    const headers = { 'content-type': 'application/merge-patch+cbor' }
    expect((await depot.send('PATCH', 'a', { body: encodeCbor({}), headers })).code).to.equal(415)
  })

  it('is named among what is offered', async () => {
    const refused = await depot.send('POST', '', { body: '{}', headers: { 'content-type': 'text/plain' } })
    expect(refused.message).to.match(/: application\/json, application\/yaml, .*protobuf, application\/cbor$/)
    const nothing = await depot.send('GET', '', { headers: { accept: 'text/html' } })
    expect(nothing.message).to.match(/, application\/cbor, .*stream=watch, application\/cbor;stream=watch$/)
  })
})

describe('requests: CBOR behind its gate', () => {
  const depot = new Depot()
  before(() => depot.start())
  after(() => depot.stop())

  it('is neither read nor written', async () => {
    const body = encodeCbor(crate('a'))
    for (const [method, path, contentType] of [
      ['POST', '', type],
      ['PUT', 'a', type],
      ['DELETE', 'a', type],
      ['PATCH', 'a?fieldManager=me', 'application/apply-patch+cbor'],
    ] as const)
      expect((await depot.send(method, path, { body, headers: { 'content-type': contentType } })).code).to.equal(415)
    expect((await depot.send('GET', '', { headers: { accept: type } })).code).to.equal(406)
    const either = await depot.send('GET', '', { headers: { accept: `${type},application/json` } })
    expect([either.code, either.contentType]).to.deep.equal([200, 'application/json'])
  })
})
