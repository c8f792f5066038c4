import { expect } from 'chai'
import fc from 'fast-check'
import { FakeClock } from '../testing/fake-clock.ts'
import { WorkQueue } from './work-queue.ts'

interface Pending {
  readonly priority: number
  readonly number: number
  readonly readyAt: number
}

/** What a queue is to do, told in the plainest way: one table of what is wanted, looked through for every answer. */
class Model {
  readonly pending = new Map<number, Pending>()
  readonly working = new Map<number, number>()
  now = 0
  #count = 0

  add(item: number, delayMs: number, priority: number): void {
    const known = this.pending.get(item)
    const readyAt = Math.min(this.now + delayMs, known?.readyAt ?? Infinity)
    const wasReady = known !== undefined && known.readyAt <= this.now
    // Its place is where it was when it became ready.
    const number = wasReady ? known.number : this.#count++
    this.pending.set(item, { priority: Math.max(priority, known?.priority ?? -Infinity), number, readyAt })
  }

  /** Time passes: what becomes ready does so in the order of its time. */
  advance(ms: number): void {
    const due = [...this.pending].filter(([, { readyAt }]) => readyAt > this.now && readyAt <= this.now + ms)
    due.sort(([, a], [, b]) => a.readyAt - b.readyAt || a.number - b.number)
    for (const [item, pending] of due) this.pending.set(item, { ...pending, number: this.#count++ })
    this.now += ms
  }

  ready(): number[] {
    return [...this.pending]
      .filter(([item, { readyAt }]) => readyAt <= this.now && !this.working.has(item))
      .sort(([, a], [, b]) => b.priority - a.priority || a.number - b.number)
      .map(([item]) => item)
  }

  take(): number | undefined {
    const [item] = this.ready()
    if (item === undefined) return undefined
    this.working.set(item, this.pending.get(item)?.priority ?? 0)
    this.pending.delete(item)
    return item
  }

  done(item: number): void {
    this.working.delete(item)
    const again = this.pending.get(item)
    // What was added meanwhile queues up now.
    if (again && again.readyAt <= this.now) this.pending.set(item, { ...again, number: this.#count++ })
  }
}

const item = fc.integer({ min: 0, max: 5 })
const priority = fc.constantFrom(-100, 0, 0, 10)
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), item, priority, delayMs: fc.constantFrom(0, 0, 10, 25) }),
  fc.record({ do: fc.constant('get' as const) }),
  fc.record({ do: fc.constant('done' as const), item }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(5, 10, 30) }),
)

describe('WorkQueue and a model of it', () => {
  it('give the same items, in the same order, whatever is done with them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const clock = new FakeClock()
        const queue = new WorkQueue<number>({ clock })
        const model = new Model()
        for (const each of steps) {
          if (each.do === 'add') {
            queue.addAfter(each.item, each.delayMs, { priority: each.priority })
            model.add(each.item, each.delayMs, each.priority)
          } else if (each.do === 'advance') {
            await clock.advance(each.ms)
            model.advance(each.ms)
          } else if (each.do === 'done') {
            queue.done(each.item)
            if (model.working.has(each.item)) model.done(each.item)
          } else if (model.ready().length > 0) {
            const wanted = model.take()
            expect(await queue.get()).to.equal(wanted)
            expect(queue.priorityOf(wanted ?? -1)).to.equal(model.working.get(wanted ?? -1))
          }
          expect(queue.length, 'ready').to.equal(model.ready().length)
          expect([...queue.depths.values()].reduce((sum, n) => sum + n, 0)).to.equal(queue.length)
        }
        queue.shutDown()
      }),
      { numRuns: 1000 },
    )
  })
})
