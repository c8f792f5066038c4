import { TestServer } from '@apiserver-kit/framework/testing'
import { expect } from 'chai'
import { Student } from '../apis/miskatonic/v1alpha1/student.ts'
import { StudentResource } from '../server/student.ts'

describe('Student', () => {
  let server: TestServer

  before(async () => {
    server = await TestServer.start({ resources: [new StudentResource()] })
  })
  after(async () => {
    await server.close()
  })

  it('makes its objects when they are asked for', async () => {
    const students = server.client.resource(Student).namespace('default')
    const { items } = await students.list()
    expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(['first', 'second'])
    const { spec } = await students.get('first')
    expect(spec).to.deep.equal(items[0]?.spec)
  })
})
