import { TestServer } from '@apiserver-kit/framework/testing'
import { expect } from 'chai'
import { University } from '../apis/miskatonic/v1alpha1/university.ts'
import { UniversityResource } from '../server/university.ts'

describe('What is below a University', () => {
  let server: TestServer
  const path = '/apis/miskatonic.example.com/v1alpha1/namespaces/default/universities/arkham'

  before(async () => {
    server = await TestServer.start({ resources: [new UniversityResource()] })
    await server.client
      .resource(University)
      .create({ metadata: { name: 'arkham', namespace: 'default' }, spec: { size: 2 } })
  })
  after(async () => {
    await server.close()
  })
  const textOf = async (below: string): Promise<string> => {
    const answer = await fetch(`${server.faults.url}${path}/${below}`)
    return answer.text()
  }
  const get = (below: string): Promise<unknown> => server.client.request({ path: `${path}/${below}` })

  it('is its campus, of a kind of its own', async () => {
    expect(await get('campus')).to.deep.include({ kind: 'UniversityCampus', status: { generation: 1 } })
  })

  it('is its scale', async () => {
    expect(await get('scale')).to.deep.include({ kind: 'Scale', spec: { replicas: 1 } })
    const metadata = { name: 'arkham', namespace: 'default' }
    const body = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata, spec: { replicas: 4 } }
    await server.client.request({ method: 'PUT', path: `${path}/scale`, body })
    const { spec } = await server.client.resource(University).namespace('default').get('arkham')
    expect(spec.replicas).to.equal(4)
  })
  it('is its log, a stream', async () => {
    const text = await textOf('log?tailLines=3')
    expect(text).to.equal('line 1 of arkham\nline 2 of arkham\nline 3 of arkham\n')
  })

  it('is its tunnel, with paths below and options of its own', async () => {
    expect(await textOf('tunnel/a/b?port=8080')).to.equal('tunnel of arkham: port 8080, path /a/b\n')
  })
})
