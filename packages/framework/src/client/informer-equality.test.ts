import { Type } from '@sinclair/typebox'
import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import { StatusError } from '../meta/status.ts'
import type { KubeObject } from '../meta/object.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import type { FaultProxy } from '../testing/fault-proxy.ts'
import { TestServer } from '../testing/test-server.ts'
import { Informer, type InformerOptions } from './informer.ts'
import { namespacedName, objectKey } from './resource-kind.ts'

const Toy = defineKind({
  group: 'test.example.com',
  version: 'v1',
  kind: 'Toy',
  plural: 'toys',
  schema: Type.Object({ spec: Type.Object({ size: Type.Integer() }) }),
})
type Toy = ObjectOf<typeof Toy>
class ToyResource extends StoredResource<Toy> {
  readonly storageVersion = Toy
}

const operationCount = 10_000
const writers = 24
const namespaces = ['a', 'b', 'c']
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Mulberry32: the same numbers for the same seed. */
class Random {
  #state: number

  constructor(from: number) {
    this.#state = from
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  one<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0]
  }
}

/** Believes what an informer tells its handler, and notes what cannot be true. */
class Mirror {
  readonly objects = new Map<string, KubeObject>()
  readonly lies: string[] = []

  follow(informer: Informer<Toy>): void {
    informer.addHandler({
      onAdd: (object) => {
        if (this.objects.has(this.#key(object))) this.lies.push(`added twice: ${this.#key(object)}`)
        this.objects.set(this.#key(object), object)
      },
      onUpdate: (old, object) => {
        const known = this.objects.get(this.#key(object))?.metadata.resourceVersion
        if (known !== old.metadata.resourceVersion) this.lies.push(`not the old one: ${this.#key(object)}`)
        const [before, after] = [old, object].map(({ metadata }) => Number(metadata.resourceVersion))
        if ((before ?? 0) >= (after ?? 0)) this.lies.push(`back in time: ${this.#key(object)}`)
        this.objects.set(this.#key(object), object)
      },
      onDelete: (object) => {
        if (!this.objects.delete(this.#key(object))) this.lies.push(`was not there: ${this.#key(object)}`)
      },
    })
  }

  #key(object: KubeObject): string {
    return objectKey(namespacedName(object))
  }
}

const goWrong: readonly [(faults: FaultProxy) => void, ...((faults: FaultProxy) => void)[]] = [
  (faults) => {
    faults.dropWatches()
  },
  (faults) => {
    faults.dropWatches({ partial: true })
  },
  (faults) => {
    faults.endWatches()
  },
  (faults) => {
    faults.failWatches()
  },
  (faults) => {
    faults.failWatches(500, 'InternalError')
  },
  (faults) => {
    faults.refuse(410, 'Expired', { verb: 'watch' })
    faults.dropWatches()
  },
  (faults) => {
    faults.refuse(429, 'TooManyRequests', { verb: 'watch', times: 2 })
    faults.endWatches()
  },
  (faults) => {
    // A server that knows no streaming lists, and whose list fails too.
    faults.refuse(422, 'Invalid', { verb: 'watch', when: ({ query }) => query.has('sendInitialEvents') })
    faults.refuse(410, 'Expired', { verb: 'list' })
    faults.failWatches()
  },
  (faults) => {
    faults.drop({ verb: ['watch', 'list'], times: 2 })
    faults.dropWatches()
  },
  (faults) => {
    faults.delay(20, { verb: ['watch', 'list'], times: 3 })
    faults.failWatches()
  },
]

describe('Informer and server', () => {
  let server: TestServer
  before(async () => (server = await TestServer.start({ resources: [new ToyResource()], namespaces })))
  after(() => server.close())

  async function operate(random: Random): Promise<void> {
    const namespace = random.one(['a', 'b', 'c'])
    const toys = server.directClient.resource(Toy).namespace(namespace)
    const name = `toy-${String(random.below(60))}`
    const size = random.below(1000)
    const labels = { side: random.one(['left', 'right']) }
    const kind = random.below(1000)
    if (kind < 400) await toys.create({ metadata: { name, namespace, labels }, spec: { size } })
    else if (kind < 700) await toys.patch(name, { metadata: { labels }, spec: { size } })
    else if (kind < 800)
      await toys.apply(
        { metadata: { name, namespace, labels }, spec: { size } },
        { fieldManager: 'model', force: true },
      )
    else if (kind < 998) await toys.delete(name)
    else await toys.deleteCollection({ labelSelector: `side=${labels.side}` })
  }

  async function write(random: Random, faults: Random): Promise<void> {
    let left = operationCount
    const work = async (): Promise<void> => {
      while (left-- > 0) {
        if (faults.below(60) === 0) faults.one(goWrong)(server.faults)
        await operate(random).catch((error: unknown) => {
          // Not there, or there already: the model does not look before.
          if (!(error instanceof StatusError && [404, 409].includes(error.code))) throw error
        })
      }
    }
    await Promise.all(Array.from({ length: writers }, work))
  }

  it(`hold the same after ${String(operationCount)} random operations with random faults (SEED=${String(seed)})`, async () => {
    const stop = new AbortController()
    const errors: unknown[] = []
    const options: InformerOptions<Toy> = {
      backoff: { initialMs: 1, maxMs: 20 },
      onError: (error) => errors.push(error),
    }
    const toys = server.newClient().resource(Toy)
    const all = new Informer(toys, options).addIndex('side', ({ metadata }) => [metadata.labels?.['side'] ?? ''])
    const some = new Informer(toys.namespace('b'), { ...options, watchList: false, labelSelector: 'side=left' })
    const mirrors = [all, some].map((informer) => {
      const mirror = new Mirror()
      mirror.follow(informer)
      return mirror
    })
    const running = [all, some].map((informer) => informer.run(stop.signal))
    await write(new Random(seed), new Random(seed + 1))
    server.faults.clear()
    const last = { name: 'last', namespace: 'b', labels: { side: 'left' } }
    await server.directClient.resource(Toy).create({ metadata: last, spec: { size: 0 } })
    while (!all.get('last', 'b') || !some.get('last', 'b')) await sleep(2)

    const byKey = (objects: readonly KubeObject[]): Record<string, KubeObject> =>
      Object.fromEntries(objects.map((object) => [objectKey(namespacedName(object)), object] as const).sort())
    const served = (await server.directClient.resource(Toy).list()).items
    const left = served.filter(({ metadata }) => metadata.labels?.['side'] === 'left')
    const leftOfB = left.filter(({ metadata }) => metadata.namespace === 'b')
    expect(byKey(all.list())).to.deep.equal(byKey(served))
    expect(byKey(some.list())).to.deep.equal(byKey(leftOfB))
    expect(byKey(all.byIndex('side', 'left'))).to.deep.equal(byKey(left))
    expect(mirrors.map(({ lies }) => lies)).to.deep.equal([[], []])
    expect(byKey([...(mirrors[0]?.objects.values() ?? [])])).to.deep.equal(byKey(served))
    expect(byKey([...(mirrors[1]?.objects.values() ?? [])])).to.deep.equal(byKey(leftOfB))
    // The faults were not for nothing.
    expect(errors.length).to.be.greaterThan(50)
    stop.abort()
    await Promise.all(running)
  }).timeout(300_000)
})
