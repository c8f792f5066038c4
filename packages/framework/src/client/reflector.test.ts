import { expect } from 'chai'
import { Reflector, type ReflectorOptions, type ReflectorStore } from './reflector.ts'
import {
  ScriptedServer,
  Widget,
  cut,
  event,
  failure,
  json,
  listOf,
  refuse,
  stream,
  widget,
  type Answer,
} from './scripted-server.test.ts'

/** Remembers what it was told, as `replace a@1 b@2`, `set a@3`, `delete a@4`. */
class RecordingStore implements ReflectorStore<Widget> {
  readonly told: string[] = []
  #wake: () => void = () => {}

  replace(items: readonly Widget[]): void {
    this.#tell(['replace', ...items.map(shown)].join(' '))
  }
  set(object: Widget): void {
    this.#tell(`set ${shown(object)}`)
  }
  delete(object: Widget): void {
    this.#tell(`delete ${shown(object)}`)
  }
  async until(count: number): Promise<readonly string[]> {
    while (this.told.length < count) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.told
  }
  #tell(text: string): void {
    this.told.push(text)
    this.#wake()
  }
}
const shown = ({ metadata }: Widget): string => `${metadata.name ?? ''}@${metadata.resourceVersion ?? ''}`

const bookmark = (resourceVersion: number, end = false): string =>
  event('BOOKMARK', {
    kind: 'Widget',
    apiVersion: 'example.com/v1',
    metadata: {
      resourceVersion: String(resourceVersion),
      ...(end ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    },
  })
const noWatchList = refuse(422, 'Invalid', 'sendInitialEvents is forbidden')

describe('Reflector', () => {
  let server: ScriptedServer
  let store: RecordingStore
  let errors: unknown[]
  let stop: AbortController
  let running: Promise<void>
  let reflector: Reflector<Widget>

  const start = async (script: Answer[], options: ReflectorOptions = {}): Promise<void> => {
    server = await ScriptedServer.start([...script, stream([], 'stay')])
    store = new RecordingStore()
    errors = []
    stop = new AbortController()
    const backoff = { initialMs: 5, maxMs: 20 }
    reflector = new Reflector(server.client().resource(Widget), store, {
      backoff,
      onError: (error) => errors.push(error),
      ...options,
    })
    running = reflector.run(stop.signal)
  }
  const queries = (): string[] =>
    server.seen.map(({ query }) => {
      query.delete('allowWatchBookmarks')
      query.delete('timeoutSeconds')
      return String(query)
    })
  afterEach(async () => {
    stop.abort()
    await running
    await server.close()
  })

  it('takes the initial events of one watch at its bookmark, and goes on with the same watch', async () => {
    const initial = [event('ADDED', widget('b', 2)), event('ADDED', widget('a', 1)), bookmark(5, true)]
    await start([stream([...initial, event('MODIFIED', widget('a', 6)), event('DELETED', widget('b', 7))], 'stay')])
    expect(await store.until(3)).to.deep.equal(['replace b@2 a@1', 'set a@6', 'delete b@7'])
    expect(reflector.resourceVersion).to.equal('7')
    expect(queries()).to.deep.equal(['resourceVersionMatch=NotOlderThan&watch=true&sendInitialEvents=true'])
    expect(Number(server.seen[0]?.query.get('timeoutSeconds') ?? 300)).to.be.within(300, 600)
    expect(errors).to.deep.equal([])
  })

  it('keeps nothing of initial events that broke off, and lists instead', async () => {
    await start([
      stream([event('ADDED', widget('a', 1))], 'break'),
      json(listOf(9, [widget('b', 2)])),
      stream([], 'stay'),
    ])
    expect(await store.until(1)).to.deep.equal(['replace b@2'])
    await server.requests(3)
    expect(queries().slice(1)).to.deep.equal(['limit=500&resourceVersion=0', 'resourceVersion=9&watch=true'])
  })

  it('lists and watches where the server has no initial events', async () => {
    await start([
      noWatchList,
      json(listOf(9, [widget('a', 1)])),
      stream([event('ADDED', widget('c', 10)), bookmark(15)], 'stay'),
    ])
    expect(await store.until(2)).to.deep.equal(['replace a@1', 'set c@10'])
    expect(errors).to.deep.equal([])
  })

  it('watches on from the last version, bookmarks included, when a watch ends or its connection breaks', async () => {
    await start(
      [
        json(listOf(9, [])),
        stream([event('ADDED', widget('c', 10)), bookmark(15)]),
        stream([event('MODIFIED', widget('c', 16))], 'break'),
        stream([event('MODIFIED', widget('c', 17))], 'stay'),
      ],
      { watchList: false },
    )
    expect(await store.until(4)).to.deep.equal(['replace', 'set c@10', 'set c@16', 'set c@17'])
    expect(queries()).to.deep.equal([
      'limit=500&resourceVersion=0',
      ...['9', '15', '16'].map((rv) => `resourceVersion=${rv}&watch=true`),
    ])
  })

  it('watches again from the same version after 429 and a cut connection, without a list', async () => {
    await start(
      [
        json(listOf(9, [])),
        refuse(429, 'TooManyRequests'),
        cut,
        cut,
        stream([event('ADDED', widget('c', 10))], 'stay'),
      ],
      { watchList: false },
    )
    expect(await store.until(2)).to.deep.equal(['replace', 'set c@10'])
    expect(queries().slice(1)).to.deep.equal(Array(4).fill('resourceVersion=9&watch=true'))
    expect(errors).to.have.length(2)
  })

  for (const [name, gone] of [
    ['in the stream', stream([event('ERROR', failure(410, 'Expired', 'too old'))])],
    ['as the answer', refuse(410, 'Expired', 'too old')],
  ] as const)
    it(`lists again after 410 ${name}: at its version first, then at any`, async () => {
      await start(
        [
          json(listOf(9, [widget('a', 1)])),
          gone,
          refuse(410, 'Expired', 'too old'),
          json(listOf(20, [widget('b', 18)])),
          stream([], 'stay'),
        ],
        { watchList: false },
      )
      expect(await store.until(2)).to.deep.equal(['replace a@1', 'replace b@18'])
      await server.requests(5)
      expect(queries().slice(2)).to.deep.equal(['resourceVersion=9', 'limit=500', 'resourceVersion=20&watch=true'])
    })

  it('asks for initial events of any version when the last one is gone', async () => {
    await start([
      stream([bookmark(5, true), event('ERROR', failure(410, 'Expired', 'x'))]),
      refuse(410, 'Expired'),
      stream([bookmark(30, true)], 'stay'),
    ])
    expect(await store.until(2)).to.deep.equal(['replace', 'replace'])
    expect(queries().map((query) => new URLSearchParams(query).get('resourceVersion'))).to.deep.equal([null, '5', null])
  })

  it('goes on after every kind of failure of a list', async () => {
    const late = failure(504, 'Timeout', 'Too large resource version: 9, current: 1')
    await start(
      [
        cut,
        refuse(500, 'InternalError'),
        refuse(403, 'Forbidden'),
        json(late, 504),
        json(listOf(3, [])),
        stream([], 'stay'),
      ],
      { watchList: false },
    )
    expect(await store.until(1)).to.deep.equal(['replace'])
    expect(errors).to.have.length(3)
    expect(queries().slice(3, 5)).to.deep.equal(['limit=500&resourceVersion=0', 'limit=500'])
  })

  it('takes pages together, and asks for all at once when a page is gone', async () => {
    await start(
      [
        json(listOf(9, [widget('a', 1)], { continue: 'x' })),
        json(listOf(9, [widget('b', 2)], { continue: 'y' })),
        refuse(410, 'Expired'),
        json(listOf(12, [widget('a', 1), widget('b', 2), widget('c', 3)])),
        stream([], 'stay'),
      ],
      { watchList: false },
    )
    expect(await store.until(1)).to.deep.equal(['replace a@1 b@2 c@3'])
    await server.requests(5)
    expect(queries()).to.deep.equal([
      'limit=500&resourceVersion=0',
      'limit=500&continue=x',
      'limit=500&continue=y',
      '',
      'resourceVersion=12&watch=true',
    ])
  })

  it('takes a watch that ends at once for a fault, and waits before it lists again', async () => {
    await start([json(listOf(9, [])), stream([]), json(listOf(9, [])), stream([], 'stay')], { watchList: false })
    await store.until(2)
    expect(errors[0]).to.include({ code: 'ESHORTWATCH' })
    expect(queries()[2]).to.equal('resourceVersion=9')
  })

  it('takes no notice of objects of another kind', async () => {
    await start(
      [
        json(listOf(9, [])),
        stream([event('ADDED', { kind: 'Table', metadata: {} }), event('ADDED', widget('a', 10))], 'stay'),
      ],
      { watchList: false },
    )
    expect(await store.until(2)).to.deep.equal(['replace', 'set a@10'])
    expect(errors).to.have.length(1)
  })

  it('sends its selectors with every request', async () => {
    await start([noWatchList, json(listOf(9, [])), stream([], 'stay')], {
      labelSelector: 'a=b',
      fieldSelector: 'metadata.name=x',
    })
    await server.requests(3)
    for (const { query } of server.seen) {
      expect(query.get('labelSelector')).to.equal('a=b')
      expect(query.get('fieldSelector')).to.equal('metadata.name=x')
    }
  })
})
