import { expect } from 'chai'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from '@sinclair/typebox'
import type { Client } from '../client/client.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import { TestServer } from '../testing/test-server.ts'
import { ControllerError } from './controller-error.ts'
import { LeaderElector, type LeaderElectionOptions } from './leader-elector.ts'
import { Lease } from '../client/kinds/coordination.ts'
import type { Logger } from './logger.ts'
import { Manager } from './manager.ts'

const Journal = defineKind({
  group: 'test.example.com',
  version: 'v1',
  kind: 'Journal',
  plural: 'journals',
  schema: Type.Object({ spec: Type.Object({ writer: Type.String(), entry: Type.Integer() }) }),
})
type Journal = ObjectOf<typeof Journal>
class JournalResource extends StoredResource<Journal> {
  readonly storageVersion = Journal
}

const silent: Logger = { debug: () => {}, info: () => {}, error: () => {} }
const times = { leaseDurationMs: 1000, renewDeadlineMs: 600, retryPeriodMs: 60 }

describe('LeaderElector', () => {
  let server: TestServer
  const stops: (() => Promise<unknown>)[] = []
  before(async () => (server = await TestServer.start({ resources: [new JournalResource()] })))
  after(() => server.close())
  afterEach(async () => {
    server.faults.clear()
    for (const stop of stops.splice(0)) await stop()
  })

  const lease = (id: string): Promise<Lease> => server.directClient.resource(Lease).namespace('default').get(id)
  const elector = (id: string, identity: string, more: Partial<LeaderElectionOptions> = {}, client = server.client) =>
    new LeaderElector(client, { id, namespace: 'default', identity, ...times, ...more }, silent)
  const never = (): AbortSignal => new AbortController().signal

  /** Renews until the test ends. What it rejected with is the answer, undefined when it did not. */
  function keep(candidate: LeaderElector): { readonly end: Promise<unknown>; readonly stop: () => Promise<unknown> } {
    const stop = new AbortController()
    const end = candidate.renew(stop.signal).then(
      () => undefined,
      (error: unknown) => error,
    )
    const done = async (): Promise<unknown> => {
      stop.abort()
      return end
    }
    stops.push(done)
    return { end, stop: done }
  }

  it('refuses times that do not fit together', () => {
    for (const wrong of [
      { leaseDurationMs: 600 },
      { retryPeriodMs: 500 },
      { retryPeriodMs: 0 },
      { id: '' },
      { identity: '' },
    ])
      expect(() => elector('wrong', 'a', wrong), JSON.stringify(wrong)).to.throw(TypeError)
  })

  it('makes the Lease, renews it, and gives it back', async () => {
    const a = elector('whole-life', 'a')
    expect(await a.acquire(never())).to.equal(true)
    const made = (await lease('whole-life')).spec
    expect(made).to.include({ holderIdentity: 'a', leaseDurationSeconds: 1, leaseTransitions: 0 })
    expect(made?.renewTime).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(made?.acquireTime).to.equal(made?.renewTime)

    const { stop } = keep(a)
    await sleep(300)
    const renewed = (await lease('whole-life')).spec
    expect(renewed?.renewTime).not.to.equal(made?.renewTime)
    expect(renewed?.acquireTime).to.equal(made?.acquireTime)
    await stop()
    await a.release()
    expect((await lease('whole-life')).spec).to.include({ holderIdentity: '', leaseDurationSeconds: 1 })
    expect(() => {
      a.check()
    }).to.throw(ControllerError)

    const b = elector('whole-life', 'b')
    const startedAt = performance.now()
    expect(await b.acquire(never())).to.equal(true)
    expect(performance.now() - startedAt).to.be.lessThan(500)
    expect((await lease('whole-life')).spec).to.include({ holderIdentity: 'b', leaseTransitions: 1 })
  })

  it('waits for the end of a Lease by its own clock, whatever the record says', async () => {
    const spec = {
      holderIdentity: 'gone',
      leaseDurationSeconds: 1,
      renewTime: '2001-01-01T00:00:00.000000Z',
      acquireTime: '2001-01-01T00:00:00.000000Z',
    }
    await server.directClient.resource(Lease).create({ metadata: { name: 'skewed', namespace: 'default' }, spec })
    const b = elector('skewed', 'b')
    const startedAt = performance.now()
    expect(await b.acquire(never())).to.equal(true)
    expect(performance.now() - startedAt).to.be.within(1000, 2500)
    expect((await lease('skewed')).spec?.leaseTransitions).to.equal(1)
  })

  it('does not take a Lease that is renewed', async () => {
    const a = elector('held', 'a')
    await a.acquire(never())
    keep(a)
    const giveUp = new AbortController()
    const b = elector('held', 'b')
    const acquired = b.acquire(giveUp.signal)
    await sleep(1800)
    giveUp.abort()
    expect(await acquired).to.equal(false)
    expect(b.leader).to.equal('a')
    expect(a.isLeader).to.equal(true)
  })

  it('is one alone when many try at once', async () => {
    const giveUp = new AbortController()
    const all = Array.from({ length: 8 }, (_, i) => elector('crowd', `candidate-${String(i)}`))
    const acquired = all.map((candidate) => candidate.acquire(giveUp.signal))
    await sleep(400)
    giveUp.abort()
    expect((await Promise.all(acquired)).filter((won) => won)).to.have.length(1)
  })

  it('survives lost answers and conflicts, and reads the Lease again', async () => {
    const a = elector('trouble', 'a')
    await a.acquire(never())
    const kept = keep(a)
    server.faults.dropAnswer({ verb: 'update', resource: 'leases', name: 'trouble' })
    await sleep(200)
    server.faults.conflict({ resource: 'leases', name: 'trouble' })
    await sleep(200)
    expect(a.isLeader).to.equal(true)
    expect(await kept.stop()).to.equal(undefined)
    expect((await lease('trouble')).metadata.annotations).to.have.property('testing.apiserver-kit/interfered')
  })

  it('is lost after the renewal deadline, and before another can have it', async () => {
    const a = elector('cut-off', 'a')
    await a.acquire(never())
    const kept = keep(a)
    await sleep(150)
    server.faults.drop({ resource: 'leases', name: 'cut-off', times: Infinity })
    const startedAt = performance.now()
    const error = await kept.end
    expect(performance.now() - startedAt).to.be.lessThan(800)
    expect(error).to.be.instanceOf(ControllerError).and.to.have.property('code', 'ERR_LEADER_ELECTION_LOST')
    expect(a.isLeader).to.equal(false)
    expect(a.signal.aborted).to.equal(true)
    server.faults.clear()
    expect((await lease('cut-off')).spec?.holderIdentity).to.equal('a')
  })

  it('is lost when somebody else has taken the Lease', async () => {
    const a = elector('stolen', 'a')
    await a.acquire(never())
    const kept = keep(a)
    await server.directClient
      .resource(Lease)
      .namespace('default')
      .patch('stolen', { spec: { holderIdentity: 'thief', leaseDurationSeconds: 60 } })
    expect(await kept.end).to.have.property('code', 'ERR_LEADER_ELECTION_LOST')
  })

  describe('as a guard of writes', () => {
    const write = (client: Client, entry: number, writer = 'a'): Promise<Journal> =>
      client
        .resource(Journal)
        .namespace('default')
        .apply(
          { metadata: { name: 'journal', namespace: 'default' }, spec: { writer, entry } },
          { fieldManager: 'test', force: true },
        )
    const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
      promise.then(
        () => expect.fail('it was written'),
        (error: unknown) => error,
      )

    it('refuses what comes after a pause of the process, though no timer has run yet', async () => {
      const a = elector('paused', 'a')
      const guarded = server.newClient().guarded(a)
      await a.acquire(never())
      await write(guarded, 1)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700)
      expect(a.isLeader).to.equal(true)
      expect(await failureOf(write(guarded, 2))).to.have.property('code', 'ERR_LEADER_ELECTION_LOST')
      await guarded.resource(Journal).namespace('default').get('journal')
    })

    it('refuses a write that was asked for before a pause and waits for its connection', async () => {
      const a = elector('connecting', 'a')
      const guarded = server.newClient().guarded(a)
      await a.acquire(never())
      const before = server.faults.requests.length
      const failure = failureOf(write(guarded, 3))
      // Past the first check, and before the connection is there.
      await Promise.resolve()
      await new Promise((resolve) => process.nextTick(resolve))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700)
      expect(String(await failure)).to.contain('leader election lost')
      expect(server.faults.requests.slice(before).filter(({ resource }) => resource === 'journals')).to.deep.equal([])
    })

    it('ends a write that waits to be tried again, and one that is under way', async () => {
      const a = elector('retrying', 'a')
      const guarded = server.newClient().guarded(a)
      await a.acquire(never())
      server.faults.refuse(429, 'TooManyRequests', { resource: 'journals', retryAfterSeconds: 1 })
      const retried = failureOf(write(guarded, 4))
      server.faults.delay(3000, { resource: 'journals' })
      await sleep(50)
      const slow = failureOf(write(guarded, 5))
      await sleep(50)
      a.abandon()
      const startedAt = performance.now()
      expect(String(await slow)).to.match(/leader election lost/)
      expect(performance.now() - startedAt).to.be.lessThan(500)
      expect(String(await retried)).to.match(/leader election lost/)
    })
  })

  describe('Manager', () => {
    const manage = (id: string, identity: string, more: Partial<LeaderElectionOptions> = {}): Manager =>
      new Manager({
        client: server.newClient(),
        logger: silent,
        gracefulShutdownTimeoutMs: 2000,
        leaderElection: { id, namespace: 'default', identity, ...times, ...more },
      })
    const untilAborted = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

    it('runs what needs the leadership after it has it, and gives the Lease back after all has stopped', async () => {
      const told: string[] = []
      const stop = new AbortController()
      const manager = manage('managed', 'm1')
        .add({
          start: async (signal) => {
            told.push(`leading: ${String(manager.isLeader)}`)
            await untilAborted(signal)
            await sleep(100)
            told.push(`holder at the end: ${(await lease('managed')).spec?.holderIdentity ?? ''}`)
          },
        })
        .add({ needLeaderElection: false, start: async () => void told.push('without') })
      const running = manager.start(stop.signal)
      while (told.length < 2) await sleep(5)
      expect(told).to.deep.equal(['without', 'leading: true'])
      stop.abort()
      await running
      expect(told[2]).to.equal('holder at the end: m1')
      expect((await lease('managed')).spec?.holderIdentity).to.equal('')
      const events = (await server.directClient.request({
        path: '/apis/events.k8s.io/v1/namespaces/default/events',
      })) as { items: { note: string; reason: string; regarding: { name: string } }[] }
      const notes = events.items.filter(({ regarding }) => regarding.name === 'managed').map(({ note }) => note)
      expect(notes).to.have.members(['m1 became leader', 'm1 stopped leading'])
    })

    it('ends at once, without a grace, when the leadership is lost', async () => {
      let signalled = false
      let markStarted = (): void => {}
      const started = new Promise<void>((resolve) => (markStarted = resolve))
      const manager = manage('lost', 'm1').add({
        start: async (signal) => {
          markStarted()
          await untilAborted(signal)
          signalled = true
          await sleep(1500)
        },
      })
      const running = manager.start(new AbortController().signal).then(
        () => undefined,
        (error: unknown) => error,
      )
      await started
      server.faults.drop({ resource: 'leases', name: 'lost', times: Infinity })
      const startedAt = performance.now()
      expect(await running).to.have.property('code', 'ERR_LEADER_ELECTION_LOST')
      expect(performance.now() - startedAt).to.be.lessThan(1000)
      expect(signalled).to.equal(true)
    })

    it('stops before it ever was the leader', async () => {
      const holder = elector('busy', 'holder')
      await holder.acquire(never())
      keep(holder)
      const stop = new AbortController()
      const manager = manage('busy', 'm2').add({ start: () => Promise.reject(new Error('it was started')) })
      const running = manager.start(stop.signal)
      await sleep(200)
      stop.abort()
      await running
      expect((await lease('busy')).spec?.holderIdentity).to.equal('holder')
    })
  })

  describe('between processes', () => {
    const program = `
      import { Client } from '${new URL('../client/client.ts', import.meta.url).href}'
      import { KubeConfig } from '${new URL('../client/kube-config.ts', import.meta.url).href}'
      import { Manager } from '${new URL('./manager.ts', import.meta.url).href}'
      const [, kubeconfig, identity] = process.argv
      const logger = { debug() {}, info() {}, error() {} }
      const manager = new Manager({ client: new Client(KubeConfig.load(kubeconfig)), logger,
        leaderElection: { id: 'processes', namespace: 'default', identity, ...${JSON.stringify(times)} } })
      const kind = { group: 'test.example.com', version: 'v1', kind: 'Journal', plural: 'journals' }
      manager.add({ async start(signal) {
        console.log('leading')
        for (let entry = 0; !signal.aborted; entry++)
          await manager.client.resource(kind).apply(
            { metadata: { name: 'shared', namespace: 'default' }, spec: { writer: identity, entry } },
            { fieldManager: identity, force: true })
      } })
      await manager.run()
    `
    const children = new Set<ChildProcess>()
    afterEach(() => {
      for (const child of children) child.kill('SIGKILL')
    })

    function start(identity: string): { readonly child: ChildProcess; readonly leading: Promise<unknown> } {
      const args = ['--import', 'tsx', '--input-type=module', '-e', program, server.kubeconfig, identity]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
      children.add(child)
      return { child, leading: once(child.stdout, 'data') }
    }

    it('never lets two write, under kill -9 and SIGSTOP', async () => {
      const writers: string[] = []
      const stop = new AbortController()
      const watching = (async () => {
        for await (const event of server.directClient
          .resource(Journal)
          .namespace('default')
          .watch({ signal: stop.signal }))
          if (event.type !== 'BOOKMARK' && event.object.metadata.name === 'shared')
            if (writers.at(-1) !== event.object.spec.writer) writers.push(event.object.spec.writer)
      })()
      const a = start('a')
      await a.leading
      const b = start('b')
      await sleep(300)
      a.child.kill('SIGSTOP')
      await b.leading
      await sleep(200)
      const exited = once(a.child, 'exit') as Promise<[number | null]>
      a.child.kill('SIGCONT')
      expect((await exited)[0]).to.equal(1)
      const c = start('c')
      await sleep(700)
      b.child.kill('SIGKILL')
      await c.leading
      await sleep(200)
      const ended = once(c.child, 'exit') as Promise<[number | null]>
      c.child.kill('SIGTERM')
      expect((await ended)[0]).to.equal(0)
      stop.abort()
      await watching
      expect(writers).to.deep.equal(['a', 'b', 'c'])
      expect((await lease('processes')).spec?.holderIdentity).to.equal('')
    }).timeout(60_000)
  })
})
