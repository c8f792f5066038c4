import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import type { AggregatedExample } from '../harness/aggregated-example.ts'
import type { Cluster } from '../harness/cluster.ts'
import { eventually } from '../harness/eventually.ts'
import { GoInformers, whyNoGoInformers } from '../harness/go-informers.ts'
import { setting } from './setting.ts'

const namespaces = '/api/v1/namespaces'
const flunders = '/apis/wardle.example.com/v1beta1/namespaces/informed/flunders'
const flunder = (name: string): object => ({
  apiVersion: 'wardle.example.com/v1beta1',
  kind: 'Flunder',
  metadata: { name, labels: { round: '0' } },
})

const leftOut = whyNoGoInformers()
if (leftOut !== undefined) console.log(`LEFT OUT: informers of client-go: ${leftOut}`)
else
  describe('Informers of client-go through the aggregation layer', function () {
    this.timeout(240_000)
    let cluster: Cluster
    let example: AggregatedExample
    let informers: GoInformers
    before(async () => {
      ;({ cluster, example } = await setting())
      await cluster.send('POST', namespaces, { metadata: { name: 'informed' } })
      for (let n = 0; n < 50; n++) await write('POST', '', flunder(`before-${String(n)}`))
      informers = await GoInformers.start(cluster.admin.kubeconfig, 'informed')
    })
    after(() => informers.stop())

    const write = async (method: string, path: string, body?: unknown): Promise<void> => {
      const headers: Record<string, string> =
        method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}
      const { status, text } = await cluster.send(method, `${flunders}${path}`, body, { headers })
      expect([200, 201], text).to.include(status)
    }

    /** Creates, changes and deletes some. */
    const churn = async (round: string): Promise<void> => {
      for (let n = 0; n < 10; n++) await write('POST', '', flunder(`${round}-${String(n)}`))
      for (let n = 0; n < 10; n++) await write('PATCH', `/${round}-${String(n)}`, { metadata: { labels: { round } } })
      for (let n = 0; n < 5; n++) await write('DELETE', `/${round}-${String(n)}`)
    }

    const inStep = async (): Promise<void> => {
      const { body } = await cluster.send('GET', flunders)
      const items = body.items as { metadata: { name: string; resourceVersion: string } }[]
      const wanted = Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]))
      let views = await informers.views()
      await eventually(
        'the informers hold what the server holds',
        async () => {
          views = await informers.views()
          return Object.values(views).every(({ objects, told }) =>
            [objects, told].every((v) => isDeepStrictEqual(v, wanted)),
          )
        },
        90_000,
      ).catch(() => undefined)
      for (const [name, view] of Object.entries(views)) {
        expect(view.objects, name).to.deep.equal(wanted)
        expect(view.told, name).to.deep.equal(wanted)
        expect(view.violations, name).to.deep.equal([])
      }
    }

    it('are filled by a watch, and follow', async () => {
      await inStep()
      await churn('first')
      await inStep()
    })

    for (const signal of ['SIGTERM', 'SIGKILL'] as const)
      it(`stay in step when our server is restarted (${signal})`, async () => {
        const name = signal.toLowerCase()
        await churn(`${name}-up`)
        await example.stop(signal)
        await example.start()
        await example.touchService()
        await example.waitUntilAvailable()
        await churn(`${name}-again`)
        await inStep()
      })

    it('stay in step when kube-apiserver is restarted, while our server takes writes past it', async () => {
      await cluster.kubeApiserver.stop()
      for (let n = 0; n < 10; n++) {
        const direct = { certificate: cluster.admin, body: flunder(`past-${String(n)}`) }
        const { status, text } = await example.send('POST', flunders, direct)
        expect(status, text).to.equal(201)
        const deleted = await example.send('DELETE', `${flunders}/before-${String(n)}`, { certificate: cluster.admin })
        expect(deleted.status, deleted.text).to.equal(200)
      }
      await cluster.startApiserver()
      await example.waitUntilAvailable()
      await churn('back')
      await inStep()
    })
  })
