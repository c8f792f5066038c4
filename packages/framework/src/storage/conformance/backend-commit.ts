import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Entry } from '../backend.ts'
import { StorageError } from '../storage-error.ts'
import type { BackendTest } from './backend.ts'
import { failure } from './backend-case.ts'

export const commitCases: readonly BackendTest[] = [
  {
    name: 'creates a key, which get then finds',
    async run(test) {
      const before = await test.backend.currentRevision()
      assert.ok(before >= 1, 'revisions begin with 1')
      const entry = await test.put('a', 'one')
      assert.equal(entry.key, test.key('a'))
      assert.equal(entry.value.toString(), 'one')
      assert.ok(entry.modRevision > before)
      assert.equal(entry.createRevision, entry.modRevision)
      assert.ok((await test.backend.currentRevision()) >= entry.modRevision)
      assert.deepEqual(await test.backend.get(test.key('a')), entry)
      assert.equal(await test.backend.get(test.key('b')), undefined)
    },
  },
  {
    name: 'answers Conflict with the present entry when the key to create exists, and changes nothing',
    async run(test) {
      const entry = await test.put('a', 'one')
      const { current, key } = await failure(test.put('a', 'two'), 'Conflict')
      assert.deepEqual(current, entry)
      assert.equal(key, test.key('a'))
      assert.deepEqual(await test.backend.get(test.key('a')), entry)
      const next = await test.put('b', 'three')
      const watch = test.watch(entry.modRevision)
      const [event] = await watch.events(1)
      assert.equal(event?.revision, next.modRevision)
    },
  },
  {
    name: 'updates at the expected revision and keeps createRevision',
    async run(test) {
      const first = await test.put('a', 'one')
      const second = await test.put('a', 'two', first)
      assert.equal(second.value.toString(), 'two')
      assert.equal(second.createRevision, first.createRevision)
      assert.ok(second.modRevision > first.modRevision)
      assert.deepEqual(await test.backend.get(test.key('a')), second)
      const same = await test.put('a', 'two', second)
      assert.ok(same.modRevision > second.modRevision, 'a write of the same value is a write')
    },
  },
  {
    name: 'answers Conflict with the present entry when the expected revision is not the last',
    async run(test) {
      const first = await test.put('a', 'one')
      const second = await test.put('a', 'two', first)
      assert.deepEqual((await failure(test.put('a', 'three', first), 'Conflict')).current, second)
      assert.deepEqual((await failure(test.remove(first), 'Conflict')).current, second)
      assert.deepEqual(await test.backend.get(test.key('a')), second)
    },
  },
  {
    name: 'answers Conflict without an entry when the key does not exist',
    async run(test) {
      const entry = await test.put('a', 'one')
      await test.remove(entry)
      assert.equal((await failure(test.put('a', 'two', entry), 'Conflict')).current, undefined)
      assert.equal((await failure(test.remove(entry), 'Conflict')).current, undefined)
      assert.equal(await test.backend.get(test.key('a')), undefined)
    },
  },
  {
    name: 'deletes, and answers the deleted value at the revision of the deletion',
    async run(test) {
      const entry = await test.put('a', 'one')
      const deleted = await test.remove(entry)
      assert.equal(deleted.value.toString(), 'one')
      assert.equal(deleted.key, test.key('a'))
      assert.ok(deleted.modRevision > entry.modRevision)
      assert.ok((await test.backend.currentRevision()) >= deleted.modRevision)
      assert.equal(await test.backend.get(test.key('a')), undefined)
      const again = await test.put('a', 'one')
      assert.ok(again.modRevision > deleted.modRevision)
      assert.equal(again.createRevision, again.modRevision)
      await failure(test.put('a', 'two', entry), 'Conflict')
    },
  },
  {
    name: 'lets one of many concurrent creates win',
    async run(test) {
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => test.put('a', String(n))))
      const won = outcomes.flatMap((outcome, n) => (outcome.status === 'fulfilled' ? [String(n)] : []))
      assert.equal(won.length, 1)
      assert.equal((await test.backend.get(test.key('a')))?.value.toString(), won[0])
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') {
          assert.ok(outcome.reason instanceof StorageError)
          assert.equal(outcome.reason.code, 'Conflict')
          assert.equal(outcome.reason.current?.value.toString(), won[0])
        }
    },
  },
  {
    name: 'loses no update of concurrent writers',
    async run(test) {
      let entry = await test.put('counter', '0')
      const add = async (): Promise<void> => {
        let seen: Entry = entry
        for (;;)
          try {
            await test.put('counter', String(Number(seen.value) + 1), seen)
            return
          } catch (error) {
            if (!(error instanceof StorageError) || !error.current) throw error
            seen = error.current
          }
      }
      for (let round = 0; round < 5; round++) {
        await Promise.all(Array.from({ length: 8 }, add))
        entry = (await test.backend.get(test.key('counter'))) ?? entry
      }
      assert.equal(entry.value.toString(), '40')
    },
  },
  {
    name: 'gives every write a revision of its own, growing from one acknowledged write to the next',
    async run(test) {
      const seen = new Set<number>()
      let last = 0
      for (let round = 0; round < 5; round++) {
        const names = Array.from({ length: 30 }, (_, n) => `${String(round)}-${String(n)}`)
        const entries = await Promise.all(names.map((name) => test.put(name, name)))
        for (const { modRevision } of entries) {
          assert.ok(modRevision > last && !seen.has(modRevision))
          seen.add(modRevision)
        }
        last = Math.max(...seen)
        assert.ok((await test.backend.currentRevision()) >= last)
      }
      assert.equal((await test.content()).length, 150)
    },
  },
  {
    name: 'keeps values byte by byte, from none to 1 MiB',
    async run(test) {
      const values = [Buffer.alloc(0), Buffer.from(Array.from({ length: 256 }, (_, n) => n)), randomBytes(1024 * 1024)]
      for (const [n, value] of values.entries()) {
        const key = test.key(String(n))
        const written = await test.backend.commit({ key, value, expectedModRevision: 0 })
        assert.ok(written.value.equals(value))
        assert.ok((await test.backend.get(key))?.value.equals(value))
      }
      const { entries } = await test.backend.range(test.prefix, test.end)
      entries.forEach(({ value }, n) => assert.ok(values[n]?.equals(value)))
    },
  },
  {
    name: 'keeps keys of Unicode and of 900 bytes',
    async run(test) {
      for (const name of ['ä', '\u{1f600}', '\uffee', '__proto__', 'a b%2f', 'x'.repeat(800)]) {
        const entry = await test.put(name, name)
        assert.equal(entry.key, test.key(name))
        assert.deepEqual(await test.backend.get(test.key(name)), entry)
      }
      assert.equal((await test.content()).length, 6)
    },
  },
]
