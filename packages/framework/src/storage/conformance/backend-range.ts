import assert from 'node:assert/strict'
import type { BackendTest } from './backend.ts'

export const rangeCases: readonly BackendTest[] = [
  {
    name: 'reads keys in the order of their bytes',
    async run(test) {
      const names = ['b', 'a', 'ab', 'a/', 'a-', 'B', 'a/b', '\u{1f600}', '\uffee', 'ä', 'z', '10', '9']
      for (const name of names) await test.put(name, '')
      assert.deepEqual(
        (await test.content()).map((text) => text.slice(0, -1)),
        names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      )
    },
  },
  {
    name: 'includes the start and not the end',
    async run(test) {
      for (const name of ['a', 'b', 'c', 'd']) await test.put(name, name)
      const names = async (start: string, end: string): Promise<string> => {
        const { entries, count, more } = await test.backend.range(test.key(start), test.key(end))
        assert.equal(count, entries.length)
        assert.equal(more, false)
        return entries.map(({ value }) => value.toString()).join('')
      }
      assert.equal(await names('b', 'd'), 'bc')
      assert.equal(await names('aa', 'cc'), 'bc')
      assert.equal(await names('a', 'z'), 'abcd')
      assert.equal(await names('b\0', 'd\0'), 'cd')
      assert.equal(await names('b', 'b\0'), 'b')
      assert.equal(await names('b', 'b'), '')
      assert.equal(await names('d', 'a'), '')
      assert.equal(await names('x', 'y'), '')
    },
  },
  {
    name: 'sees no neighbour of a prefix',
    async run(test) {
      for (const name of ['pods/a/1', 'pods/ab/1', 'pods/a', 'pods/a0', 'pod']) await test.put(name, '')
      const { entries } = await test.backend.range(test.key('pods/a/'), test.key('pods/a0'))
      assert.deepEqual(
        entries.map(({ key }) => key),
        [test.key('pods/a/1')],
      )
    },
  },
  {
    name: 'stops at the limit, and tells whether there is more and how many there are',
    async run(test) {
      for (let n = 0; n < 10; n++) await test.put(String(n), '')
      for (const [limit, length, more] of [
        [1, 1, true],
        [9, 9, true],
        [10, 10, false],
        [11, 10, false],
        [0, 10, false],
      ] as const) {
        const range = await test.backend.range(test.prefix, test.end, { limit })
        assert.equal(range.entries.length, length, `limit ${String(limit)}`)
        assert.equal(range.more, more, `limit ${String(limit)}`)
        assert.equal(range.count, 10, `limit ${String(limit)}`)
      }
      const rest = await test.backend.range(test.key('4'), test.end, { limit: 2 })
      assert.equal(rest.count, 6)
    },
  },
  {
    name: 'tells the revision of the store, also where there is nothing',
    async run(test) {
      const entry = await test.put('a', 'one')
      const { revision } = await test.backend.range(test.prefix, test.end)
      assert.ok(revision >= entry.modRevision)
      const deleted = await test.remove(entry)
      const empty = await test.backend.range(test.prefix, test.end)
      assert.deepEqual(empty.entries, [])
      assert.equal(empty.count, 0)
      assert.ok(empty.revision >= deleted.modRevision)
      assert.ok((await test.backend.currentRevision()) >= empty.revision)
    },
  },
  {
    name: 'contains every write that was acknowledged before it began',
    async run(test) {
      let due = 0
      const writer = async (worker: number): Promise<void> => {
        for (let n = 0; n < 25; n++) {
          await test.put(`${String(worker)}-${String(n)}`, '')
          due++
        }
      }
      const reader = async (): Promise<void> => {
        while (due < 100) {
          const before = due
          const { entries, revision } = await test.backend.range(test.prefix, test.end)
          assert.ok(entries.length >= before)
          for (const { modRevision } of entries) assert.ok(modRevision <= revision)
          await new Promise(setImmediate)
        }
      }
      await Promise.all([...[0, 1, 2, 3].map(writer), reader()])
    },
  },
]
