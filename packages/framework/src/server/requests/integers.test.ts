import { expect } from 'chai'
import type { JsonObject, JsonValue } from '../../util/json.ts'
import { Crate, CrateResource, crate, Depot } from './fixture.test.ts'

class OwnGenerations extends CrateResource {
  override readonly managesGeneration = false
}

const big = 9007199254740993n
const most = 9223372036854775807n
const member = (object: JsonObject, path: string): JsonValue | undefined =>
  path.split('.').reduce<JsonValue | undefined>((value, key) => (value as JsonObject | undefined)?.[key], object)

describe('requests: integers beyond 2^53', () => {
  const depot = new Depot()
  before(() => depot.start())
  after(() => depot.stop())

  const patch = async (type: string, body: string, query = ''): Promise<JsonObject> => {
    const headers = { 'content-type': `application/${type}` }
    const { code, object, text } = await depot.send('PATCH', `a${query}`, { body, headers })
    expect(code, text).to.be.within(200, 201)
    return object
  }

  it('survive bodies, every patch, apply, Tables and a status', async () => {
    const yaml = `apiVersion: ${Crate.apiVersion}\nkind: Crate\nmetadata: {name: a}\nspec: {weight: ${String(big)}}\n`
    const created = await depot.send('POST', '', { body: yaml, headers: { 'content-type': 'application/yaml' } })
    expect(member(created.object, 'spec.weight')).to.equal(big)
    const merged = await patch('merge-patch+json', `{"spec":{"weight":${String(most)}}}`)
    expect(member(merged, 'spec.weight')).to.equal(most)
    const tested = `[{"op":"test","path":"/spec/weight","value":${String(most)}},{"op":"copy","from":"/spec/weight","path":"/spec/anything"},{"op":"replace","path":"/spec/weight","value":-${String(most)}}]`
    const patched = await patch('json-patch+json', tested)
    expect([member(patched, 'spec.weight'), member(patched, 'spec.anything')]).to.deep.equal([-most, most])
    await patch('strategic-merge-patch+json', `{"spec":{"parts":[{"name":"p","size":${String(big)}}]}}`)
    const applied = await patch(
      'apply-patch+yaml',
      `{"apiVersion":"${Crate.apiVersion}","kind":"Crate","spec":{"weight":${String(big)}}}`,
      '?fieldManager=m&force=true',
    )
    expect(member(applied, 'spec.parts')).to.deep.equal([{ name: 'p', size: big }])
    const headers = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' }
    expect((await depot.send('GET', '', { headers })).text).to.contain(`"cells":["a",${String(big)}]`)
    const seen = await depot.send('PATCH', 'a/status', {
      body: `{"status":{"seen":${String(big)}}}`,
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    expect(member(seen.object, 'status.seen')).to.equal(big)
    expect((await depot.send('GET', 'a', { headers: { accept: 'application/yaml' } })).text).to.contain(
      `seen: ${String(big)}`,
    )
  })

  it('tell neighbours apart', async () => {
    const refused = await depot.send('PATCH', 'a', {
      body: `[{"op":"test","path":"/spec/weight","value":${String(big - 1n)}}]`,
      headers: { 'content-type': 'application/json-patch+json' },
    })
    expect(refused.code).to.equal(422)
    const conflict = await depot.send('PATCH', 'a?fieldManager=other', {
      body: `{"apiVersion":"${Crate.apiVersion}","kind":"Crate","spec":{"weight":${String(big - 1n)}}}`,
      headers: { 'content-type': 'application/apply-patch+yaml' },
    })
    expect(conflict.code).to.equal(409)
  })
})

describe('requests: generations beyond 2^53', () => {
  const depot = new Depot({}, [new OwnGenerations()])
  before(() => depot.start())
  after(() => depot.stop())

  it('are the client’s own, and rise when the object is to go', async () => {
    const body = JSON.stringify(crate('a', {}, { finalizers: ['example.com/f'] })).replace(
      '"metadata":{',
      `"metadata":{"generation":${String(big)},`,
    )
    const created = await depot.send('POST', '', { body })
    expect(member(created.object, 'metadata.generation')).to.equal(big)
    const headers = { 'content-type': 'application/merge-patch+json' }
    const changed = await depot.send('PATCH', 'a', { body: { spec: { label: 'x' } }, headers })
    expect(member(changed.object, 'metadata.generation')).to.equal(big)
    const terminating = await depot.send('DELETE', 'a')
    expect(member(terminating.object, 'metadata.generation')).to.equal(big + 1n)
  })
})
