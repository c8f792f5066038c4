import assert from 'node:assert/strict'
import type { Entry } from '../backend.ts'
import type { BackendTest } from './backend.ts'
import { failure, type BackendCase } from './backend-case.ts'

/** Random writes, and what stood there after each of them. */
async function history(test: BackendCase, writes: number): Promise<Map<number, string[]>> {
  const present = new Map<string, Entry>()
  const states = new Map<number, string[]>()
  let seed = 7
  const random = (below: number): number => (seed = (seed * 48271) % 0x7fffffff) % below
  for (let n = 0; n < writes; n++) {
    // Some keys are beginnings of others
    const name = ['a', 'a/b', 'a/c', 'ab', 'b', 'b-1', 'c'][random(7)] ?? ''
    const at = present.get(name)
    const entry = at && random(3) === 0 ? await test.remove(at) : await test.put(name, String(n), at)
    if (at && entry.value.equals(at.value)) present.delete(name)
    else present.set(name, entry)
    const state = [...present].map(([key, { value }]) => `${key}=${value.toString()}`)
    states.set(entry.modRevision, state.sort(byName))
  }
  return states
}

const byName = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a.split('=')[0] ?? ''), Buffer.from(b.split('=')[0] ?? ''))

export const snapshotCases: readonly BackendTest[] = [
  {
    name: 'reads every state that ever was',
    needs: ['snapshotReads'],
    async run(test) {
      const states = await history(test, 80)
      for (const [revision, state] of states) {
        assert.deepEqual(await test.content(revision), state, `at ${String(revision)}`)
        const range = await test.backend.range(test.prefix, test.end, { revision })
        assert.equal(range.revision, revision)
        assert.equal(range.count, state.length)
        for (const entry of range.entries)
          assert.deepEqual(await test.backend.get(entry.key, revision), entry, `at ${String(revision)}`)
        for (const name of ['a', 'a/b', 'a/c', 'ab', 'b', 'b-1', 'c']) {
          const found = await test.backend.get(test.key(name), revision)
          assert.equal(
            found && test.text(found),
            state.find((text) => text.startsWith(`${name}=`)),
          )
        }
      }
    },
  },
  {
    name: 'reads page by page what one read gives, at every revision and limit',
    needs: ['snapshotReads'],
    async run(test) {
      const states = await history(test, 40)
      for (const [revision, state] of states)
        for (const limit of [1, 2, 3, 7]) {
          const seen: string[] = []
          let start = test.prefix
          for (let more = true; more;) {
            const page = await test.backend.range(start, test.end, { revision, limit })
            seen.push(...page.entries.map((entry) => test.text(entry)))
            assert.equal(page.count, state.length - seen.length + page.entries.length)
            more = page.more
            assert.equal(more, seen.length < state.length)
            start = `${page.entries.at(-1)?.key ?? ''}\0`
          }
          assert.deepEqual(seen, state, `at ${String(revision)}, limit ${String(limit)}`)
        }
    },
  },
  {
    name: 'lets pages at one revision not see what is written between them',
    needs: ['snapshotReads'],
    async run(test) {
      const entries = new Map<string, Entry>()
      for (let n = 10; n < 30; n++) entries.set(String(n), await test.put(String(n), 'old'))
      const first = await test.backend.range(test.prefix, test.end, { limit: 5 })
      let start = `${first.entries.at(-1)?.key ?? ''}\0`
      const seen = [...first.entries]
      for (let n = 10; n < 30; n += 5) {
        const [a, b] = [entries.get(String(n + 1)), entries.get(String(n + 4))]
        assert.ok(a && b)
        await test.put(String(n + 1), 'new', a)
        await test.remove(b)
        await test.put(`${String(n)}-more`, 'new')
        const page = await test.backend.range(start, test.end, { limit: 5, revision: first.revision })
        assert.equal(page.count, 20 - seen.length)
        assert.equal(page.revision, first.revision)
        seen.push(...page.entries)
        start = `${page.entries.at(-1)?.key ?? ''}\0`
      }
      assert.deepEqual(seen, [...entries.values()])
    },
  },
  {
    name: 'answers FutureRevision beyond the current revision',
    needs: ['snapshotReads'],
    async run(test) {
      await test.put('a', 'one')
      const revision = (await test.backend.currentRevision()) + 1000
      const error = await failure(test.backend.range(test.prefix, test.end, { revision }), 'FutureRevision')
      assert.equal(error.revision, revision)
      await failure(test.backend.get(test.key('a'), revision), 'FutureRevision')
    },
  },
  {
    name: 'answers Compacted before the compacted revision, and reads at it',
    needs: ['snapshotReads'],
    async run(test) {
      const states = await history(test, 60)
      const revisions = [...states.keys()]
      const at = revisions[30] ?? 0
      await test.backend.compact(at)
      assert.equal(test.backend.compactRevision(), at)
      for (const [revision, state] of states)
        if (revision < at) {
          await failure(test.backend.range(test.prefix, test.end, { revision }), 'Compacted')
          await failure(test.backend.get(test.key('a'), revision), 'Compacted')
        } else assert.deepEqual(await test.content(revision), state, `at ${String(revision)}`)
      assert.deepEqual(await test.content(), states.get(revisions.at(-1) ?? 0))
    },
  },
  {
    name: 'does not go back to an older compaction, and refuses one in the future',
    async run(test) {
      await history(test, 10)
      const current = await test.backend.currentRevision()
      await test.backend.compact(current)
      await test.backend.compact(current - 3)
      assert.ok(test.backend.compactRevision() >= current)
      await failure(test.backend.compact((await test.backend.currentRevision()) + 1000), 'FutureRevision')
    },
  },
]
