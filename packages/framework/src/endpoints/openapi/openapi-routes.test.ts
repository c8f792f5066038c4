import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { ask, coreGroup, jsonOf, zooGroup } from '../discovery/fixture.test.ts'
import { OpenApiRoutes } from './openapi-routes.ts'

const groups = [zooGroup, coreGroup]
const routes = new OpenApiRoutes(() => groups, { title: 'Zoo', version: 'v1' })

interface Index {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>
}
const hashOf = async (key: string): Promise<string> => {
  const { paths } = jsonOf(await ask(routes, '/openapi/v3')) as Index
  return paths[key]?.serverRelativeURL.split('hash=')[1] ?? ''
}

describe('OpenApiRoutes.handle, the index', () => {
  it('names every document with its hash', async () => {
    const reply = await ask(routes, '/openapi/v3', { headers: { accept: 'text/html' } })
    expect(reply.headers['content-type']).to.equal('application/json')
    const { paths } = jsonOf(reply) as Index
    expect(Object.keys(paths)).to.deep.equal([
      'api',
      'api/v1',
      'apis',
      'apis/zoo.example.com',
      'apis/zoo.example.com/v1',
      'apis/zoo.example.com/v1beta1',
      'version',
    ])
    for (const [key, { serverRelativeURL }] of Object.entries(paths)) {
      expect(serverRelativeURL).to.match(new RegExp(`^/openapi/v3/${key}\\?hash=[0-9A-F]{128}$`))
      expect((await ask(routes, serverRelativeURL)).status).to.equal(200)
    }
  })

  it('answers 304 to whoever has it', async () => {
    const { etag = '' } = (await ask(routes, '/openapi/v3')).headers
    const again = await ask(routes, '/openapi/v3', { headers: { 'if-none-match': `"other", W/${etag}` } })
    expect(again.status).to.equal(304)
    expect(again.headers.etag).to.equal(etag)
    expect(again.headers).not.to.have.property('content-type')
  })

  it('is not there for other paths', async () => {
    for (const path of ['/openapi', '/openapi/v4', '/openapi/v2/', '/swagger.json', '/openapi/v33'])
      expect((await ask(routes, path)).status, path).to.equal(599)
  })
})

describe('OpenApiRoutes.handle, v3', () => {
  const path = '/openapi/v3/apis/zoo.example.com/v1'

  it('may be kept for ever under its hash', async () => {
    const hash = await hashOf('apis/zoo.example.com/v1')
    const reply = await ask(routes, `${path}?hash=${hash}`)
    expect(reply.headers).to.include({ 'cache-control': 'public, immutable', vary: 'Accept', etag: `"${hash}"` })
    const days = (Date.parse(String(reply.headers.expires)) - Date.now()) / 86_400_000
    expect(days).to.be.within(364, 366.1)
    const plain = await ask(routes, path)
    expect(plain.headers).to.include({ 'cache-control': 'no-cache, private', etag: `"${hash}"` })
    expect(plain.headers).not.to.have.property('expires')
  })

  it('redirects from a stale hash', async () => {
    const hash = await hashOf('apis/zoo.example.com/v1')
    const reply = await ask(routes, `${path}?hash=STALE`)
    expect(reply.status).to.equal(301)
    expect(reply.headers).to.include({
      location: `${path}?hash=${hash}`,
      'cache-control': 'no-cache, private',
      'content-type': 'application/json',
    })
    expect(reply.body).to.have.length(0)
  })

  it('answers 200 and nothing for what is not there', async () => {
    for (const key of ['', 'nope', 'apis/zoo.example.com/v9', 'apis/zoo.example.com/v1/']) {
      const reply = await ask(routes, `/openapi/v3/${key}`)
      expect(reply.status, key).to.equal(200)
      expect(reply.headers).not.to.have.property('content-type')
      expect(reply.body).to.have.length(0)
    }
  })

  it('answers 406 and nothing for other media types', async () => {
    const reply = await ask(routes, path, { headers: { accept: 'text/html' } })
    expect(reply.status).to.equal(406)
    expect(reply.headers).not.to.have.property('content-type')
    expect(reply.body).to.have.length(0)
  })

  it('answers any method, with no body to HEAD', async () => {
    expect((await ask(routes, path, { method: 'POST' })).status).to.equal(200)
    const head = await ask(routes, path, { method: 'HEAD' })
    expect(Number(head.headers['content-length'])).to.be.greaterThan(1000)
    expect(head.body).to.have.length(0)
  })

  it('answers 412 to a POST whose tag matches', async () => {
    const reply = await ask(routes, path, { method: 'POST', headers: { 'if-none-match': '*' } })
    expect(reply.status).to.equal(412)
  })

  it('compresses for those who take gzip, whatever else they take', async () => {
    const plain = await ask(routes, path)
    const zipped = await ask(routes, path, { headers: { 'accept-encoding': 'br, gzip;q=0.5' } })
    expect(zipped.headers).to.include({ 'content-encoding': 'gzip', vary: 'Accept-Encoding, Accept' })
    expect(gunzipSync(zipped.body).equals(plain.body)).to.equal(true)
    const refused = await ask(routes, path, { headers: { 'accept-encoding': 'gzip;q=0' } })
    expect(refused.headers).not.to.have.property('content-encoding')
  })

  it('has protobuf under both names', async () => {
    for (const spelling of ['v3@v1.0', 'v3.v1.0']) {
      const accept = `application/com.github.proto-openapi.spec.${spelling}+protobuf`
      const reply = await ask(routes, path, { headers: { accept } })
      expect(reply.headers['content-type']).to.equal('application/com.github.proto-openapi.spec.v3.v1.0+protobuf')
      expect(reply.body.subarray(0, 7).toString('latin1')).to.equal('\n\x053.0.0')
      expect(reply.headers.etag).to.equal(`"${await hashOf('apis/zoo.example.com/v1')}"`)
    }
  })
})

describe('OpenApiRoutes.handle, v2', () => {
  it('has a tag, and 304 for it', async () => {
    const reply = await ask(routes, '/openapi/v2', { headers: { accept: 'application/json' } })
    expect(reply.headers).to.include({ 'content-type': 'application/json', vary: 'Accept-Encoding, Accept' })
    const again = await ask(routes, '/openapi/v2', { headers: { 'if-none-match': String(reply.headers.etag) } })
    expect(again.status).to.equal(304)
    const later = await ask(routes, '/openapi/v2', {
      headers: { 'if-modified-since': String(reply.headers['last-modified']) },
    })
    expect(later.status).to.equal(304)
  })

  it('has protobuf, and 406 for other media types', async () => {
    const reply = await ask(routes, '/openapi/v2', {
      headers: { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' },
    })
    expect(reply.headers['content-type']).to.equal('application/com.github.proto-openapi.spec.v2.v1.0+protobuf')
    expect((await ask(routes, '/openapi/v2', { headers: { accept: 'text/html' } })).status).to.equal(406)
  })

  it('prefers what the client prefers', async () => {
    const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
    const reply = await ask(routes, '/openapi/v2', { headers: { accept: `application/json;q=0.5,${protobuf}` } })
    expect(reply.headers['content-type']).to.contain('protobuf')
  })
})

describe('OpenApiRoutes', () => {
  it('describes the groups anew when they change', async () => {
    let current = [zooGroup]
    const changing = new OpenApiRoutes(() => current, { title: 'Zoo', version: 'v1' })
    const before = (await ask(changing, '/openapi/v2')).headers.etag
    current = [zooGroup, coreGroup]
    expect((await ask(changing, '/openapi/v2')).headers.etag).not.to.equal(before)
  })
})
