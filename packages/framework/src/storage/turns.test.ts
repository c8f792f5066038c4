import { expect } from 'chai'
import { setImmediate } from 'node:timers/promises'
import { MemoryBackend } from './backends/memory/index.ts'
import { conformanceStoreOptions, pod } from './conformance/storage-case.ts'
import { Store } from './store.ts'
import { Turns } from './turns.ts'

describe('Turns', () => {
  it('are taken one after the other, by key', async () => {
    const turns = new Turns()
    const taken: string[] = []
    const take = async (name: string, key: string) => {
      const end = await turns.take(key)
      taken.push(name)
      return end
    }
    const endFirst = await take('first', 'a')
    const second = take('second', 'a')
    const third = take('third', 'a')
    await take('other', 'b')
    expect(taken).to.deep.equal(['first', 'other'])
    endFirst()
    const endSecond = await second
    await setImmediate()
    expect(taken).to.deep.equal(['first', 'other', 'second'])
    endSecond()
    await third
    expect(taken).to.deep.equal(['first', 'other', 'second', 'third'])
  })

  it('are given up when nobody waits for them any more, and do not hold up those behind', async () => {
    const turns = new Turns()
    const end = await turns.take('a')
    const gone = new AbortController()
    const second = turns.take('a', gone.signal).catch((error: unknown) => error)
    const third = turns.take('a')
    gone.abort(new Error('gone'))
    expect(await second).to.have.property('message', 'gone')
    const before = turns.take('a', AbortSignal.abort(new Error('gone before'))).catch((error: unknown) => error)
    expect(await before).to.have.property('message', 'gone before')
    let isThird = false
    void third.then(() => (isThird = true))
    await setImmediate()
    expect(isThird, 'while the first has its turn').to.equal(false)
    end()
    await third
  })
})

describe('A Store in whose update somebody updates the same object', () => {
  it('does both, even where they wait for each other', async () => {
    const backend = new MemoryBackend()
    await backend.open()
    const store = new Store(backend, conformanceStoreOptions)
    const [key, node] = ['/pods/ns/foo', (nodeName: string) => ({ ...pod('ns/foo'), spec: { nodeName } })]
    const write = (nodeName: string) => store.guaranteedUpdate(key, () => node(nodeName))
    await store.create(key, node('0'))
    let tries = 0
    const outer = store.guaranteedUpdate(key, async () => {
      tries++
      // Somebody else comes before the outer one; then before the inner one, which so waits for the outer one's turn.
      if (tries === 1) await write('other')
      if (tries === 2) {
        let first = true
        await store.guaranteedUpdate(key, async () => {
          if (first) await write('another')
          first = false
          return node('inner')
        })
      }
      return node('outer')
    })
    expect((await outer).object).to.have.nested.property('spec.nodeName', 'outer')
    expect(tries).to.equal(3)
  })
})

describe('A Store that remembers an object', () => {
  it('does not believe in it for ever, when another one has deleted it and made it anew', async () => {
    const backend = new MemoryBackend()
    await backend.open()
    const [store, other] = [new Store(backend, conformanceStoreOptions), new Store(backend, conformanceStoreOptions)]
    const [key, node] = ['/pods/ns/foo', (nodeName: string) => ({ ...pod('ns/foo'), spec: { nodeName } })]
    await store.create(key, node('0'))
    let tries = 0
    await other.delete(key)
    const write = store.guaranteedUpdate(key, () => node(String(++tries)), { ignoreNotFound: true })
    expect((await write).object).to.have.nested.property('spec.nodeName', '2')
    await other.delete(key)
    await other.create(key, node('anew'))
    const { object } = await store.guaranteedUpdate(key, () => node(String(++tries)))
    expect(object).to.have.nested.property('spec.nodeName', '4')
  })
})

describe('A Store that is asked for many updates of one object at once', () => {
  const key = '/pods/ns/foo'
  const node = (nodeName: string) => ({ ...pod('ns/foo'), spec: { nodeName } })
  const writers = 50
  let store: Store
  let tries: number
  const increment = async (item: { object: object } | undefined) => {
    tries++
    // Admission may have asked somebody.
    await setImmediate()
    const { spec } = item?.object as { spec: { nodeName: string } }
    return node(String(Number(spec.nodeName) + 1))
  }
  beforeEach(async () => {
    const backend = new MemoryBackend()
    await backend.open()
    store = new Store(backend, conformanceStoreOptions)
    await store.create(key, node('0'))
    tries = 0
  })

  it('does each of them, and few in vain', async () => {
    await Promise.all(Array.from({ length: writers }, () => store.guaranteedUpdate(key, increment)))
    const { object } = await store.get(key)
    expect(object).to.have.nested.property('spec.nodeName', String(writers))
    expect(tries).to.be.at.most(2 * writers)
  })

  it('ends those that nobody waits for, and does the others', async () => {
    const gone = new AbortController()
    const updates = Array.from({ length: writers }, (_, i) =>
      store.guaranteedUpdate(key, increment, i % 2 ? { signal: gone.signal } : {}).catch(() => 'gone'),
    )
    await setImmediate()
    gone.abort()
    const ended = await Promise.all(updates)
    const done = ended.filter((one) => one !== 'gone').length
    expect(done).to.be.within(writers / 2, writers / 2 + 1)
    const { object } = await store.get(key)
    expect(object).to.have.nested.property('spec.nodeName', String(done))
  })

  it('goes on when one of them fails in its turn', async () => {
    let fails = 0
    const failing = async (item: { object: object } | undefined) => {
      const next = await increment(item)
      if (Number(next.spec.nodeName) % 5 === 0) throw new Error(`failure ${String(++fails)}`)
      return next
    }
    const updates = Array.from({ length: 20 }, (_, i) =>
      store.guaranteedUpdate(key, i === 19 ? increment : failing).catch((error: unknown) => String(error)),
    )
    const ended = await Promise.all(updates)
    expect(ended.filter((one) => typeof one === 'string')).to.have.lengthOf(fails)
    expect(fails).to.be.greaterThan(0)
  })
})
