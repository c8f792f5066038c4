import { after, afterEach } from 'mocha'
import { AggregatedExample } from '../harness/aggregated-example.ts'
import { clusterBinaries } from '../harness/cluster-binaries.ts'
import { Cluster } from '../harness/cluster.ts'

/** What the tests of this folder share: a control plane takes longer to start than most tests take. */
export interface Setting {
  readonly cluster: Cluster
  readonly example: AggregatedExample
  /** From the start of the extension API server's process until its APIServices were Available. */
  readonly availableMs: number
}

let starting: Promise<Setting> | undefined
let cluster: Cluster | undefined
let example: AggregatedExample | undefined
let failed = false

/** Everything up, registered and available; started by the first who asks. */
export function setting(): Promise<Setting> {
  starting ??= start().catch((error: unknown) => {
    failed = true
    throw error
  })
  return starting
}

async function start(): Promise<Setting> {
  cluster = await Cluster.start(clusterBinaries())
  example = await AggregatedExample.prepare(cluster)
  const started = performance.now()
  await example.start()
  await example.register()
  await example.waitUntilAvailable()
  return { cluster, example, availableMs: Math.round(performance.now() - started) }
}

afterEach(function () {
  if (this.currentTest?.state === 'failed') failed = true
})
after(async function () {
  this.timeout(60_000)
  await example?.stop()
  await cluster?.stop({ keepLogs: failed })
})
