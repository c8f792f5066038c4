import assert from 'node:assert/strict'
import type { BackendEvent, Entry } from '../backend.ts'
import type { BackendTest } from './backend.ts'
import { failure, within, type BackendCase, type WatchReader } from './backend-case.ts'

/** An event in words: `PUT a=new was old`. */
const told = (test: BackendCase, event: BackendEvent): string =>
  `${event.type} ${test.text(event)}${event.previous ? ` was ${event.previous.value.toString()}` : ''}`

/** One key's life, and in words what a watch from before it is to yield. */
async function life(test: BackendCase): Promise<{ entries: Entry[]; words: string[] }> {
  const created = await test.put('a', 'one')
  const other = await test.put('b', 'other')
  const updated = await test.put('a', 'two', created)
  const deleted = await test.remove(updated)
  const again = await test.put('a', 'three')
  const words = ['PUT a=one', 'PUT b=other', 'PUT a=two was one', 'DELETE a= was two', 'PUT a=three']
  return { entries: [created, other, updated, deleted, again], words }
}

async function expectEnd(watch: WatchReader): Promise<void> {
  for (;;) if (!(await within(watch.batch(), 'the end of the watch'))) return
}

/** `writes` writes by several workers at once. */
async function traffic(test: BackendCase, writes: number): Promise<void> {
  let left = writes
  const work = async (worker: number): Promise<void> => {
    let at: Entry | undefined
    while (left-- > 0) {
      const removed: boolean = at !== undefined && left % 5 === 0
      const entry: Entry = at && removed ? await test.remove(at) : await test.put(String(worker), String(left), at)
      at = removed ? undefined : entry
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, worker) => work(worker)))
}

