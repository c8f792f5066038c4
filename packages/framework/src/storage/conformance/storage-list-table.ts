import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { StorageListOptions } from '../storage.ts'
import { named, notNamed, paths, statusFailure, tokenAt, where, type StorageCase } from './storage-case.ts'
import type { StorageTest } from './storage.ts'

/** The revisions of the seed: [0] before it, [n] of its n-th write, [9] of a write elsewhere. */
type Revisions = readonly number[]

/** Source: storage/testing seedMultiLevelData and RunTestList. */
async function seed(test: StorageCase): Promise<Revisions> {
  const revisions = [await test.elsewhere()]
  const names = ['first/bar', 'second/bar', 'second/foo', 'third/barfoo', 'third/foo', 'second/baz']
  for (const path of names) revisions.push((await test.create(path)).revision)
  revisions.push((await test.update('first/bar', { nodeName: 'fakeNode' })).revision)
  revisions.push((await test.delete('second/baz')).revision)
  revisions.push(await test.elsewhere())
  await test.compact(revisions[1] ?? 0)
  return revisions
}

const latest = ['first/bar', 'second/bar', 'second/foo', 'third/barfoo', 'third/foo']

/** What stands after the n-th write. */
function stateAt(n: number): string[] {
  const names = ['first/bar', 'second/bar', 'second/foo', 'third/barfoo', 'third/foo', 'second/baz']
  return names.filter((name, at) => at < n && (n < 8 || name !== 'second/baz')).sort()
}

/** A list as one value: its objects, the revision it shows, where it goes on (a path, a revision) and how much is left. */
async function shown(test: StorageCase, path: string, options: Partial<StorageListOptions>): Promise<unknown> {
  const list = await test.list(path, options)
  return {
    items: paths(list.items),
    at: Number(list.resourceVersion),
    next: list.continue,
    left: list.remainingItemCount,
  }
}

const page = (items: readonly string[], at: number | undefined, left?: number, filtered = false): unknown => {
  const last = items.at(-1) ?? ''
  const goesOn = left !== undefined
  return { items, at, next: goesOn ? tokenAt(`${last}\0`, at ?? 0) : '', left: filtered ? undefined : left }
}

