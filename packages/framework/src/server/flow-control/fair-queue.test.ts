import { setMaxListeners } from 'node:events'
import { expect } from 'chai'
import fc from 'fast-check'
import { FairQueue, type Rejection } from './fair-queue.ts'

const never = new AbortController().signal
setMaxListeners(0, never)
const settings = { seats: 2, waitingOfFlow: 3, waiting: 6, waitMs: 1000 }

/** One request: whether it sits, waits or was sent away. */
function ask(queue: FairQueue, flow: string, signal = never) {
  const request = { state: 'waits' as 'waits' | 'sits' | Rejection }
  void queue
    .enter(flow, () => signal)
    .then((rejection) => {
      request.state = rejection ?? 'sits'
    })
  return request
}
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('FairQueue', () => {
  it('gives seats as long as there are any, and those that are given back', async () => {
    const queue = new FairQueue(settings)
    const [a, b, c] = [ask(queue, 'jane'), ask(queue, 'jane'), ask(queue, 'jane')]
    await tick()
    expect([a.state, b.state, c.state]).to.deep.equal(['sits', 'sits', 'waits'])
    expect([queue.executing, queue.waiting]).to.deep.equal([2, 1])
    queue.leave('jane')
    await tick()
    expect(c.state).to.equal('sits')
  })
  it('gives a free seat to the flow that has the fewest', async () => {
    const queue = new FairQueue(settings)
    const greedy = Array.from({ length: 5 }, () => ask(queue, 'greedy'))
    const modest = ask(queue, 'modest')
    await tick()
    queue.leave('greedy')
    await tick()
    expect(modest.state).to.equal('sits')
    expect(greedy.map(({ state }) => state)).to.deep.equal(['sits', 'sits', 'waits', 'waits', 'waits'])
  })
  it('takes turns between flows that have as many', async () => {
    const queue = new FairQueue({ ...settings, seats: 1, waiting: 100 })
    ask(queue, 'first')
    const order: string[] = []
    for (const flow of ['a', 'a', 'b', 'b', 'c']) void queue.enter(flow, () => never).then(() => order.push(flow))
    for (let i = 0; i < 5; i++) {
      await tick()
      queue.leave(order.at(-1) ?? 'first')
    }
    await tick()
    expect(order).to.deep.equal(['a', 'b', 'c', 'a', 'b'])
  })
  it('sends away what is too much of one flow', async () => {
    const queue = new FairQueue(settings)
    const all = Array.from({ length: 6 }, () => ask(queue, 'greedy'))
    await tick()
    expect(all.map(({ state }) => state)).to.deep.equal(['sits', 'sits', 'waits', 'waits', 'waits', 'queue-full'])
  })
  it('when all queues are full, sends the last of the longest away for one of a shorter', async () => {
    const queue = new FairQueue({ ...settings, waiting: 4 })
    const greedy = Array.from({ length: 5 }, () => ask(queue, 'greedy'))
    const [b, c] = [ask(queue, 'b'), ask(queue, 'c')]
    await tick()
    expect(greedy.map(({ state }) => state)).to.deep.equal(['sits', 'sits', 'waits', 'waits', 'queue-full'])
    expect([b.state, c.state]).to.deep.equal(['waits', 'waits'])
    const d = ask(queue, 'greedy')
    await tick()
    expect(d.state).to.equal('queue-full')
  })
  it('sends away who has waited too long, and forgets who is gone', async () => {
    const queue = new FairQueue({ ...settings, seats: 1, waitMs: 20 })
    const gone = new AbortController()
    const [, late, left] = [ask(queue, 'a'), ask(queue, 'b'), ask(queue, 'c', gone.signal)]
    await tick()
    gone.abort()
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect([late.state, left.state]).to.deep.equal(['time-out', 'cancelled'])
    expect(queue.waiting).to.equal(0)
    queue.leave('a')
    expect(queue.executing).to.equal(0)
  })
  it('never gives more seats than there are, never keeps one free while somebody waits, and comes back to nothing', async () => {
    const steps = fc.array(fc.record({ flow: fc.constantFrom('a', 'b', 'c', 'd'), leaves: fc.boolean() }), {
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const queue = new FairQueue(settings)
        const sitting: string[] = []
        const enter = (flow: string): void => {
          void queue
            .enter(flow, () => never)
            .then((rejection) => {
              if (!rejection) sitting.push(flow)
            })
        }
        for (const { flow, leaves } of all) {
          const leaving = leaves ? sitting.shift() : undefined
          if (leaving === undefined) enter(flow)
          else queue.leave(leaving)
          await Promise.resolve().then(() => undefined)
          expect(queue.executing).to.be.at.most(settings.seats)
          if (queue.waiting) expect(queue.executing).to.equal(settings.seats)
        }
        for (;;) {
          await tick()
          const leaving = sitting.shift()
          if (leaving === undefined) break
          queue.leave(leaving)
        }
        expect([queue.executing, queue.waiting, queue.flows]).to.deep.equal([0, 0, 0])
      }),
    )
  })
})
