import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { InformerOptions } from '../client/informer.ts'
import type { NamespacedName, ResourceKind } from '../client/resource-kind.ts'
import {
  ScriptedServer,
  Widget,
  event,
  json,
  listOf,
  refuse,
  widget,
  type Seen,
} from '../client/scripted-server.test.ts'
import { currentTraceparent, newTraceparent, traceAnnotation } from '../client/trace-context.ts'
import type { KubeObject } from '../meta/object.ts'
import { Controller, type ControllerOptions } from './controller.ts'
import type { Logger } from './logger.ts'
import { Manager } from './manager.ts'
import { generationChanged, objectPredicate } from './predicate.ts'
import { Reconciler, TerminalError, type ReconcileContext, type ReconcileResult } from './reconciler.ts'
import { lowPriority } from './work-queue.ts'

const Gadget: ResourceKind = { group: 'example.com', version: 'v1', kind: 'Gadget', plural: 'gadgets' }
type Outcome = (
  request: NamespacedName,
  signal: AbortSignal,
  attempt: number,
) => Promise<ReconcileResult | undefined> | Promise<void>

class RecordingReconciler extends Reconciler {
  readonly requests: string[] = []
  readonly #outcome: Outcome
  #wake: () => void = () => {}

  constructor(outcome: Outcome = async () => {}) {
    super()
    this.#outcome = outcome
  }

  reconcile(request: NamespacedName, signal: AbortSignal): ReturnType<Outcome> {
    this.requests.push(`${request.namespace}/${request.name}`)
    this.#wake()
    return this.#outcome(request, signal, this.requests.length)
  }

  async until(count: number): Promise<readonly string[]> {
    while (this.requests.length < count) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.requests
  }
}

/** Two kinds that can be listed and watched; events are sent by the test. */
class World {
  readonly watches = new Map<string, (line: string) => void>()
  readonly logged: string[] = []
  readonly stop = new AbortController()
  readonly logger: Logger
  widgets: KubeObject[] = []
  refuseLists = false

  constructor() {
    const log = (fields: Readonly<Record<string, unknown>>, message: string): void =>
      void this.logged.push(fields['err'] instanceof Error ? `${message}: ${fields['err'].message}` : message)
    this.logger = { debug: log, info: log, error: log }
  }

  server = ScriptedServer.start([
    (response, seen: Seen) => {
      const plural = seen.path.split('/').at(-1) ?? ''
      if (seen.query.get('sendInitialEvents') || this.refuseLists) return refuse(422, 'Invalid')(response, seen)
      if (!seen.query.get('watch')) return json(listOf(10, plural === 'widgets' ? this.widgets : []))(response, seen)
      response.writeHead(200)
      response.flushHeaders()
      this.watches.set(plural, (line) => void response.write(line))
    },
  ])

  async manager(graceMs = 5000): Promise<Manager> {
    const cache: InformerOptions<KubeObject> = { backoff: { initialMs: 5, maxMs: 10 } }
    return new Manager({
      client: (await this.server).client(),
      logger: this.logger,
      gracefulShutdownTimeoutMs: graceMs,
      cache,
    })
  }

  async send(plural: string, type: string, object: object): Promise<void> {
    while (!this.watches.has(plural)) await sleep(2)
    this.watches.get(plural)?.(event(type, object))
  }
}

const gadget = (name: string, more: Partial<KubeObject['metadata']>): KubeObject => ({
  ...widget(name, 20, more),
  kind: 'Gadget',
})
const owner = (name: string, more: object = {}) => ({
  apiVersion: 'example.com/v0',
  kind: 'Widget',
  name,
  uid: 'u',
  controller: true,
  ...more,
})

