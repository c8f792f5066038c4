import { expect } from 'chai'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AddressInfo } from 'node:net'
import { Type } from '@sinclair/typebox'
import { StoredResource } from '../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import { TestServer } from '../testing/test-server.ts'
import type { NamespacedName } from '../client/resource-kind.ts'
import { Controller } from './controller.ts'
import type { Logger } from './logger.ts'
import { Manager, type ManagerOptions } from './manager.ts'
import { Reconciler, TerminalError, type ReconcileResult } from './reconciler.ts'

const Toy = defineKind({
  group: 'test.example.com',
  version: 'v1',
  kind: 'Toy',
  plural: 'toys',
  schema: Type.Object({}),
})
type Toy = ObjectOf<typeof Toy>
class ToyResource extends StoredResource<Toy> {
  readonly storageVersion = Toy
}

/** Does what the object is named after. */
class NamedOutcome extends Reconciler {
  readonly seen = new Map<string, number>()

  override async reconcile({ name }: NamespacedName, signal: AbortSignal): Promise<ReconcileResult> {
    const times = (this.seen.get(name) ?? 0) + 1
    this.seen.set(name, times)
    if (times > 1) return {}
    if (name === 'error') throw new Error('once')
    if (name === 'terminal') throw new TerminalError('for good')
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    if (name === 'panic') throw 'a text'
    if (name === 'slow') await sleep(10_000, undefined, { signal })
    return name === 'again' ? { requeueAfterMs: 5 } : {}
  }
}

const silent: Logger = { debug: () => {}, info: () => {}, error: () => {} }

