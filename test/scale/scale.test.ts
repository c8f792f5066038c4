import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'

interface Entry {
  manager: string
  operation: string
  apiVersion: string
  subresource?: string
  time?: string
  fieldsV1: unknown
}
interface Answer {
  status: number
  body: {
    message?: string
    metadata: { generation?: number; resourceVersion: string; managedFields: Entry[] }
    spec: { replicas?: number }
  }
}

const group = '/apis/golden.example.com'
const replicas = { 'f:spec': { 'f:replicas': {} } }
const scale = (wanted: unknown, more: object = {}): object => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name: 'a', ...more },
  spec: { replicas: wanted },
})

describe('/scale', function () {
  this.timeout(60_000)
  let server: ExampleServer
  let name = 0
  let path = ''

  before(async () => {
    server = await ExampleServer.start('widgets')
  })
  after(() => server.stop())

  /** Each test has a namespace, and in it the widget `a`, that nobody but its applier `alice` owns. */
  beforeEach(async () => {
    const namespace = `scale-${String(++name)}`
    await server.send(
      'POST',
      '/api/v1/namespaces',
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
    )
    path = `namespaces/${namespace}/widgets/a`
    const widget = {
      apiVersion: 'golden.example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a' },
      spec: { replicas: 1 },
    }
    const { status } = await apply(`v1/${path}?fieldManager=alice`, widget)
    expect(status).to.equal(201)
  })

  async function send(method: string, below: string, body?: object, contentType?: string): Promise<Answer> {
    const text = body && JSON.stringify(body)
    const headers: Record<string, string> = { 'user-agent': 'tester/1.0' }
    if (contentType !== undefined) headers['content-type'] = contentType
    const answer = await server.send(method, `${group}/${below}`, text, headers)
    return { status: answer.status, body: JSON.parse(answer.body) as Answer['body'] }
  }
  const apply = (below: string, body: object): Promise<Answer> =>
    send('PATCH', below, body, 'application/apply-patch+yaml')
  const owners = async (): Promise<Entry[]> => (await send('GET', `v1/${path}`)).body.metadata.managedFields

  it('lets an applier own the replicas beside another, or instead', async () => {
    expect((await apply(`v1/${path}/scale?fieldManager=hpa`, scale(1))).status).to.equal(200)
    expect((await owners()).map(({ manager, subresource }) => [manager, subresource])).to.deep.equal([
      ['hpa', 'scale'],
      ['alice', undefined],
    ])
    const refused = await apply(`v1/${path}/scale?fieldManager=hpa`, scale(2))
    expect([refused.status, refused.body.message]).to.deep.equal([
      409,
      'Apply failed with 1 conflict: conflict with "alice": .spec.replicas',
    ])
    expect((await apply(`v1/${path}/scale?fieldManager=hpa&force=true`, scale(2))).body.spec.replicas).to.equal(2)
    expect((await owners()).map(({ manager, fieldsV1 }) => [manager, fieldsV1])).to.deep.equal([['hpa', replicas]])
  })

  it('names the version of its own path in managedFields', async () => {
    await send('PUT', `v1beta1/${path}/scale?fieldManager=hpa`, scale(5))
    const [entry] = await owners()
    expect(entry).to.deep.include({
      apiVersion: 'golden.example.com/v1beta1',
      subresource: 'scale',
      fieldsV1: replicas,
    })
    expect(entry).not.to.have.property('time')
  })

  it('writes nothing when nothing changes', async () => {
    await send('PUT', `v1/${path}/scale`, scale(3))
    const before = await send('GET', `v1/${path}`)
    await send('PUT', `v1/${path}/scale`, scale(3))
    expect((await send('GET', `v1/${path}`)).body).to.deep.equal(before.body)
    expect(before.body.metadata.generation).to.equal(2)
  })

  it('judges the object by the schema of the version in the path', async () => {
    const { status, body } = await send('PUT', `v1/${path}/scale`, scale(51))
    expect([status, body.message]).to.deep.equal([
      422,
      'Widget.golden.example.com "a" is invalid: spec.replicas: Invalid value: 51: spec.replicas in body should be less than or equal to 50',
    ])
  })

  it('refuses what is no Scale, another name, an old version and another object', async () => {
    const put = async (body: object): Promise<number> => (await send('PUT', `v1/${path}/scale`, body)).status
    expect(await put(scale('three'))).to.equal(400)
    expect(await put({ ...scale(3), metadata: { name: 'b' } })).to.equal(400)
    expect(await put({ ...scale(3), kind: 'Widget', apiVersion: 'golden.example.com/v1' })).to.equal(400)
    expect(await put(scale(3, { resourceVersion: '1' }))).to.equal(409)
    expect(await put(scale(3, { uid: 'another' }))).to.equal(409)
    expect((await send('GET', `v1/${path}/scale`)).body.spec.replicas).to.equal(1)
  })

  it('has no more verbs than these', async () => {
    expect((await send('DELETE', `v1/${path}/scale`)).status).to.equal(405)
    expect((await send('POST', `v1/${path}/scale`, scale(3))).status).to.equal(405)
  })
})
