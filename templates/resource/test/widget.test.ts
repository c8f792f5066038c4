import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiServer, MemoryBackend, StatusError } from '@apiserver-kit/framework'
import { Client, KubeConfig } from '@apiserver-kit/framework/client'
import { expect } from 'chai'
import { Widget } from '../apis/demo/v1alpha1/widget.ts'
import { WidgetReconciler } from '../controller/widget.ts' // if:reconciled
import { WidgetResource } from '../server/widget.ts'

describe('Widget', () => {
  const directory = mkdtempSync(join(tmpdir(), 'widget-'))
  const server = new ApiServer({
    backend: new MemoryBackend(),
    securePort: 0,
    bindAddress: '127.0.0.1',
    certDir: directory,
    writeKubeconfig: join(directory, 'kubeconfig'),
  }).install(new WidgetResource())
  let client: Client

  before(async () => {
    await server.listen()
    client = new Client(KubeConfig.load(join(directory, 'kubeconfig')))
  })
  after(async () => {
    client.close()
    await server.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const create = (name: string, spec: Widget['spec']): Promise<Widget> =>
    client.resource(Widget).create({ metadata: { name, namespace: 'default' }, spec }) // unless:cluster
  // if:cluster>   client.resource(Widget).create({ metadata: { name }, spec })

  it('refuses what the schema or the resource does not allow', async () => {
    for (const spec of [{ size: 0 }, { size: 1, message: ' ' }])
      try {
        await create('wrong', spec)
        expect.fail('it was created')
      } catch (error) {
        expect(error).to.be.instanceOf(StatusError)
        expect((error as StatusError).code).to.equal(422)
      }
  })

  // if:reconciled
  it('is brought to its wanted state', async () => {
    await create('first', { size: 3 })
    // unless:cluster
    await new WidgetReconciler(client).reconcile({ namespace: 'default', name: 'first' }, new AbortController().signal)
    const { status } = await client.resource(Widget).namespace('default').get('first')
    // end:cluster
    // if:cluster> await new WidgetReconciler(client).reconcile({ namespace: '', name: 'first' }, new AbortController().signal)
    // if:cluster> const { status } = await client.resource(Widget).get('first')
    expect(status).to.deep.equal({ observedGeneration: 1, ready: true, parts: 3 })
  })
  // end:reconciled
  // unless:reconciled>
  // unless:reconciled> it('keeps what it is given', async () => {
  // unless:reconciled>   const { spec } = await create('first', { size: 3 })
  // unless:reconciled>   expect(spec).to.deep.equal({ size: 3 })
  // unless:reconciled> })
})