describe('Manager', () => {
  let world: World
  let running: Promise<void>
  beforeEach(() => {
    world = new World()
    running = Promise.resolve()
  })
  afterEach(async () => {
    world.stop.abort()
    await running.catch(() => undefined)
    await (await world.server).close()
  })

  const start = async (
    reconciler: Reconciler,
    setUp = (c: Controller) => c.for(Widget),
    options: ControllerOptions = {},
  ): Promise<Manager> => {
    const manager = (await world.manager()).add(setUp(new Controller(reconciler, options)))
    running = manager.start(world.stop.signal)
    running.catch(() => undefined)
    return manager
  }

  it('reconciles what is there and what changes, and reads it from the cache', async () => {
    world.widgets = [widget('a', 1), widget('b', 2)]
    const found: unknown[] = []
    const reconciler: RecordingReconciler = new RecordingReconciler(async (request, signal) => {
      found.push((await manager.cache.get(Widget, request, signal))?.metadata.resourceVersion)
    })
    const manager = await start(reconciler)
    await reconciler.until(2)
    await world.send('widgets', 'MODIFIED', widget('a', 11))
    await reconciler.until(3)
    await world.send('widgets', 'DELETED', widget('b', 12))

    expect(await reconciler.until(4)).to.deep.equal(['default/a', 'default/b', 'default/a', 'default/b'])
    await sleep(5)
    expect(found).to.deep.equal(['1', '2', '11', undefined])
  })

  it('reconciles the owner of what it owns, and what a mapping names for both states of an update', async () => {
    const reconciler = new RecordingReconciler()
    await start(reconciler, (c) =>
      c
        .for(Widget)
        .owns(Gadget)
        .watches(Gadget, async ({ metadata }) => [{ namespace: 'x', name: metadata.labels?.['for'] ?? 'none' }]),
    )
    await world.send(
      'gadgets',
      'ADDED',
      gadget('g', {
        labels: { for: 'one' },
        ownerReferences: [owner('w'), owner('not', { controller: false }), owner('other', { kind: 'Else' })],
      }),
    )
    expect([...(await reconciler.until(2))].sort()).to.deep.equal(['default/w', 'x/one'])
    await world.send('gadgets', 'MODIFIED', gadget('g', { resourceVersion: '21', labels: { for: 'two' } }))
    expect([...(await reconciler.until(5))].slice(2).sort()).to.deep.equal(['default/w', 'x/one', 'x/two'])
  })

  it('asks predicates', async () => {
    const reconciler = new RecordingReconciler()
    await start(reconciler, (c) => c.for(Widget, generationChanged))
    await world.send('widgets', 'ADDED', widget('a', 11, { generation: 1 }))
    await reconciler.until(1)
    await world.send('widgets', 'MODIFIED', widget('a', 12, { generation: 1 }))
    await world.send('widgets', 'ADDED', widget('b', 13))
    expect(await reconciler.until(2)).to.deep.equal(['default/a', 'default/b'])
  })

  it('tries again after an error and after requeueAfterMs, but not after a TerminalError', async () => {
    world.widgets = [widget('a', 1)]
    const reconciler = new RecordingReconciler(async (_request, _signal, attempt) => {
      if (attempt === 1) throw new Error('first')
      if (attempt === 2) return { requeueAfterMs: 3 }
      throw new TerminalError('enough')
    })
    await start(reconciler)
    await reconciler.until(3)
    await sleep(50)
    expect(reconciler.requests).to.have.length(3)
    expect(world.logged)
      .to.include('Reconciler error: first')
      .and.include('Reconciler error, not to be tried again: enough')
  })

  it('reconciles what happens now before what was there at the start, and keeps the priority of a retry', async () => {
    world.widgets = ['a', 'b', 'c', 'd'].map((name) => widget(name, 5))
    const priorities: [string, number][] = []
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const reconciler = new (class extends Reconciler {
      async reconcile({ name }: NamespacedName, _: AbortSignal, { priority }: ReconcileContext) {
        priorities.push([name, priority])
        await held
        if (priorities.length === 1) throw new Error('again')
        return name === 'new' && priority === 0 ? { requeueAfterMs: 1, priority: 7 } : {}
      }
    })()
    await start(reconciler)
    await world.send('widgets', 'ADDED', widget('new', 11))
    while (priorities.length < 1) await sleep(2)
    await sleep(50)
    release()
    while (priorities.length < 7) await sleep(2)
    expect(priorities.slice(0, 3)).to.deep.equal([
      ['a', lowPriority],
      ['new', 0],
      ['b', lowPriority],
    ])
    expect(priorities.slice(3)).to.deep.include.members([
      ['a', lowPriority],
      ['new', 7],
    ])
  })

  it('gives each call a logger that names the controller, the object and the call', async () => {
    const lines: Readonly<Record<string, unknown>>[] = []
    world.widgets = [widget('a', 5)]
    const logged = new Promise<void>((resolve) => {
      const log = (fields: Readonly<Record<string, unknown>>, message: string): void => {
        if (message !== 'hello') return
        lines.push(fields)
        resolve()
      }
      Object.assign(world.logger, { info: log })
    })
    await start(
      new (class extends Reconciler {
        async reconcile(_: NamespacedName, __: AbortSignal, { logger, reconcileID }: ReconcileContext) {
          await Promise.resolve()
          logger.info({ reconcileIDAgain: reconcileID }, 'hello')
        }
      })(),
    )
    await logged
    const [line = {}] = lines
    expect(line['reconcileID']).to.match(/^[0-9a-f-]{36}$/)
    expect(line).to.deep.equal({
      controller: 'widget',
      controllerGroup: 'example.com',
      controllerKind: 'Widget',
      Widget: { namespace: 'default', name: 'a' },
      namespace: 'default',
      name: 'a',
      reconcileID: line['reconcileID'],
      reconcileIDAgain: line['reconcileID'],
      traceID: line['traceID'],
    })
  })

  it('takes requests from sources of its own, and asks the predicate of all', async () => {
    world.widgets = [widget('seen', 5), widget('unseen', 5)]
    const reconciler = new RecordingReconciler()
    await start(reconciler, (c) =>
      c
        .for(Widget)
        .withEventFilter(objectPredicate(({ metadata }) => metadata.name !== 'unseen'))
        .feed((add) => add({ namespace: 'other', name: 'fed' }, { priority: -200 })),
    )
    await world.send('widgets', 'ADDED', widget('unseen', 11))
    await world.send('widgets', 'ADDED', widget('new', 12))
    expect([...(await reconciler.until(3))].sort()).to.deep.equal(['default/new', 'default/seen', 'other/fed'])
    expect(world.logged).to.not.include('Reconciler error')
  })

  it('links a call to the write that caused it, and what it writes to the call', async () => {
    const cause = newTraceparent().replace(/00$/, '01')
    world.widgets = [widget('a', 5, { annotations: { [traceAnnotation]: cause } }), widget('b', 5)]
    const contexts = new Map<string, ReconcileContext>()
    const server = await world.server
    const manager = await world.manager()
    manager.add(
      new Controller(
        new (class extends Reconciler {
          async reconcile({ name }: NamespacedName, _: AbortSignal, context: ReconcileContext): Promise<void> {
            expect(currentTraceparent()).to.equal(context.traceparent)
            await manager.client.request({ path: `/seen/${name}` }).catch(() => undefined)
            contexts.set(name, context)
          }
        })(),
      ).for(Widget),
    )
    running = manager.start(world.stop.signal)
    while (contexts.size < 2) await sleep(2)
    expect(contexts.get('a')?.causedBy).to.equal(cause)
    expect(contexts.get('a')?.traceparent).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(contexts.get('b')).to.not.have.property('causedBy')
    for (const name of ['a', 'b']) {
      const told = server.seen.find(({ path }) => path === `/seen/${name}`)?.headers['traceparent']
      const [, traceId, spanId] = String(contexts.get(name)?.traceparent).split('-')
      expect(String(told).split('-')[1]).to.equal(traceId)
      expect(String(told).split('-')[2]).to.not.equal(spanId)
    }
    expect(server.seen.find(({ query }) => query.get('watch'))?.headers).to.not.have.property('traceparent')
  })

  it('survives a mapping that throws', async () => {
    const reconciler = new RecordingReconciler()
    await start(reconciler, (c) =>
      c.for(Widget).watches(Gadget, ({ metadata }) => {
        if (metadata.name === 'bad') throw new Error('no')
        return [{ namespace: '', name: 'good' }]
      }),
    )
    await world.send('gadgets', 'ADDED', gadget('bad', {}))
    await world.send('gadgets', 'ADDED', gadget('other', {}))
    expect(await reconciler.until(1)).to.deep.equal(['/good'])
    expect(world.logged).to.include('Cannot map an object to requests: no')
  })

  it('runs as many at once as it may, and never one object twice', async () => {
    world.widgets = ['a', 'b', 'c', 'd'].map((name) => widget(name, 1))
    const now = new Set<string>()
    let most = 0
    const reconciler = new RecordingReconciler(async ({ name }) => {
      expect(now.has(name)).to.equal(false)
      now.add(name)
      most = Math.max(most, now.size)
      await sleep(10)
      now.delete(name)
    })
    await start(reconciler, undefined, { maxConcurrentReconciles: 3 })
    await reconciler.until(1)
    await world.send('widgets', 'MODIFIED', widget('a', 12))
    await reconciler.until(5)
    expect(most).to.equal(3)
  })

  it('aborts the signal of a call that takes too long', async () => {
    world.widgets = [widget('a', 1)]
    const reasons: unknown[] = []
    const reconciler = new RecordingReconciler(async (_request, signal) => {
      await once(signal, 'abort')
      reasons.push((signal.reason as Error).message)
      await sleep(1000, undefined, { signal: world.stop.signal })
    })
    await start(reconciler, undefined, { reconciliationTimeoutMs: 10 })
    await reconciler.until(1)
    await sleep(30)
    expect(reasons).to.deep.equal(['reconciliation took longer than 10 ms'])
  })

  it('tells calls to stop, drains the queue with calls that see it, and only then stops the cache', async () => {
    world.widgets = [widget('a', 1), widget('b', 1)]
    const order: string[] = []
    const reconciler = new RecordingReconciler(async (_request, signal) => {
      if (!signal.aborted) await once(signal, 'abort')
      await sleep(30)
      order.push('reconciled')
    })
    const manager = await start(reconciler)
    await reconciler.until(1)
    // It runs: this waits for its end.
    void manager.cache
      .informer(Widget)
      .run(world.stop.signal)
      .then(() => order.push('cache'))
    world.stop.abort()
    await running
    expect(order).to.deep.equal(['reconciled', 'reconciled', 'cache'])
    expect(reconciler.requests).to.deep.equal(['default/a', 'default/b'])
    expect(world.logged.at(-1)).to.equal('Stopped')
  })

  it('rejects when the stop takes longer than its grace', async () => {
    world.widgets = [widget('a', 1)]
    const reconciler = new RecordingReconciler(async () => {
      await sleep(200)
    })
    const manager = (await world.manager(10)).add(new Controller(reconciler).for(Widget))
    running = manager.start(world.stop.signal)
    await reconciler.until(1)
    world.stop.abort()
    const error: unknown = await running.catch((e: unknown) => e)
    expect(error).to.include({ code: 'ERR_GRACEFUL_SHUTDOWN_TIMEOUT' })
  })

  it('stops with the failure of a runnable, and when objects do not arrive in time', async () => {
    const failing = (await world.manager()).add({ start: () => Promise.reject(new Error('broken')) })
    expect(await failing.start(world.stop.signal).catch((e: unknown) => e)).to.include({ message: 'broken' })
    world.refuseLists = true
    await start(new RecordingReconciler(), undefined, { cacheSyncTimeoutMs: 20 })
    expect(await running.catch((e: unknown) => e)).to.include({ code: 'ERR_CACHE_SYNC_TIMEOUT' })
  })

  it('starts at once what is added while it runs, and refuses a second start and a second controller of a name', async () => {
    world.widgets = [widget('a', 1)]
    const manager = await start(new RecordingReconciler())
    expect(() => manager.add(new Controller(new RecordingReconciler()).for(Widget))).to.throw(
      TypeError,
      'widget already exists',
    )
    const late = new RecordingReconciler()
    manager.add(new Controller(late, { name: 'late' }).for(Widget))
    await late.until(1)
    expect(await manager.start(world.stop.signal).catch((e: unknown) => e)).to.be.instanceOf(TypeError)
  })

  it('refuses controllers that could never work', () => {
    const controller = new Controller(new RecordingReconciler())
    expect(() => controller.name).to.throw(TypeError)
    expect(() => controller.owns(Gadget)).to.throw(TypeError, 'for')
    expect(() => controller.for(Widget).for(Widget)).to.throw(TypeError, 'once')
  })
})

