import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { AggregatedExample } from '../harness/aggregated-example.ts'
import type { Cluster, Identity } from '../harness/cluster.ts'
import { eventually } from '../harness/eventually.ts'
import { setting } from './setting.ts'

const rbac = '/apis/rbac.authorization.k8s.io/v1'
const api = '/apis/wardle.example.com/v1beta1'
const flunders = `${api}/namespaces/outage/flunders`
const namespaces = '/api/v1/namespaces'
/** How long our server believes what the cluster said about somebody. */
const believedMs = 10_000
/** Until kube-controller-manager looks for a kube-apiserver again that was away: its pauses grow to twice 30 s. */
const reconnectedMs = 120_000

describe('Outages', function () {
  this.timeout(360_000)
  let cluster: Cluster
  let example: AggregatedExample
  let erin: Identity
  before(async () => {
    ;({ cluster, example } = await setting())
    erin = cluster.identity('erin')
    await cluster.send('POST', namespaces, { metadata: { name: 'outage' } })
    await cluster.send('POST', `${rbac}/namespaces/outage/rolebindings`, {
      metadata: { name: 'erin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'erin' }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'erin' },
    })
    const rules = [{ apiGroups: ['wardle.example.com'], resources: ['flunders'], verbs: ['list'] }]
    const made = await cluster.send('POST', `${rbac}/clusterroles`, { metadata: { name: 'erin' }, rules })
    expect(made.status, made.text).to.equal(201)
  })

  it('of kube-apiserver: what it said is believed for its time, then nobody is let in, then it is asked again', async () => {
    const list = (path = flunders): Promise<{ status: number; text: string }> =>
      example.get(path, { certificate: erin })
    await eventually('the role is known', async () => (await list()).status === 200)
    await sleep(believedMs)
    expect((await list()).status).to.equal(200)
    const asked = performance.now()
    await cluster.kubeApiserver.stop('SIGKILL')
    try {
      expect((await list()).status, 'cached').to.equal(200)
      const unknown = await list(`${api}/flunders`)
      expect(unknown.status).to.equal(500)
      expect(unknown.text).to.match(/^Internal Server Error: "\/apis/)
      await sleep(Math.max(0, believedMs + 500 - (performance.now() - asked)))
      expect((await list()).status, 'no longer cached').to.equal(500)
      expect((await example.get('/readyz')).status, 'our server is as ready as before').to.equal(200)
      expect((await example.get(flunders, { certificate: cluster.admin })).status, 'system:masters').to.equal(200)
    } finally {
      await cluster.startApiserver()
    }
    await eventually('erin is let in again', async () => (await list()).status === 200)
    expect((await list(`${api}/flunders`)).status).to.equal(403)
    await example.waitUntilAvailable()
  })

  it('of our server: namespaces wait for it while it is registered, and not after it is uninstalled', async () => {
    const state = async (name: string): Promise<string> => {
      const { status, text } = await cluster.send('GET', `${namespaces}/${name}`)
      return status === 404 ? 'gone' : text
    }
    for (const name of ['waits', 'goes']) await cluster.send('POST', namespaces, { metadata: { name } })
    await example.stop()
    try {
      await example.touchService()
      await example.waitUntilAvailable(false)
      await cluster.send('DELETE', `${namespaces}/waits`)
      const saysSo = async (): Promise<boolean> => (await state('waits')).includes('wardle.example.com/v1beta1')
      await eventually('the namespace says what it waits for', saysSo, reconnectedMs)
      await example.unregister()
      await cluster.send('DELETE', `${namespaces}/goes`)
      await eventually('an unrelated namespace is gone', async () => (await state('goes')) === 'gone')
      await eventually('the one that waited is gone', async () => (await state('waits')) === 'gone', 120_000)
    } finally {
      await example.unregister()
      await example.start()
      await example.register()
      await example.waitUntilAvailable()
    }
  })
})
