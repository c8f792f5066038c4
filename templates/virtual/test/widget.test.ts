import { TestServer } from '@apiserver-kit/framework/testing'
import { expect } from 'chai'
import { Widget } from '../apis/demo/v1alpha1/widget.ts'
import { WidgetResource } from '../server/widget.ts'

describe('Widget', () => {
  let server: TestServer

  before(async () => {
    server = await TestServer.start({ resources: [new WidgetResource()] })
  })
  after(async () => {
    await server.close()
  })

  it('makes its objects when they are asked for', async () => {
    const widgets = server.client.resource(Widget).namespace('default')
    const { items } = await widgets.list()
    expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(['first', 'second'])
    const { spec } = await widgets.get('first')
    expect(spec).to.deep.equal(items[0]?.spec)
  })
})
