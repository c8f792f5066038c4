import { after, afterEach } from 'mocha'
import { clusterBinaries } from '../harness/cluster-binaries.ts'
import type { DeployedPod } from '../harness/deployed-pod.ts'
import { DeployedProject } from '../harness/deployed-project.ts'

/** What the tests of a deployed project share: one control plane, with the manifests laid and the server running. */
export interface DeployedSetting {
  readonly deployed: DeployedProject
  readonly server: DeployedPod
  /** From the start of the server's process until its APIService was Available. */
  readonly availableMs: number
}

let starting: Promise<DeployedSetting> | undefined
let deployed: DeployedProject | undefined
let server: DeployedPod | undefined
let failed = false

/** Everything up and available; started by the first who asks. */
export function deployedSetting(): Promise<DeployedSetting> {
  starting ??= start().catch((error: unknown) => {
    failed = true
    throw error
  })
  return starting
}

async function start(): Promise<DeployedSetting> {
  deployed = await DeployedProject.prepare(clusterBinaries())
  await deployed.apply()
  server = await deployed.pod('apiserver')
  const started = performance.now()
  if (!(await server.start())) throw new Error(server.log())
  await deployed.untilAvailable()
  return { deployed, server, availableMs: Math.round(performance.now() - started) }
}

afterEach(function () {
  if (this.currentTest?.state === 'failed') failed = true
})
after(async function () {
  this.timeout(60_000)
  await server?.stop()
  await deployed?.stop({ keepLogs: failed })
})
