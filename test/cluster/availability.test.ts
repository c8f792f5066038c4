import { expect } from 'chai'
import type { AggregatedExample } from '../harness/aggregated-example.ts'
import type { Cluster } from '../harness/cluster.ts'
import { eventually } from '../harness/eventually.ts'
import { setting } from './setting.ts'

describe('Aggregation layer', () => {
  let cluster: Cluster
  let example: AggregatedExample
  let availableMs: number
  before(async () => {
    ;({ cluster, example, availableMs } = await setting())
  })

  it('finds the APIServices available within 5 s of the start of the server', () => {
    console.log(`      available ${String(availableMs)} ms after the start of the process`)
    expect(availableMs).to.be.lessThan(5000)
  })

  it('finds them available again within 5 s when the server comes back', async () => {
    await example.stop()
    await example.touchService()
    await example.waitUntilAvailable(false)
    const refused = await cluster.send('GET', '/apis/wardle.example.com/v1beta1/flunders')
    expect(refused.status).to.equal(503)
    const started = performance.now()
    await example.start()
    await example.touchService()
    await example.waitUntilAvailable()
    const ms = Math.round(performance.now() - started)
    console.log(`      available again ${String(ms)} ms after the start of the process`)
    expect(ms).to.be.lessThan(5000)
  })

  it('answers discovery in 50 ms at most', async () => {
    for (const path of ['/apis/wardle.example.com', '/apis/wardle.example.com/v1beta1']) {
      const times: number[] = []
      for (let round = 0; round < 20; round++) {
        const started = performance.now()
        expect((await cluster.send('GET', path)).status).to.equal(200)
        times.push(performance.now() - started)
      }
      const median = times.sort((a, b) => a - b)[10] ?? Infinity
      console.log(`      ${path}: ${median.toFixed(1)} ms`)
      expect(median).to.be.lessThan(50)
    }
  })

  it('merges our kinds into the discovery and the schemas of the cluster', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    const ourGroup = async (): Promise<any> => {
      const { body } = await cluster.send('GET', '/apis', undefined, { headers: { accept } })
      return body.items.find((item: any) => item.metadata.name === 'wardle.example.com')
    }
    const isCurrent = async (): Promise<boolean> =>
      ((await ourGroup())?.versions ?? []).every((version: any) => version.freshness === 'Current')
    await eventually('the cluster has our discovery', isCurrent, 90_000)
    const group = await ourGroup()
    expect(group.versions.map((version: any) => version.version)).to.deep.equal(['v1beta1', 'v1alpha1'])
    expect(group.versions[0].resources.map((r: any) => r.resource)).to.deep.equal(['flunders'])
    const schemas = async (): Promise<string[]> =>
      Object.keys((await cluster.send('GET', '/openapi/v3')).body.paths as object)
    const ours = 'apis/wardle.example.com/v1beta1'
    await eventually('the cluster has our schemas', async () => (await schemas()).includes(ours), 90_000)
    expect(await schemas()).to.include('apis/apps/v1')
    expect((await cluster.send('GET', `/openapi/v3/${ours}`)).text).to.include('flunderReference')
    const paths = async (): Promise<string[]> =>
      Object.keys((await cluster.send('GET', '/openapi/v2')).body.paths as object)
    const flunders = '/apis/wardle.example.com/v1beta1/namespaces/{namespace}/flunders'
    await eventually('the cluster has our paths', async () => (await paths()).includes(flunders), 90_000)
    expect(await paths()).to.include.members([flunders, '/api/v1/namespaces'])
  })
})
