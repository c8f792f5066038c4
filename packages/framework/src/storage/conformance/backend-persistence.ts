import assert from 'node:assert/strict'
import type { BackendTest } from './backend.ts'
import { failure } from './backend-case.ts'

export const persistenceCases: readonly BackendTest[] = [
  {
    name: 'may be closed twice, and answers Closed afterwards',
    async run(test) {
      await test.put('a', 'one')
      await Promise.all([test.backend.close(), test.backend.close()])
      await failure(test.backend.get(test.key('a')), 'Closed')
      await failure(test.backend.range(test.prefix, test.end), 'Closed')
      await failure(test.put('b', 'two'), 'Closed')
    },
  },
  {
    name: 'decides every write that was waiting when it closes',
    needs: ['persistence'],
    async run(test) {
      const writes = Array.from({ length: 50 }, (_, n) => test.put(String(n), ''))
      const outcomes = Promise.allSettled(writes)
      await test.restart()
      const present = new Set(await test.content())
      const acknowledged = (await outcomes).flatMap(({ status }, n) =>
        status === 'fulfilled' ? [`${String(n)}=`] : [],
      )
      for (const text of acknowledged) assert.ok(present.has(text))
    },
  },
  {
    name: 'finds its entries and its revision again, and goes on from there',
    needs: ['persistence'],
    async run(test) {
      const a = await test.put('a', 'one')
      const b = await test.put('a', 'two', a)
      const deleted = await test.remove(await test.put('b', 'gone'))
      await test.restart()
      assert.ok((await test.backend.currentRevision()) >= deleted.modRevision)
      assert.deepEqual(await test.backend.get(test.key('a')), b)
      assert.deepEqual(await test.content(), ['a=two'])
      const next = await test.put('b', 'new')
      assert.ok(next.modRevision > deleted.modRevision, 'no revision is used again')
      await failure(test.put('a', 'three', a), 'Conflict')
      await test.put('a', 'three', b)
    },
  },
  {
    name: 'resumes watches from before',
    needs: ['persistence'],
    async run(test) {
      const first = await test.put('a', 'one')
      await test.remove(await test.put('a', 'two', first))
      await test.restart()
      await test.put('b', 'three')
      const events = await test.watch(first.modRevision).events(3)
      assert.deepEqual(
        events.map((event) => [event.type, test.text(event), event.previous?.value.toString()]),
        [
          ['PUT', 'a=two', 'one'],
          ['DELETE', 'a=', 'two'],
          ['PUT', 'b=three', undefined],
        ],
      )
    },
  },
  {
    name: 'reads the past from before, and remembers what was compacted',
    needs: ['persistence', 'snapshotReads'],
    async run(test) {
      const a = await test.put('a', 'one')
      const b = await test.put('a', 'two', a)
      await test.put('a', 'three', b)
      await test.backend.compact(b.modRevision)
      await test.restart()
      assert.equal(test.backend.compactRevision(), b.modRevision)
      await failure(test.backend.get(test.key('a'), a.modRevision), 'Compacted')
      assert.deepEqual(await test.content(b.modRevision), ['a=two'])
    },
  },
  {
    name: 'deletes after a restart what was to vanish',
    needs: ['persistence', 'leases'],
    async run(test) {
      const entry = await test.put('a', 'one', undefined, 2)
      await test.restart()
      const [event] = await test.watch(entry.modRevision).events(1)
      assert.equal(event?.type, 'DELETE')
      assert.deepEqual(event.previous, { value: entry.value, modRevision: entry.modRevision })
    },
  },
]
