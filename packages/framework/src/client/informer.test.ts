import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import { InformerCache } from './informer-cache.ts'
import { Informer, type InformerOptions } from './informer.ts'
import {
  ScriptedServer,
  Widget,
  event,
  failure,
  json,
  listOf,
  stream,
  widget,
  type Answer,
} from './scripted-server.test.ts'

const expired = event('ERROR', failure(410, 'Expired', 'too old'))

describe('Informer', () => {
  let server: ScriptedServer
  let informer: Informer<Widget>
  let stop: AbortController
  let told: string[]
  let errors: unknown[]
  let wake: () => void = () => {}

  const start = async (script: Answer[], options: InformerOptions<Widget> = {}): Promise<void> => {
    server = await ScriptedServer.start([...script, stream([], 'stay')])
    stop = new AbortController()
    told = []
    errors = []
    informer = new Informer(server.client().resource(Widget), {
      watchList: false,
      backoff: { initialMs: 2, maxMs: 4 },
      onError: (error) => errors.push(error),
      ...options,
    })
  }
  const tell = (text: string): void => {
    told.push(text)
    wake()
  }
  const until = async (count: number): Promise<readonly string[]> => {
    while (told.length < count) await new Promise<void>((resolve) => (wake = resolve))
    return told
  }
  const name = ({ metadata }: Widget): string => `${metadata.name ?? ''}@${metadata.resourceVersion ?? ''}`
  const recording = {
    onAdd: (object: Widget, initial: boolean) => tell(`add ${name(object)}${initial ? ' initial' : ''}`),
    onUpdate: (old: Widget, object: Widget) => tell(`update ${name(old)} ${name(object)}`),
    onDelete: (object: Widget, unknown: boolean) => tell(`delete ${name(object)}${unknown ? ' unknown' : ''}`),
  }
  let running: Promise<void> | undefined
  afterEach(async () => {
    stop.abort()
    await running
    running = undefined
    await server.close()
  })

  it('tells adds, updates and deletes, and holds what there is', async () => {
    const events = [
      event('ADDED', widget('b', 11)),
      event('MODIFIED', widget('a', 12)),
      event('DELETED', widget('b', 13)),
    ]
    await start([json(listOf(10, [widget('a', 1)])), stream(events, 'stay')])
    informer.addHandler(recording)
    running = informer.run(stop.signal)
    expect(await until(4)).to.deep.equal(['add a@1 initial', 'add b@11', 'update a@1 a@12', 'delete b@13'])
    expect(informer.list().map(name)).to.deep.equal(['a@12'])
    expect(informer.resourceVersion).to.equal('13')
  })

  it('finds out after a missed stretch what was deleted, and is silent about what stayed', async () => {
    const lists = [json(listOf(10, [widget('a', 1), widget('b', 2), widget('c', 3)])), stream([expired])]
    await start([...lists, json(listOf(20, [widget('a', 1), widget('b', 15), widget('d', 16)])), stream([], 'stay')])
    informer.addHandler(recording)
    running = informer.run(stop.signal)
    expect((await until(6)).slice(3)).to.deep.equal(['delete c@3 unknown', 'update b@2 b@15', 'add d@16'])
  })

  it('waits until the first objects are here, or the signal aborts', async () => {
    let release: () => void = () => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    await start([
      async (response, seen) => {
        await gate
        await json(listOf(1, [widget('a', 1)]))(response, seen)
      },
      stream([], 'stay'),
    ])
    running = informer.run(stop.signal)
    const impatient = new AbortController()
    const waiting = informer.synced(impatient.signal).catch((error: unknown) => error)
    impatient.abort(new Error('too slow'))
    expect(await waiting).to.include({ message: 'too slow' })
    expect(informer.hasSynced).to.equal(false)
    release()
    await informer.synced(stop.signal)
    expect(informer.get('a', 'default')).to.deep.equal(widget('a', 1))
  })

  it('gives private copies', async () => {
    await start([json(listOf(1, [widget('a', 1, { labels: { x: 'y' } })])), stream([], 'stay')])
    running = informer.run(stop.signal)
    await informer.synced()
    for (const copy of [informer.get('a', 'default'), informer.list()[0]]) copy!.metadata.labels!['x'] = 'changed'
    expect(informer.get('a', 'default')?.metadata.labels).to.deep.equal({ x: 'y' })
  })

  it('finds by namespace, labels and indices, which follow changes', async () => {
    const items = [widget('a', 1, { labels: { t: '1' } }), widget('a', 2, { namespace: 'other', labels: { t: '2' } })]
    await start([json(listOf(3, items)), stream([event('MODIFIED', widget('a', 4, { labels: { t: '2' } }))], 'stay')])
    informer.addHandler(recording)
    running = informer.run(stop.signal)
    await until(3)
    informer.addIndex('t', ({ metadata }) => [metadata.labels?.['t'] ?? ''])
    expect(informer.list({ namespace: 'other' }).map(name)).to.deep.equal(['a@2'])
    expect(informer.list({ labelSelector: 't in (2)' }).map(name).sort()).to.deep.equal(['a@2', 'a@4'])
    expect(informer.byIndex('t', '2').map(name).sort()).to.deep.equal(['a@2', 'a@4'])
    expect(informer.byIndex('t', '1')).to.deep.equal([])
    expect(() => informer.addIndex('t', () => [])).to.throw(TypeError)
    expect(() => informer.byIndex('u', '')).to.throw(TypeError)
  })

  it('tells late handlers what is there, and removed ones nothing', async () => {
    await start([json(listOf(3, [widget('a', 1)])), stream([event('ADDED', widget('b', 4))], 'stay')])
    const early: string[] = []
    const registration = informer.addHandler({
      onAdd: (object) => {
        early.push(name(object))
        registration.remove()
      },
    })
    running = informer.run(stop.signal)
    while (informer.list().length < 2) await sleep(1)
    informer.addHandler(recording)
    expect(told).to.deep.equal(['add a@1 initial', 'add b@4 initial'])
    expect(early).to.deep.equal(['a@1'])
  })

  it('keeps the order for a slow handler, delays no other, and survives those that throw', async () => {
    const events = [1, 2, 3].map((n) => event('ADDED', widget(`w${n}`, n + 10)))
    await start([json(listOf(3, [])), stream(events, 'stay')])
    const slow: string[] = []
    informer.addHandler({
      onAdd: async (object) => {
        await sleep(5)
        slow.push(name(object))
      },
    })
    informer.addHandler({
      onAdd: () => {
        throw new Error('bad handler')
      },
    })
    informer.addHandler({ onAdd: () => Promise.reject(new Error('bad promise')) })
    informer.addHandler(recording)
    running = informer.run(stop.signal)
    await until(3)
    while (slow.length < 3) await sleep(2)
    expect(slow).to.deep.equal(['w1@11', 'w2@12', 'w3@13'])
    expect(errors).to.have.length(6)
  })

  it('keeps what the transform makes', async () => {
    await start([json(listOf(1, [widget('a', 1, { managedFields: [{}] })])), stream([], 'stay')], {
      transform: ({ metadata: { managedFields: _, ...metadata }, ...rest }) => ({ ...rest, metadata }),
    })
    running = informer.run(stop.signal)
    await informer.synced()
    expect(informer.get('a', 'default')).to.deep.equal(widget('a', 1))
  })
})

describe('InformerCache', () => {
  it('shares one informer of a kind, starts it with the first read and stops all', async () => {
    const server = await ScriptedServer.start([json(listOf(1, [widget('a', 1)])), stream([], 'stay')])
    const cache = new InformerCache(server.client(), { watchList: false, namespace: 'default' })
    const stop = new AbortController()
    try {
      const early: unknown = await cache
        .get(Widget, { namespace: 'default', name: 'a' })
        .catch((error: unknown) => error)
      expect(early).to.be.instanceOf(TypeError)
      const running = cache.start(stop.signal)
      expect((await cache.get(Widget, { namespace: 'default', name: 'a' }))?.metadata.uid).to.equal('uid-a')
      expect(await cache.get(Widget, { namespace: 'default', name: 'b' })).to.equal(undefined)
      expect(await cache.list(Widget, { namespace: 'default' })).to.have.length(1)
      expect(cache.informer(Widget)).to.equal(cache.informer({ ...Widget }))
      await server.requests(2)
      expect(server.seen.map(({ path }) => path)).to.deep.equal(
        Array(2).fill('/apis/example.com/v1/namespaces/default/widgets'),
      )
      stop.abort()
      await running
    } finally {
      stop.abort()
      await server.close()
    }
  })
})