describe('Manager endpoints', () => {
  let server: TestServer
  let stop: AbortController
  let running: Promise<void>
  before(async () => {
    server = await TestServer.start({ resources: [new ToyResource()] })
    for (const name of ['fine', 'error', 'terminal', 'panic', 'slow', 'again'])
      await server.directClient.resource(Toy).create({ metadata: { name, namespace: 'default' } })
  })
  after(() => server.close())
  beforeEach(() => {
    stop = new AbortController()
    running = Promise.resolve()
  })
  afterEach(async () => {
    stop.abort()
    await running
  })

  const start = async (set: (manager: Manager) => void, options: ManagerOptions = {}): Promise<Manager> => {
    const manager = new Manager({
      client: server.newClient(),
      logger: silent,
      metricsBindAddress: '127.0.0.1:0',
      healthProbeBindAddress: '127.0.0.1:0',
      ...options,
    })
    set(manager)
    running = manager.start(stop.signal)
    await sleep(20)
    return manager
  }
  const get = async (port: number | undefined, path: string): Promise<[number, string]> => {
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`)
    return [response.status, await response.text()]
  }

  it('counts reconciliations, queues and requests by controller-runtime’s names', async () => {
    const reconciler = new NamedOutcome()
    const controller = new Controller(reconciler, { reconciliationTimeoutMs: 50 })
    const manager = await start((m) => m.add(controller.for(Toy)))
    while (['error', 'panic', 'slow', 'again'].some((name) => (reconciler.seen.get(name) ?? 0) < 2)) await sleep(5)
    await sleep(20)
    const [code, text] = await get(manager.endpoints.metricsPort, '/metrics')
    expect(code).to.equal(200)
    const values = new Map(
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    )
    const queue = '{name="toy",controller="toy"}'
    for (const [name, value] of Object.entries({
      'controller_runtime_reconcile_total{controller="toy",result="success"}': 5,
      'controller_runtime_reconcile_total{controller="toy",result="error"}': 4,
      'controller_runtime_reconcile_total{controller="toy",result="requeue"}': 0,
      'controller_runtime_reconcile_total{controller="toy",result="requeue_after"}': 1,
      'controller_runtime_reconcile_errors_total{controller="toy"}': 4,
      'controller_runtime_terminal_reconcile_errors_total{controller="toy"}': 1,
      'controller_runtime_reconcile_panics_total{controller="toy"}': 1,
      'controller_runtime_reconcile_timeouts_total{controller="toy"}': 1,
      'controller_runtime_reconcile_time_seconds_count{controller="toy"}': 10,
      'controller_runtime_max_concurrent_reconciles{controller="toy"}': 1,
      'controller_runtime_active_workers{controller="toy"}': 0,
      [`workqueue_adds_total${queue}`]: 10,
      [`workqueue_retries_total${queue}`]: 3,
      'workqueue_depth{name="toy",controller="toy",priority="0"}': 0,
      [`workqueue_queue_duration_seconds_count${queue}`]: 10,
      [`workqueue_work_duration_seconds_count${queue}`]: 10,
      [`workqueue_unfinished_work_seconds${queue}`]: 0,
      [`workqueue_longest_running_processor_seconds${queue}`]: 0,
    }))
      expect(values.get(name), name).to.equal(value)
    const host = new URL(server.faults.url).host
    expect(values.get(`rest_client_requests_total{code="200",method="GET",host="${host}"}`)).to.be.greaterThan(0)
    expect([...values.keys()].some((name) => name.startsWith('process_cpu_seconds_total'))).to.equal(true)
    expect((await get(manager.endpoints.metricsPort, '/other'))[0]).to.equal(404)
  })

  it('starts all counters with zero', async () => {
    const manager = await start((m) =>
      m.add(new Controller(new NamedOutcome(), { name: 'idle' }).watches(Toy, () => [])),
    )
    const text = await manager.metrics.text()
    expect(text).to.contain('controller_runtime_reconcile_total{controller="idle",result="error"} 0')
    expect(text).to.contain('workqueue_retries_total{name="idle",controller="idle"} 0')
  })

  it('answers probes in the text format of all Kubernetes servers', async () => {
    let broken = false
    const manager = await start((m) =>
      m.addReadyzCheck('upstream', () => {
        if (broken) throw new Error('gone')
      }),
    )
    const port = manager.endpoints.healthProbePort
    expect(await get(port, '/healthz')).to.deep.equal([200, 'ok'])
    expect(await get(port, '/healthz/ping')).to.deep.equal([200, 'ok'])
    expect(await get(port, '/readyz?verbose')).to.deep.equal([200, '[+]upstream ok\nreadyz check passed\n'])
    broken = true
    expect(await get(port, '/readyz')).to.deep.equal([
      500,
      '[-]upstream failed: reason withheld\nreadyz check failed\n',
    ])
    expect(await get(port, '/readyz/upstream')).to.deep.equal([500, 'internal server error: gone\n'])
    expect(await get(port, '/readyz?exclude=upstream&exclude=x&verbose=1')).to.deep.equal([
      200,
      '[+]upstream excluded: ok\nwarn: some health checks cannot be excluded: no matches for "x"\nreadyz check passed\n',
    ])
    expect((await get(port, '/readyz/none'))[0]).to.equal(404)
    expect(() => manager.addReadyzCheck('upstream', () => {})).to.throw(TypeError)
  })

  it('tells who is the leader', async () => {
    const leaderElection = { id: 'told', namespace: 'default' }
    const manager = await start(() => {}, { leaderElection })
    expect(await manager.metrics.text()).to.contain('leader_election_slowpath_total{name="told"} 0')
    while (!manager.isLeader) await sleep(5)
    expect(await manager.metrics.text()).to.contain('leader_election_master_status{name="told"} 1')
    expect(await get(manager.endpoints.healthProbePort, '/healthz?verbose')).to.deep.equal([
      200,
      '[+]leaderElection ok\n[+]informers ok\nhealthz check passed\n',
    ])
    stop.abort()
    await running
    expect(await manager.metrics.text()).to.contain('leader_election_master_status{name="told"} 0')
  })

  it('refuses to start where an address is taken or is none', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const taken = `127.0.0.1:${String((other.address() as AddressInfo).port)}`
    for (const [metricsBindAddress, message] of [
      [taken, 'EADDRINUSE'],
      ['nowhere', 'is no address'],
    ] as const) {
      const manager = new Manager({ client: server.newClient(), logger: silent, metricsBindAddress })
      const error: unknown = await manager.start(stop.signal).catch((e: unknown) => e)
      expect(String(error)).to.contain(message)
    }
    other.close()
  })
})
