import { expect } from 'chai'
import fc from 'fast-check'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExponentialFailureRateLimiter } from './rate-limiter.ts'
import { WorkQueue } from './work-queue.ts'

/** Resolves to `'waits'` when there is nothing to get at once. */
const peek = <T>(promise: Promise<T>): Promise<T | 'waits'> =>
  Promise.race([promise, sleep(0).then(() => 'waits' as const)])

describe('WorkQueue', () => {
  it('gives items in the order of their first add, each once', async () => {
    const queue = new WorkQueue<string>()
    for (const item of ['b', 'a', 'b', 'c', 'a']) queue.add(item)
    expect(queue.length).to.equal(3)
    expect([await queue.get(), await queue.get(), await queue.get()]).to.deep.equal(['b', 'a', 'c'])
    expect(await peek(queue.get())).to.equal('waits')
  })

  it('holds back an item that is being worked on, and gives it once more afterwards', async () => {
    const queue = new WorkQueue<string>()
    queue.add('a')
    await queue.get()
    queue.add('a')
    queue.add('a')
    const next = queue.get()
    expect(await peek(next)).to.equal('waits')
    queue.done('a')
    expect(await next).to.equal('a')
    queue.done('a')
    expect(await peek(queue.get())).to.equal('waits')
  })

  it('takes items with the same key for the same', async () => {
    const queue = new WorkQueue<{ name: string }>({ keyOf: ({ name }) => name })
    queue.add({ name: 'a' })
    queue.add({ name: 'a' })
    expect(queue.length).to.equal(1)
  })

  it('adds after a delay, at the earlier of two times', async () => {
    const queue = new WorkQueue<string>()
    queue.addAfter('late', 60)
    queue.addAfter('soon', 10_000)
    queue.addAfter('soon', 10)
    queue.addAfter('soon', 20_000)
    queue.addAfter('now', 0)
    expect([await queue.get(), await queue.get(), await queue.get()]).to.deep.equal(['now', 'soon', 'late'])
    queue.shutDown()
  })

  it('drops what waits when it shuts down, gives what is ready and then undefined', async () => {
    const queue = new WorkQueue<string>()
    queue.add('a')
    queue.addAfter('b', 1)
    queue.shutDown()
    queue.shutDown()
    queue.add('c')
    await sleep(5)
    expect([await queue.get(), await queue.get()]).to.deep.equal(['a', undefined])
  })

  it('answers those who wait when it shuts down', async () => {
    const queue = new WorkQueue<string>()
    const waiting = [queue.get(), queue.get()]
    queue.shutDown()
    expect(await Promise.all(waiting)).to.deep.equal([undefined, undefined])
  })

  it('drains: waits for those that work, and for what they have to do once more', async () => {
    const queue = new WorkQueue<string>()
    queue.add('a')
    await queue.get()
    queue.add('a')
    const drained = queue.shutDownWithDrain().then(() => 'drained')
    queue.done('a')
    expect(await peek(drained)).to.equal('waits')
    expect(await queue.get()).to.equal('a')
    queue.done('a')
    expect(await drained).to.equal('drained')
    expect(await queue.shutDownWithDrain().then(() => 'again')).to.equal('again')
  })

  it('never gives one item to two workers, loses none, and works after the last add', async () => {
    const commands = fc.array(fc.tuple(fc.constantFrom('add', 'get', 'done'), fc.integer({ min: 0, max: 4 })), {
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(commands, async (steps) => {
        const queue = new WorkQueue<number>()
        const working = new Set<number>()
        /** Added after the last time that work on it began. */
        const owed = new Set<number>()
        const begin = (item: number | undefined): void => {
          if (item === undefined) return
          expect(working.has(item), 'two workers').to.equal(false)
          expect(owed.delete(item), 'nobody asked').to.equal(true)
          working.add(item)
        }
        for (const [command, item] of steps) {
          if (command === 'add') {
            queue.add(item)
            owed.add(item)
          } else if (command === 'get' && queue.length > 0) begin(await queue.get())
          else if (command === 'done' && working.delete(item)) queue.done(item)
        }
        const drained = queue.shutDownWithDrain()
        for (const item of working) queue.done(item)
        working.clear()
        for (let item = await queue.get(); item !== undefined; item = await queue.get()) {
          begin(item)
          working.delete(item)
          queue.done(item)
        }
        await drained
        expect([...owed]).to.deep.equal([])
      }),
    )
  })
})

describe('WorkQueue.addRateLimited', () => {
  it('doubles the wait with every failure until it is forgotten', () => {
    const limiter = new ExponentialFailureRateLimiter()
    expect([1, 2, 3, 4].map(() => limiter.when('a'))).to.deep.equal([5, 10, 20, 40])
    expect(limiter.when('b')).to.equal(5)
    expect(limiter.numRequeues('a')).to.equal(4)
    for (let i = 0; i < 2000; i++) limiter.when('a')
    expect(limiter.when('a')).to.equal(1_000_000)
    limiter.forget('a')
    expect(limiter.when('a')).to.equal(5)
  })

  it('adds the item after that wait', async () => {
    const queue = new WorkQueue<string>()
    const startedAt = performance.now()
    queue.addRateLimited('a')
    expect(queue.length).to.equal(0)
    expect(await queue.get()).to.equal('a')
    expect(performance.now() - startedAt).to.be.at.least(5)
    expect(queue.numRequeues('a')).to.equal(1)
    queue.forget('a')
    expect(queue.numRequeues('a')).to.equal(0)
  })
})
