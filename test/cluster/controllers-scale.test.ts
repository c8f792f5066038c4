import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { Client, KubeConfig } from '@apiserver-kit/framework/client'
import { ConfigMap, Namespace } from '@apiserver-kit/framework/client/kinds'
import { expect } from 'chai'
import type { Cluster } from '../harness/cluster.ts'
import { CannotBuild, goBuild } from '../harness/go-build.ts'
import { setting } from './setting.ts'

const namespace = 'many'
const count = 10_000
const bench = join(import.meta.dirname, '..', 'bench', 'controllers')

interface Report {
  readonly syncMs: number
  readonly reconcileMs: number
  readonly peakBytes: number
  readonly reconciles: number
}

describe(`A controller of ${String(count)} objects`, function () {
  this.timeout(600_000)
  let cluster: Cluster
  let client: Client
  before(async () => {
    ;({ cluster } = await setting())
    client = new Client(KubeConfig.load(cluster.admin.kubeconfig))
    await client.resource(Namespace).create({ metadata: { name: namespace } })
    const maps = client.resource(ConfigMap).namespace(namespace)
    let next = 0
    const create = async (): Promise<void> => {
      for (let n = next++; n < count; n = next++)
        await maps.create({ metadata: { name: `map-${String(n)}`, namespace }, data: { text: 'x'.repeat(500) } })
    }
    await Promise.all(Array.from({ length: 40 }, create))
  })
  after(async () => {
    await client.resource(ConfigMap).namespace(namespace).deleteCollection()
    client.close()
  })

  /** Labels all of them, and says what that took. */
  const run = async (command: string, args: readonly string[], label: string): Promise<Report> => {
    const all = [...args, cluster.admin.kubeconfig, namespace, String(count), label]
    const { status, stdout, stderr } = spawnSync(command, all, { encoding: 'utf8', timeout: 300_000 })
    expect(status, stderr).to.equal(0)
    const { items } = await client
      .resource(ConfigMap)
      .namespace(namespace)
      .list({ labelSelector: `labelled=${label}` })
    expect(items).to.have.length(count)
    const report = JSON.parse(stdout) as Report
    const [sync, reconcile] = [report.syncMs, report.reconcileMs].map((ms) => `${(ms / 1000).toFixed(1)} s`)
    const megabytes = Math.round(report.peakBytes / 1e6)
    console.log(
      `      ${label}: synced in ${sync ?? ''}, reconciled in ${reconcile ?? ''}, ${String(megabytes)} MB at most, ${String(report.reconciles)} calls`,
    )
    return report
  }

  it('is synced, and reconciles them all', async () => {
    const { reconciles } = await run(process.execPath, [join(bench, 'labeller.mjs')], 'ours')
    expect(reconciles).to.be.within(count, 3 * count)
  })

  it('is measured beside one of controller-runtime', async function () {
    let program
    try {
      program = join(goBuild('../bench/controllers', 'controllers'), 'controllers')
    } catch (error) {
      if (!(error instanceof CannotBuild)) throw error
      console.log(`      LEFT OUT: controller-runtime: ${error.message}`)
      return
    }
    await run(program, [], 'controller-runtime')
  })
})
