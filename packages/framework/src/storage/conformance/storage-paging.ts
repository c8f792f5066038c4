import assert from 'node:assert/strict'
import { named, notNamed, paths, statusFailure, type StorageCase } from './storage-case.ts'
import type { StorageTest } from './storage.ts'

const three = async (test: StorageCase): Promise<number> => {
  await test.create('first/bar')
  await test.create('second/bar')
  return (await test.create('second/foo')).revision
}

/** All pages of a list; what `between` does happens after the first. */
async function pages(test: StorageCase, limit: number, between?: () => Promise<unknown>): Promise<string[][]> {
  const all: string[][] = []
  let token = ''
  let resourceVersion: string | undefined
  do {
    const list = await test.list('', { limit, continue: token })
    all.push(paths(list.items))
    assert.equal(list.resourceVersion, (resourceVersion ??= list.resourceVersion))
    if (all.length === 1) await between?.()
    token = list.continue
  } while (token !== '')
  return all
}

export const pagingCases: readonly StorageTest[] = [
  {
    name: 'shows one state on all pages',
    needs: ['snapshotReads'],
    async run(test) {
      await three(test)
      const change = async (): Promise<void> => {
        await test.create('second/cat')
        await test.update('second/bar', { nodeName: 'n1' })
        await test.delete('second/foo')
      }
      assert.deepEqual(await pages(test, 1, change), [['first/bar'], ['second/bar'], ['second/foo']])
      assert.deepEqual(await pages(test, 2), [['first/bar', 'second/bar'], ['second/cat']])
    },
  },
  {
    name: 'pages with tokens, with and without a limit',
    async run(test) {
      const revision = await three(test)
      const first = await test.list('', { limit: 1 })
      assert.equal(Number(first.resourceVersion), revision)
      assert.equal(first.remainingItemCount, 2)
      const rest = await test.list('', { continue: first.continue })
      assert.deepEqual(paths(rest.items), ['second/bar', 'second/foo'])
      assert.equal(rest.continue, '')
      assert.equal(rest.resourceVersion, first.resourceVersion)
      assert.deepEqual(await pages(test, 1), [['first/bar'], ['second/bar'], ['second/foo']])
      assert.deepEqual(await pages(test, 3), [['first/bar', 'second/bar', 'second/foo']])
      const namespaced = await test.list('second', { limit: 1 })
      const decoded = JSON.parse(Buffer.from(namespaced.continue, 'base64url').toString()) as { start: string }
      assert.equal(decoded.start, 'bar\0', 'a token is relative to its list')
    },
  },
  {
    name: 'finds a rare object in one page',
    async run(test) {
      const names = Array.from({ length: 300 }, (_, n) => `ns/pod-${String(n).padStart(3, '0')}`)
      await Promise.all(names.map((path) => test.create(path)))
      const list = await test.list('', { limit: 1, predicate: named('pod-299') })
      assert.deepEqual(paths(list.items), ['ns/pod-299'])
      assert.equal(list.continue, '')
      const none = await test.list('', { limit: 1, predicate: named('none') })
      assert.deepEqual([none.items, none.continue], [[], ''])
    },
  },
  {
    name: 'goes on behind the last key examined, filtered or not',
    async run(test) {
      for (const path of ['1/foo', '2/bar', '3/foo', '4/foo']) await test.create(path)
      const first = await test.list('', { limit: 2, predicate: notNamed('bar') })
      assert.deepEqual(paths(first.items), ['1/foo', '3/foo'])
      assert.notEqual(first.continue, '')
      assert.equal(first.remainingItemCount, undefined)
      const rest = await test.list('', { limit: 2, predicate: notNamed('bar'), continue: first.continue })
      assert.deepEqual([paths(rest.items), rest.continue], [['4/foo'], ''])
    },
  },
  {
    name: 'gives a token for the inconsistent rest when the state of the pages was compacted',
    needs: ['snapshotReads'],
    async run(test) {
      await three(test)
      const first = await test.list('', { limit: 1 })
      await test.update('second/bar', { nodeName: 'n1' })
      await test.elsewhere()
      const compacted = await test.current()
      await test.compact(compacted)
      const late = test.list('', { limit: 1, continue: first.continue })
      const { status, reason } = await statusFailure(
        late,
        410,
        /^The provided continue parameter is too old to display/,
      )
      assert.equal(reason, 'Expired')
      const second = await test.list('', { limit: 1, continue: status.metadata.continue })
      assert.deepEqual(paths(second.items), ['second/bar'])
      assert.ok(Number(second.resourceVersion) >= compacted)
      const third = await test.list('', { limit: 1, continue: second.continue })
      assert.deepEqual(paths(third.items), ['second/foo'])
      assert.equal(third.resourceVersion, second.resourceVersion)
    },
  },
  {
    name: 'shows the same at the exact resourceVersion that a list had, whatever is written meanwhile',
    needs: ['snapshotReads'],
    async run(test) {
      await three(test)
      const writing = (async () => {
        for (let n = 0; n < 40; n++) await test.create(`zone/${String(n)}`)
      })()
      for (let round = 0; round < 5; round++) {
        const list = await test.list('', { predicate: notNamed('bar'), limit: 4 })
        const { resourceVersion } = list
        for (const resourceVersionMatch of ['Exact', 'NotOlderThan'] as const) {
          const again = await test.list('', {
            predicate: notNamed('bar'),
            limit: 4,
            resourceVersion,
            resourceVersionMatch,
          })
          if (resourceVersionMatch === 'Exact') assert.deepEqual(paths(again.items), paths(list.items))
          else assert.ok(Number(again.resourceVersion) >= Number(resourceVersion))
        }
      }
      await writing
    },
  },
  {
    name: 'reads the past until it is compacted',
    needs: ['snapshotReads'],
    async run(test) {
      const old = { resourceVersion: String(await three(test)), resourceVersionMatch: 'Exact' } as const
      assert.ok(test.backend.compactRevision() < Number(old.resourceVersion))
      assert.equal((await test.list('', old)).items.length, 3)
      const now = await test.elsewhere()
      await test.compact(now)
      assert.ok(test.backend.compactRevision() >= now)
      await statusFailure(test.list('', old), 410, /^The resourceVersion for the provided list is too old\.$/)
      assert.equal((await test.list('')).items.length, 3)
      const exact = { resourceVersion: String(now), resourceVersionMatch: 'Exact' } as const
      assert.equal((await test.list('', exact)).items.length, 3)
    },
  },
]
