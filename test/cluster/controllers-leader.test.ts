import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, KubeConfig } from '@apiserver-kit/framework/client'
import { ConfigMap, Lease, Namespace } from '@apiserver-kit/framework/client/kinds'
import { expect } from 'chai'
import type { Cluster } from '../harness/cluster.ts'
import { setting } from './setting.ts'

const namespace = 'leading'
const program = `
  import { Client, KubeConfig } from '@apiserver-kit/framework/client'
  import { ConfigMap } from '@apiserver-kit/framework/client/kinds'
  import { Manager } from '@apiserver-kit/framework/controller'
  const [, kubeconfig, identity] = process.argv
  const silent = () => {}
  const manager = new Manager({
    client: new Client(KubeConfig.load(kubeconfig)),
    logger: { debug: silent, info: silent, error: silent },
    leaderElection: { id: 'shared', namespace: '${namespace}', identity,
      leaseDurationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 400 },
  })
  const journal = manager.client.resource(ConfigMap).namespace('${namespace}')
  const write = async (signal) => {
    for (let entry = 0; !signal.aborted; entry++)
      await journal.patch('journal', { data: { writer: identity, entry: String(entry) } })
  }
  manager.add({ start: async (signal) => {
    console.log('leading')
    await Promise.all([write(signal), write(signal), write(signal)])
  } })
  await manager.run()
`

interface Candidate {
  readonly identity: string
  readonly child: ChildProcess
  readonly leading: Promise<unknown>
  readonly exit: Promise<number | null>
}

describe('Leader election between processes', function () {
  this.timeout(240_000)
  let cluster: Cluster
  let client: Client
  const children = new Set<ChildProcess>()
  before(async () => {
    ;({ cluster } = await setting())
    client = new Client(KubeConfig.load(cluster.admin.kubeconfig))
    await client.resource(Namespace).create({ metadata: { name: namespace } })
    await client.resource(ConfigMap).create({ metadata: { name: 'journal', namespace } })
  })
  after(() => {
    for (const child of children) child.kill('SIGKILL')
    client.close()
  })

  let next = 0
  function start(): Candidate {
    const identity = `candidate-${String(next++)}`
    const args = ['--input-type=module', '-e', program, cluster.admin.kubeconfig, identity]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    children.add(child)
    const exit = once(child, 'exit').then(([code]) => code as number | null)
    return { identity, child, leading: once(child.stdout, 'data'), exit }
  }

  it('never has two that write, under kill -9, SIGSTOP and SIGTERM', async () => {
    /** Who wrote, in the order in which the server took it; each change of the writer once. */
    const writers: string[] = []
    let writes = 0
    const stop = new AbortController()
    const maps = client.resource(ConfigMap).namespace(namespace)
    const watching = (async () => {
      for await (const { type, object } of maps.watch({ signal: stop.signal })) {
        if (type === 'BOOKMARK' || object.metadata.name !== 'journal' || !object.data) continue
        writes++
        const { writer = '' } = object.data
        if (writers.at(-1) !== writer) writers.push(writer)
      }
    })()
    let leader = start()
    await leader.leading
    const wanted = [leader.identity]
    for (const signal of ['SIGSTOP', 'SIGKILL', 'SIGSTOP', 'SIGTERM', 'SIGSTOP', 'SIGKILL'] as const) {
      const follower = start()
      // Somewhere between two renewals, and amid its writes.
      await sleep(1000 + Math.random() * 1000)
      leader.child.kill(signal)
      const signalled = performance.now()
      await follower.leading
      console.log(`      ${signal}: another leads after ${String(Math.round(performance.now() - signalled))} ms`)
      await sleep(200)
      if (signal === 'SIGSTOP') {
        leader.child.kill('SIGCONT')
        expect(await leader.exit, 'who was stopped must end').to.equal(1)
      } else expect(await leader.exit).to.equal(signal === 'SIGTERM' ? 0 : null)
      await sleep(300)
      leader = follower
      wanted.push(leader.identity)
    }
    leader.child.kill('SIGTERM')
    expect(await leader.exit).to.equal(0)
    const lease = await client.resource(Lease).namespace(namespace).get('shared')
    expect(lease.spec?.holderIdentity).to.equal('')
    expect(lease.spec?.leaseTransitions).to.equal(6)
    await sleep(500)
    stop.abort()
    await watching
    expect(writers).to.deep.equal(wanted)
    console.log(`      ${String(writes)} writes, ${String(wanted.length)} leaders one after the other`)
  })
})