export const listTableCases: readonly StorageTest[] = [
  {
    name: 'lists the latest state by prefix and predicate',
    async run(test) {
      const at = (await seed(test))[9]
      assert.deepEqual(await shown(test, '', {}), page(latest, at))
      assert.deepEqual(await shown(test, 'first', {}), page(['first/bar'], at))
      assert.deepEqual(await shown(test, 'missing', {}), page([], at))
      assert.deepEqual(await shown(test, 'second', { predicate: notNamed('bar') }), page(['second/foo'], at))
      assert.deepEqual(await shown(test, '', { predicate: named('baz') }), page([], at))
      const onNode = where((pod) => pod.spec.nodeName === 'fakeNode')
      assert.deepEqual(await shown(test, '', { predicate: onNode }), page(['first/bar'], at))
      assert.deepEqual(await shown(test, 'first', { predicate: onNode, limit: 1 }), page(['first/bar'], at))
    },
  },
  {
    name: 'lists any state at "0", and one not older than asked for',
    async run(test) {
      const revisions = await seed(test)
      const any = await test.list('', { resourceVersion: '0' })
      assert.ok(Number(any.resourceVersion) >= (revisions[0] ?? 0))
      const notOlder = { resourceVersion: String(revisions[8]), resourceVersionMatch: 'NotOlderThan' } as const
      const list = await test.list('', notOlder)
      assert.deepEqual(paths(list.items), latest)
      assert.ok(Number(list.resourceVersion) >= (revisions[8] ?? 0))
      const limited = await test.list('second', { ...notOlder, limit: 1 })
      assert.deepEqual(paths(limited.items), ['second/bar'])
      assert.equal(limited.remainingItemCount, 1)
      const rest = await test.list('second', { continue: limited.continue })
      assert.deepEqual(paths(rest.items), ['second/foo'])
      assert.equal(rest.resourceVersion, limited.resourceVersion)
      const old = await test.list('', { resourceVersion: String(revisions[0]), resourceVersionMatch: 'NotOlderThan' })
      assert.ok(Number(old.resourceVersion) >= (revisions[0] ?? 0))
    },
  },
  {
    name: 'lists every state that was at its exact resourceVersion, and says 410 before the compaction',
    needs: ['snapshotReads'],
    async run(test) {
      const revisions = await seed(test)
      for (let n = 1; n <= 9; n++) {
        const exact = { resourceVersion: String(revisions[n]), resourceVersionMatch: 'Exact' } as const
        const state = stateAt(n)
        assert.deepEqual(await shown(test, '', exact), page(state, revisions[n]))
        for (const namespace of ['first', 'second', 'third'])
          assert.deepEqual(
            await shown(test, namespace, exact),
            page(
              state.filter((path) => path.startsWith(`${namespace}/`)),
              revisions[n],
            ),
          )
        const first = (await test.list('first', exact)).items[0]
        assert.equal(first?.revision, revisions[n < 7 ? 1 : 7])
      }
      const gone = { resourceVersion: String(revisions[0]), resourceVersionMatch: 'Exact' } as const
      await statusFailure(test.list('', gone), 410, /^The resourceVersion for the provided list is too old\.$/)
    },
  },
  {
    name: 'pages through exact states',
    needs: ['snapshotReads'],
    async run(test) {
      const revisions = await seed(test)
      for (let n = 2; n <= 9; n++)
        for (const limit of [1, 2, 4, 8]) {
          const state = stateAt(n)
          const left = state.length > limit ? state.length - limit : undefined
          const options = { resourceVersion: String(revisions[n]), limit }
          const due = page(state.slice(0, limit), revisions[n], left)
          assert.deepEqual(await shown(test, '', { ...options, resourceVersionMatch: 'Exact' }), due)
          assert.deepEqual(await shown(test, '', options), due, 'a limit without a match means Exact')
        }
    },
  },
  {
    name: 'goes on at the revision of a continue token',
    needs: ['snapshotReads'],
    async run(test) {
      const revisions = await seed(test)
      for (const n of [1, 2, 3, 5, 6, 7, 9]) {
        const token = tokenAt('first/bar\0', revisions[n] ?? 0)
        const state = stateAt(n).filter((path) => path > 'first/bar')
        assert.deepEqual(await shown(test, '', { continue: token }), page(state, revisions[n]))
        const left = state.length > 1 ? state.length - 1 : undefined
        const due = page(state.slice(0, 1), revisions[n], left)
        assert.deepEqual(await shown(test, '', { continue: token, limit: 1 }), due)
        // A cache has all at hand, and lets "0" have it
        const zero = await shown(test, '', { continue: token, limit: 1, resourceVersion: '0' })
        const whole = page(state, revisions[n])
        assert.deepEqual(zero, isDeepStrictEqual(zero, whole) ? whole : due)
      }
      const gone = test.list('', { continue: tokenAt('first/bar\0', revisions[0] ?? 0) })
      const { status } = await statusFailure(gone, 410, /^The provided continue parameter is too old to display/)
      assert.equal(status.metadata.continue, tokenAt('first/bar\0', -1))
    },
  },
  {
    name: 'goes on with the latest state at a token of revision -1',
    async run(test) {
      const at = (await seed(test))[9]
      const token = tokenAt('first/bar\0', -1)
      assert.deepEqual(await shown(test, '', { continue: token }), page(latest.slice(1), at))
      assert.deepEqual(await shown(test, '', { continue: token, limit: 2 }), page(latest.slice(1, 3), at, 2))
    },
  },
  {
    name: 'says that a filtered list goes on when keys remain, whatever they are',
    async run(test) {
      const at = (await seed(test))[9]
      const list = (name: string, limit: number, token?: string): Promise<unknown> =>
        shown(test, '', { predicate: named(name), limit, continue: token })
      assert.deepEqual(await list('barfoo', 1), page(['third/barfoo'], at, 0, true))
      assert.deepEqual(await list('barfoo', 2), page(['third/barfoo'], at))
      assert.deepEqual(await list('bar', 2), page(['first/bar', 'second/bar'], at, 0, true))
      assert.deepEqual(await list('foo', 2), page(['second/foo', 'third/foo'], at))
      assert.deepEqual(await list('foo', 5), page(['second/foo', 'third/foo'], at))
      const behind = tokenAt('third/barfoo\0', -1)
      for (const limit of [1, 2]) assert.deepEqual(await list('foo', limit, behind), page(['third/foo'], at))
    },
  },
]