describe('Manager.run', () => {
  const program = `
    const { Manager } = await import(${JSON.stringify(new URL('./manager.ts', import.meta.url).href)})
    const { Client } = await import(${JSON.stringify(new URL('../client/client.ts', import.meta.url).href)})
    const { KubeConfig } = await import(${JSON.stringify(new URL('../client/kube-config.ts', import.meta.url).href)})
    const client = new Client(new KubeConfig({ server: 'http://127.0.0.1:9' }))
    const runnable = {
      start: (signal) => new Promise((resolve) => {
        const alive = setInterval(() => {}, 1000)
        console.log('running')
        signal.addEventListener('abort', () => { console.log('told'); if (process.argv[1] !== 'hang') { clearInterval(alive); resolve() } })
      }),
    }
    await new Manager({ client, logger: { debug() {}, info() {}, error() {} } }).add(runnable).run()
    console.log('clean')`

  const runProgram = async (
    mode: string,
    signals: readonly NodeJS.Signals[],
  ): Promise<{ code: number | null; lines: string[] }> => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines: string[] = []
    const left = [...signals]
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.trim().split('\n'))
      const next = left.shift()
      if (next) child.kill(next)
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    return { code, lines }
  }

  it('stops cleanly at SIGTERM', async () => {
    expect(await runProgram('', ['SIGTERM'])).to.deep.equal({ code: 0, lines: ['running', 'told', 'clean'] })
  })

  it('exits with 1 at the second signal', async () => {
    expect(await runProgram('hang', ['SIGINT', 'SIGTERM'])).to.deep.equal({ code: 1, lines: ['running', 'told'] })
  })
})
