import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeCluster } from '@apiserver-kit/framework/testing'
import { expect } from 'chai'
import { ExampleServer } from '../harness/example-server.ts'
import { kubectlPath } from '../harness/kubectl.ts'
import { expectedFailures } from './expected-failures.ts'

interface Verdict {
  name: string
  ok: boolean
  problems: string[]
}

/** Replays one set of recordings as somebody; the namespaces are made by kubectl, as a person would. */
async function replay(server: ExampleServer, set: string, names: readonly string[], who?: Client): Promise<Verdict[]> {
  const report = join(mkdtempSync(join(tmpdir(), 'golden-')), 'report.json')
  const { cert, key, ca } = { ...server.credentials, ...who }
  const here = import.meta.dirname
  const args = [join(here, 'golden.mjs'), 'replay', '--server', server.url, '--cert', cert, '--key', key, '--ca', ca]
  args.push('--golden', join(here, set), '--json', report, '--only', `^(?:${names.join('|')})$`)
  args.push('--before', `${kubectlPath()} --kubeconfig ${server.kubeconfig} create namespace {{ns}}`)
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: join(here, '..', '..') })
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
  return JSON.parse(readFileSync(report, 'utf8')) as Verdict[]
}

/** Files of a client certificate. */
interface Client {
  readonly cert: string
  readonly key: string
}

interface RecordedSet {
  readonly set: string
  readonly example: string
  /** With a cluster behind the server: whose certificate the client has. */
  readonly as?: 'admin' | 'alice' | 'proxy'
  /** Which of the conversations; all of them without it. */
  readonly only?: RegExp
}

const sets: readonly RecordedSet[] = [
  { set: 'wardle', example: 'sample-apiserver' },
  { set: 'serving', example: 'sample-apiserver', only: /^(?:list|watch)-/ },
  { set: 'serving', example: 'sample-apiserver', only: /^(?:auth|discovery)-/, as: 'admin' },
  { set: 'serving-alice', example: 'sample-apiserver', as: 'alice' },
  { set: 'serving-front-proxy', example: 'sample-apiserver', as: 'proxy' },
  { set: 'widgets', example: 'widgets' },
]

for (const { set, example, only, as } of sets) {
  describe(`golden conversations: ${set}${as === undefined ? '' : `, as ${as}`}`, function () {
    this.timeout(600_000)
    const recordings = recorded(set).filter(({ name }) => only === undefined || only.test(name))
    const names = recordings.map(({ name }) => name)
    let verdicts: Map<string, Verdict>
    const servers: ExampleServer[] = []
    let cluster: FakeCluster | undefined
    before(async () => {
      const held: Verdict[] = []
      if (as !== undefined) {
        cluster = await FakeCluster.start()
        const server = await startBehind(cluster, example)
        servers.push(server)
        held.push(...(await replay(server, set, names, certificatesIn(cluster)[as])))
        verdicts = new Map(held.map((v) => [v.name, v]))
        return
      }
      for (const compacted of [false, true]) {
        const here = recordings.filter(({ note }) => (note !== undefined) === compacted).map(({ name }) => name)
        if (here.length === 0) continue
        const server = await (compacted ? startCompacted(example) : ExampleServer.start(example))
        servers.push(server)
        held.push(...(await replay(server, set, here)))
      }
      verdicts = new Map(held.map((v) => [v.name, v]))
    })
    after(async () => {
      await Promise.all(servers.map((server) => server.stop()))
      await cluster?.close()
    })
    for (const name of names) {
      const expected = expectedFailures[set]?.[name]
      it(expected === undefined ? name : `${name} (known to fail: ${expected})`, () => {
        const verdict = verdicts.get(name)
        expect(verdict, 'the conversation was not held').to.not.equal(undefined)
        if (expected === undefined) expect(verdict?.problems ?? []).to.deep.equal([])
        else expect(verdict?.ok, `${name} passes: take it off expected-failures.ts`).to.equal(false)
      })
    }
  })
}

interface Recording {
  readonly name: string
  /** What it presupposes. All notes so far say that the server has forgotten version 1. */
  readonly note?: string
}

function recorded(set: string): Recording[] {
  const folder = join(import.meta.dirname, set)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording & { steps?: unknown[] })
    .filter((scenario) => scenario.steps !== undefined)
}

const startBehind = (cluster: FakeCluster, example: string): Promise<ExampleServer> =>
  ExampleServer.start(example, { cluster: { kubeconfig: cluster.kubeconfig, ...certificatesIn(cluster).admin } })

const certificatesIn = (cluster: FakeCluster): Record<'admin' | 'alice' | 'proxy', Client> => ({
  admin: cluster.save('admin', cluster.certificateOf('admin', ['system:masters'])),
  alice: cluster.save('alice', cluster.certificateOf('alice')),
  proxy: cluster.save('proxy', cluster.proxyCertificate()),
})

/** A server that has forgotten version 1: its store was compacted, and it was started again, so that it remembers nothing itself. */
async function startCompacted(example: string): Promise<ExampleServer> {
  const first = await ExampleServer.start(example, { args: ['--etcd-compaction-interval', '200ms'] })
  const past = '/api/v1/namespaces?resourceVersion=1&resourceVersionMatch=Exact'
  const deadline = Date.now() + 20_000
  while ((await first.get(past)).status !== 410) {
    if (Date.now() > deadline) throw new Error('version 1 is not forgotten')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const exit = once(first.child, 'exit')
  first.child.kill('SIGTERM')
  await exit
  return ExampleServer.start(example, { directory: first.directory })
}
