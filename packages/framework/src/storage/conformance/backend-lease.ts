import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { BackendTest } from './backend.ts'
import { within } from './backend-case.ts'

export const leaseCases: readonly BackendTest[] = [
  {
    name: 'deletes a key after its time, with an event as for any deletion',
    needs: ['leases'],
    async run(test) {
      const started = performance.now()
      const entry = await test.put('a', 'one', undefined, 1)
      await test.put('b', 'two')
      const watch = test.watch(entry.modRevision)
      const [, event] = await watch.events(2)
      assert.ok(performance.now() - started >= 950, 'not before its time')
      assert.equal(event?.type, 'DELETE')
      assert.equal(event.key, entry.key)
      assert.deepEqual(event.previous, { value: entry.value, modRevision: entry.modRevision })
      assert.deepEqual(await test.content(), ['b=two'])
      assert.ok((await test.backend.currentRevision()) >= event.revision)
    },
  },
  {
    name: 'lets the last write decide whether, and when, a key vanishes',
    needs: ['leases'],
    async run(test) {
      const stays = await test.put('stays', 'one', undefined, 1)
      await test.put('stays', 'two', stays)
      const goes = await test.put('goes', 'one')
      const watch = test.watch((await test.put('goes', 'two', goes, 1)).modRevision)
      const deleted = await test.remove(await test.put('again', 'one', undefined, 1))
      await test.put('again', 'two')
      const events = await watch.events(4)
      assert.deepEqual(
        events.map(({ type, key }) => [type, key]),
        [
          ['PUT', test.key('again')],
          ['DELETE', test.key('again')],
          ['PUT', test.key('again')],
          ['DELETE', test.key('goes')],
        ],
      )
      assert.ok((events[3]?.revision ?? 0) > deleted.modRevision)
      await setTimeout(1500)
      assert.deepEqual(await test.content(), ['again=two', 'stays=two'])
    },
  },
  {
    name: 'lets keys vanish that have the same time, each with its event',
    needs: ['leases'],
    async run(test) {
      const after = await test.backend.currentRevision()
      await Promise.all(Array.from({ length: 50 }, (_, n) => test.put(String(n), '', undefined, 1)))
      const seen = new Set<string>()
      const watch = test.watch(after)
      while (seen.size < 50) {
        const batch = await within(watch.batch(), 'every deletion')
        assert.ok(batch)
        for (const { type, key } of batch.events) if (type === 'DELETE') seen.add(key)
      }
      assert.deepEqual(await test.content(), [])
    },
  },
]
