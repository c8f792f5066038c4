import { expect } from 'chai'
import { FakeClock } from '../testing/fake-clock.ts'
import { filteredHandler } from './informer-handler.ts'
import { dropManagedFields, Informer, type InformerOptions } from './informer.ts'
import { InformerCache } from './informer-cache.ts'
import { ScriptedServer, Widget, event, json, listOf, stream, widget, type Answer } from './scripted-server.test.ts'

const bookmark = (version: number): string =>
  event('BOOKMARK', { kind: 'Widget', apiVersion: 'example.com/v1', metadata: { resourceVersion: String(version) } })
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))
const shown = ({ metadata }: Widget): string => `${metadata.name ?? ''}@${metadata.resourceVersion ?? ''}`

describe('Informer in time', () => {
  let server: ScriptedServer
  let clock: FakeClock
  let stop: AbortController
  let running: Promise<void> | undefined
  let informer: Informer<Widget>
  let errors: unknown[]

  const start = async (script: Answer[], options: InformerOptions<Widget> = {}): Promise<void> => {
    server = await ScriptedServer.start([...script, stream([], 'stay')])
    clock = new FakeClock()
    stop = new AbortController()
    errors = []
    informer = new Informer(server.client().resource(Widget), {
      watchList: false,
      clock,
      onError: (error) => errors.push(error),
      ...options,
    })
    running = informer.run(stop.signal)
  }
  const reached = async (version: string): Promise<void> => {
    while (informer.resourceVersion !== version) await turn()
  }
  afterEach(async () => {
    stop.abort()
    await running
    running = undefined
    await server.close()
  })

  it('tells handlers with a period again of every object, each in its own time, and no other handler', async () => {
    await start([json(listOf(10, [widget('a', 1)])), stream([], 'stay')])
    await informer.synced()
    const told: string[] = []
    const telling = (who: string) => ({
      onUpdate: (old: Widget, object: Widget) => told.push(`${who} ${String(old === object)}`),
    })
    const often = informer.addHandler(telling('often'), { resyncMs: 10 })
    informer.addHandler(telling('seldom'), { resyncMs: 2500 })
    informer.addHandler(telling('never'))
    await clock.advance(2600)
    expect(told).to.deep.equal(['often true', 'often true', 'seldom true'])
    often.remove()
    await clock.advance(2500)
    expect(told).to.deep.equal(['often true', 'often true', 'seldom true', 'seldom true'])
  })

  it('says of each handler whether it was told of everything', async () => {
    await start([json(listOf(10, [widget('a', 1), widget('b', 2)])), stream([], 'stay')])
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const quick = informer.addHandler({})
    const slow = informer.addHandler({ onAdd: () => held })
    expect([quick.hasSynced, informer.hasSynced]).to.deep.equal([false, false])
    await informer.synced()
    expect([quick.hasSynced, slow.hasSynced]).to.deep.equal([true, false])
    expect(informer.addHandler({}).hasSynced).to.equal(true)
    release()
    await turn()
    expect(slow.hasSynced).to.equal(true)
  })

  it('tells a filtered handler what comes into its sight and what leaves it', async () => {
    const big = (name: string, version: number, size: number): Widget => ({ ...widget(name, version), spec: { size } })
    await start([
      json(listOf(10, [big('a', 1, 9), big('b', 2, 1)])),
      stream(
        [
          event('MODIFIED', big('a', 11, 8)),
          event('MODIFIED', big('b', 12, 7)),
          event('MODIFIED', big('a', 13, 1)),
          event('MODIFIED', big('a', 14, 2)),
          event('DELETED', big('a', 15, 2)),
          event('DELETED', big('b', 16, 7)),
        ],
        'stay',
      ),
    ])
    const told: string[] = []
    informer.addHandler(
      filteredHandler<Widget>(({ spec }) => Number(spec?.size) > 5, {
        onAdd: (object, initial) => told.push(`add ${shown(object)} ${String(initial)}`),
        onUpdate: (old, object) => told.push(`update ${shown(old)} ${shown(object)}`),
        onDelete: (object) => told.push(`delete ${shown(object)}`),
      }),
    )
    while (told.length < 5) await turn()
    expect(told).to.deep.equal(['add a@1 true', 'update a@1 a@11', 'add b@12 false', 'delete a@11', 'delete b@16'])
  })

  it('opens a watch anew that has gone silent, once it knows that bookmarks come', async () => {
    await start([
      json(listOf(10, [widget('a', 1)])),
      stream([event('MODIFIED', widget('a', 11))], 'stay'),
      stream([bookmark(20)], 'stay'),
      stream([event('MODIFIED', widget('a', 21))], 'stay'),
    ])
    await reached('11')
    // No bookmark yet: the server may have none.
    await clock.advance(400_000)
    expect(server.seen).to.have.length(2)
    server.endResponse(1)
    await server.requests(3)
    await reached('20')
    await clock.advance(179_000)
    expect(server.seen).to.have.length(3)
    await clock.advance(2000)
    await server.requests(4)
    expect(server.seen[3]?.query.get('resourceVersion')).to.equal('20')
    expect(errors.map(String).join()).to.contain('stalled')
    await reached('21')
    expect(informer.list().map(shown)).to.deep.equal(['a@21'])
  })

  it('is unhealthy when it hangs, and not because the server is away', async () => {
    await start([json(listOf(10, [])), stream([], 'stay')])
    await server.requests(2)
    informer.checkHealth()
    clock.skip(11 * 60_000)
    informer.checkHealth()
    clock.skip(2 * 60_000)
    expect(() => informer.checkHealth()).to.throw(/widgets: nothing has happened for 780 s/)
    const cache = new InformerCache(server.client(), { clock })
    cache.informer(Widget)
    cache.checkHealth()
  })

  it('goes on trying, ever more slowly, while the server is away, and is healthy all the time', async () => {
    await start(Array<Answer>(200).fill((response) => void response.destroy()))
    for (let second = 0; second < 30 * 60; second += 5) {
      await clock.advance(5000)
      await turn()
      informer.checkHealth()
    }
    // 0.8 s doubled up to 30 s, and up to as much by chance.
    expect(server.seen.length).to.be.within(30, 80)
  })

  it('freezes what handlers get, and keeps no managed fields when told so', async () => {
    const managed = widget('a', 1, { managedFields: [{ manager: 'm' }], labels: { x: 'y' } })
    await start([json(listOf(10, [managed])), stream([], 'stay')], { transform: dropManagedFields })
    const told: Widget[] = []
    informer.addHandler({ onAdd: (object) => told.push(object) })
    await informer.synced()
    expect(told[0]?.metadata).to.not.have.property('managedFields')
    expect(() => Object.assign(told[0]?.metadata.labels ?? {}, { x: 'z' })).to.throw(TypeError)
    const copy = informer.get('a', 'default')
    Object.assign(copy?.metadata.labels ?? {}, { x: 'z' })
    expect(informer.get('a', 'default')?.metadata.labels).to.deep.equal({ x: 'y' })
  })

  it('finds keys and values of an index', async () => {
    await start([json(listOf(10, [widget('a', 1, { labels: { side: 'l' } }), widget('b', 2)])), stream([], 'stay')])
    informer.addIndex('side', ({ metadata }) => (metadata.labels?.['side'] ? [metadata.labels['side']] : []))
    await informer.synced()
    expect(informer.keysByIndex('side', 'l')).to.deep.equal(['default/a'])
    expect(informer.indexValues('side')).to.deep.equal(['l'])
    expect(informer.indexValues('namespace')).to.deep.equal(['default'])
    expect(() => informer.keysByIndex('none', 'l')).to.throw(TypeError)
    expect(() => informer.addIndex('side', () => [])).to.throw(TypeError)
  })

  it('keeps of some kinds less, where the cache is told so', async () => {
    await start([json(listOf(10, []))])
    const cache = new InformerCache(server.client(), {
      namespace: 'all',
      byKind: [{ kind: Widget, namespace: 'some', labelSelector: 'a=b' }],
      watchList: false,
    })
    const ended = cache.start(stop.signal)
    cache.informer(Widget)
    const seen = await server.requests(2)
    const lists = seen.filter(({ query }) => query.get('labelSelector') === 'a=b')
    expect(lists[0]?.path).to.equal('/apis/example.com/v1/namespaces/some/widgets')
    stop.abort()
    await ended
  })
})