export const watchCases: readonly BackendTest[] = [
  {
    name: 'yields what happens, with the value before it',
    async run(test) {
      const watch = test.watch(await test.backend.currentRevision())
      watch.begin()
      const { entries, words } = await life(test)
      const events = await watch.events(5)
      assert.deepEqual(
        events.map((event) => told(test, event)),
        words,
      )
      assert.deepEqual(
        events.map(({ revision }) => revision),
        entries.map(({ modRevision }) => modRevision),
      )
      assert.equal(events[2]?.previous?.modRevision, entries[0]?.modRevision)
      assert.equal(events[3]?.previous?.modRevision, entries[2]?.modRevision)
      assert.equal(events[3]?.value, undefined)
    },
  },
  {
    name: 'yields what has happened after any revision',
    async run(test) {
      const before = await test.backend.currentRevision()
      const { entries, words } = await life(test)
      for (const [n, after] of [before, ...entries.map(({ modRevision }) => modRevision)].slice(0, -1).entries()) {
        const events = await test.watch(after).events(5 - n)
        assert.deepEqual(
          events.map((event) => told(test, event)),
          words.slice(n),
        )
      }
    },
  },
  {
    name: 'yields what is in its range only',
    async run(test) {
      const after = await test.backend.currentRevision()
      const { signal } = new AbortController()
      const watch = test.backend.watch(test.key('b'), test.key('d'), { after, signal })[Symbol.asyncIterator]()
      for (const name of ['a', 'b', 'bb', 'd', 'c', 'e']) await test.put(name, name)
      const seen: string[] = []
      while (seen.length < 3) {
        const batch = await within(watch.next(), 'three events')
        assert.ok(!batch.done)
        seen.push(...batch.value.events.map((event) => told(test, event)))
      }
      assert.deepEqual(seen, ['PUT b=b', 'PUT bb=bb', 'PUT c=c'])
      await watch.return?.()
    },
  },
  {
    name: 'yields to every watch, and again to one that resumes, each event once',
    async run(test) {
      const after = await test.backend.currentRevision()
      const watches = [test.watch(after), test.watch(after), test.watch(after)]
      for (const watch of watches) watch.begin()
      const resumed = async (): Promise<BackendEvent[]> => {
        const seen: BackendEvent[] = []
        while (seen.length < 200) {
          const watch = test.watch(seen.at(-1)?.revision ?? after)
          const batch = await within(watch.batch(), 'events after a resumption')
          watch.abort()
          seen.push(...(batch?.events ?? []))
        }
        return seen
      }
      const [, resuming, ...plain] = await Promise.all([
        traffic(test, 200),
        resumed(),
        ...watches.map((watch) => watch.events(200)),
      ])
      const late = await test.watch(after).events(200)
      for (const events of [resuming, ...plain]) assert.deepEqual(events, late)
      const values = new Map<string, BackendEvent>()
      for (const event of late) {
        const last = values.get(event.key)
        assert.equal(event.previous?.value.toString(), last?.value?.toString())
        assert.equal(event.previous?.modRevision, last?.value && last.revision)
        values.set(event.key, event)
      }
    },
  },
  {
    name: 'loses nothing for a reader that comes late',
    async run(test) {
      const after = await test.backend.currentRevision()
      const slow = test.watch(after)
      slow.begin()
      await traffic(test, 1500)
      const events = await slow.events(1500)
      assert.deepEqual(events, await test.watch(after).events(1500))
    },
  },
  {
    name: 'yields nothing before a revision that is still to come',
    async run(test) {
      const { modRevision } = await test.put('a', 'one')
      const watch = test.watch(modRevision + 2)
      watch.begin()
      const last: Entry[] = []
      while ((last.at(-1)?.modRevision ?? 0) <= modRevision + 2)
        last.push(await test.put(`b${String(last.length)}`, ''))
      const [event] = await watch.events(1)
      assert.equal(event?.revision, last.at(-1)?.modRevision)
    },
  },
  {
    name: 'tells its revision when progress is requested, after all events up to it',
    needs: ['progress'],
    async run(test) {
      const watch = test.watch(await test.backend.currentRevision())
      watch.begin()
      await test.put('a', 'one')
      await watch.events(1)
      watch.begin()
      const current = await test.backend.currentRevision()
      // A watch may still be opening, or take the revision from a moment before
      const timer = setInterval(() => {
        test.backend.requestProgress()
      }, 100)
      try {
        for (;;) {
          const batch = await within(watch.batch(), 'progress')
          assert.ok(batch)
          assert.deepEqual(batch.events, [])
          if (batch.revision >= current) break
        }
      } finally {
        clearInterval(timer)
      }
      const next = await test.put('b', 'two')
      let batch = await within(watch.batch(), 'an event after progress')
      while (batch && !batch.events.length) batch = await within(watch.batch(), 'an event after progress')
      assert.equal(batch?.events[0]?.revision, next.modRevision)
    },
  },
  {
    name: 'ends without an error when its signal aborts',
    async run(test) {
      const watch = test.watch(await test.backend.currentRevision())
      watch.begin()
      await test.put('a', 'one')
      await watch.events(1)
      watch.begin()
      watch.abort()
      await expectEnd(watch)
      const aborted = test.watch(1)
      aborted.abort()
      assert.equal(await within(aborted.batch(), 'the end'), undefined)
    },
  },
  {
    name: 'ends without an error when the backend closes',
    async run(test) {
      const watch = test.watch(await test.backend.currentRevision())
      watch.begin()
      await test.put('a', 'one')
      await watch.events(1)
      watch.begin()
      await test.backend.close()
      await expectEnd(watch)
    },
  },
  {
    name: 'answers Compacted before the compacted revision, and yields all after it',
    async run(test) {
      const { entries, words } = await life(test)
      for (const n of [0, 2, 3]) {
        const at = entries[n]?.modRevision ?? 0
        await test.backend.compact(at)
        await failure(test.watch(at - 1).batch(), 'Compacted')
        const events = await test.watch(at).events(4 - n)
        assert.deepEqual(
          events.map((event) => told(test, event)),
          words.slice(n + 1),
        )
      }
    },
  },
]
