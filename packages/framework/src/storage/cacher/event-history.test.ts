import { expect } from 'chai'
import fc from 'fast-check'
import { conformanceStoreOptions } from '../conformance/storage-case.ts'
import { ItemEvent } from '../item-event.ts'
import { EventHistory } from './event-history.ts'

const { codec } = conformanceStoreOptions

const event = (revision: number, bytes = 10): ItemEvent =>
  new ItemEvent(codec, { type: 'PUT', key: 'k', revision, value: Buffer.alloc(bytes), previous: undefined })

const revisionsFrom = (history: EventHistory, after: number): number[] | undefined => {
  const place = history.after(after)
  return place === undefined ? undefined : history.read(place, Infinity)?.map(({ revision }) => revision)
}

describe('EventHistory', () => {
  it('gives all events after a revision that it covers, and says when it does not', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 40_000 })), {
      maxLength: 600,
    })
    fc.assert(
      fc.property(steps, fc.nat(), (given, asked) => {
        let nowMs = 0
        let revision = 5
        const all: number[] = []
        const history = new EventHistory(revision, { now: () => nowMs, maxBytes: 3000 })
        for (const [gap, pauseMs] of given) {
          nowMs += pauseMs
          revision += gap
          all.push(revision)
          history.add(event(revision))
        }
        const after = asked % (revision + 3)
        const found = revisionsFrom(history, after)
        if (after < history.floor) expect(found).to.equal(undefined)
        else expect(found).to.deep.equal(all.filter((each) => each > after))
      }),
    )
  })

  it('covers nothing before its beginning', () => {
    const history = new EventHistory(7)
    expect(history.after(6)).to.equal(undefined)
    expect(history.after(7)).to.equal(history.end)
    expect(history.after(100)).to.equal(history.end)
  })

  it('grows while its oldest event is young, and shrinks when events are old', () => {
    let nowMs = 0
    const history = new EventHistory(1, { now: () => nowMs })
    for (let n = 2; n < 502; n++) history.add(event(n))
    expect(history.capacity).to.equal(800)
    expect(revisionsFrom(history, 1)).to.have.length(500)
    for (let n = 502; n < 802; n++) history.add(event(n))
    nowMs += 80_000
    history.add(event(802))
    expect(history.capacity).to.equal(400)
    expect(revisionsFrom(history, 1)).to.equal(undefined)
    expect(revisionsFrom(history, 402)).to.have.length(400)
  })

  it('keeps the places of readers when it gives up memory, and says when theirs is overwritten', () => {
    const history = new EventHistory(0, { maxBytes: 1000 })
    for (let n = 1; n <= 100; n++) history.add(event(n))
    const place = history.after(50) ?? -1
    for (let n = 101; n <= 140; n++) history.add(event(n))
    expect(history.read(place, 2)?.map(({ revision }) => revision)).to.deep.equal([51, 52])
    for (let n = 141; n <= 20_000; n++) history.add(event(n))
    expect(history.read(place, 2)).to.equal(undefined)
    expect(revisionsFrom(history, 19_998)).to.deep.equal([19_999, 20_000])
    expect(history.floor).to.equal(19_900)
  })

  it('lets events of a second wait for a reader: 10 to 100 on the way in, and as many on the way out', () => {
    const lengths = [100, 750, 3000, 7500, 102_400].map((capacity) => new EventHistory(1, { capacity }).queueLength)
    expect(lengths).to.deep.equal([20, 20, 80, 200, 200])
  })
})
