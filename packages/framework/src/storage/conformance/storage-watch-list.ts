import assert from 'node:assert/strict'
import type { StorageWatchOptions } from '../storage.ts'
import { maxInt64, named, tooLarge, where, type StorageCase } from './storage-case.ts'
import type { StorageTest } from './storage.ts'
import type { StreamReader } from './stream-reader.ts'

/** Resource versions by what they mean. Source: storage/testing RunWatchSemantics. */
const versions: readonly ['unset' | 'zero' | 'one' | 'current', (current: number, before: number) => string][] = [
  ['unset', () => ''],
  ['zero', () => '0'],
  ['one', (_current, before) => String(before)],
  ['current', (current) => String(current)],
]

async function initialEnd(watch: StreamReader, atLeast: number): Promise<number> {
  const bookmark = await watch.bookmark()
  assert.ok(bookmark.initialEventsEnd, 'the bookmark ends the initial events')
  assert.ok(Number(bookmark.resourceVersion) >= atLeast)
  return Number(bookmark.resourceVersion)
}

const addThree = async (test: StorageCase): Promise<[before: number, last: number]> => {
  const before = await test.current()
  await test.create('ns/1')
  await test.create('ns/2')
  return [before, (await test.create('ns/3')).revision]
}

const three = ['ADDED ns/1', 'ADDED ns/2', 'ADDED ns/3']

const semantics = versions.flatMap(([version, resourceVersionOf]) =>
  [true, false].flatMap((allowWatchBookmarks) =>
    [true, false].map((sendInitialEvents): StorageTest => ({
      name: `resourceVersion ${version}, ${allowWatchBookmarks ? 'with' : 'without'} bookmarks, ${sendInitialEvents ? 'with' : 'without'} initial events`,
      async run(test) {
        const [before, last] = await addThree(test)
        const resourceVersion = resourceVersionOf(last, before)
        // "0" and a version of the past may show any state, so let it be known: a consistent read makes a cache as new as the store
        await test.list('')
        const watch = await test.watch('', { resourceVersion, allowWatchBookmarks, sendInitialEvents })
        if (sendInitialEvents) {
          assert.deepEqual(await watch.changes(3), three)
          if (allowWatchBookmarks) await initialEnd(watch, last)
        } else if (version === 'one') assert.deepEqual(await watch.changes(3), three)
        await watch.quiet(50)
        await test.create('ns/0')
        await test.create('ns/4')
        assert.deepEqual(await watch.changes(2), ['ADDED ns/0', 'ADDED ns/4'])
        await watch.quiet(50)
      },
    })),
  ),
)

const legacy = ['', '0'].map((resourceVersion): StorageTest => ({
  name: `resourceVersion "${resourceVersion}" and nothing said of initial events sends them, without a bookmark`,
  async run(test) {
    await addThree(test)
    await test.list('')
    const watch = await test.watch('', { resourceVersion, allowWatchBookmarks: true })
    assert.deepEqual(await watch.changes(3), three)
    await watch.quiet(50)
    await test.create('ns/4')
    assert.deepEqual(await watch.changes(1), ['ADDED ns/4'])
  },
}))

const initial = { allowWatchBookmarks: true, sendInitialEvents: true } satisfies Partial<StorageWatchOptions>

export const watchListCases: readonly StorageTest[] = [
  ...semantics,
  ...legacy,
  {
    name: 'sends initial events in the order of their keys, each with its own resourceVersion',
    async run(test) {
      const items = new Map<string, string>()
      for (const path of ['b/2', 'a/9', 'c/1', 'a-b/1']) items.set(path, (await test.create(path)).resourceVersion)
      const watch = await test.watch('', initial)
      for (const path of ['a-b/1', 'a/9', 'b/2', 'c/1']) {
        const { type, item } = await watch.change()
        assert.equal(type, 'ADDED')
        assert.equal(item.resourceVersion, items.get(path))
      }
      await initialEnd(watch, Number(items.get('a-b/1')))
    },
  },
  {
    name: 'ends an empty state with a bookmark too, once',
    async run(test) {
      const at = await test.current()
      const watch = await test.watch('', initial)
      const end = await initialEnd(watch, at)
      const created = await test.create('ns/foo')
      assert.ok(created.revision > end)
      assert.deepEqual(await watch.changes(1), ['ADDED ns/foo'])
      await watch.quiet()
    },
  },
  {
    name: 'ends the initial events at the revision of the whole store, not of the last that matches',
    async run(test) {
      for (let n = 1; n <= 5; n++) await test.create(`ns/${String(n)}`)
      const other = await test.create('other/1')
      const watch = await test.watch('ns', initial)
      assert.equal((await watch.changes(5)).length, 5)
      assert.equal(await initialEnd(watch, 0), other.revision)
      const elsewhere = await test.elsewhere()
      const late = await test.watch('ns', initial)
      assert.equal((await late.changes(5)).length, 5)
      await initialEnd(late, elsewhere)
    },
  },
  {
    name: 'sends the initial event of one name',
    async run(test) {
      await test.create('ns/foo')
      await test.create('ns/bar')
      const last = await test.create('ns/zoo')
      const watch = await test.watch('ns', { ...initial, predicate: named('foo') })
      assert.deepEqual(await watch.changes(1), ['ADDED ns/foo'])
      assert.equal(await initialEnd(watch, 0), last.revision)
      const single = await test.watch('ns/bar', { ...initial, recursive: false })
      assert.deepEqual(await single.changes(1), ['ADDED ns/bar'])
      await initialEnd(single, last.revision)
    },
  },
  {
    name: 'sends a write that was acknowledged before it in its initial events',
    async run(test) {
      for (let n = 0; n < 10; n++) {
        const { revision } = await test.create(`ns/${String(n)}`)
        const watch = await test.watch('', initial)
        assert.equal((await watch.changes(n + 1)).length, n + 1)
        await initialEnd(watch, revision)
        watch.close()
      }
    },
  },
  {
    name: 'misses nothing and repeats nothing between the initial events and what follows',
    async run(test) {
      const writing = (async () => {
        for (let n = 0; n < 60; n++) await test.create(`ns/${String(n)}`)
      })()
      for (let round = 0; round < 6; round++) {
        const watch = await test.watch('', initial)
        const names = await Promise.all([readAll(watch, 60), test.storage.currentResourceVersion()])
        assert.equal(new Set(names[0]).size, 60)
      }
      await writing
    },
  },
  {
    name: 'says 504 in the stream to initial events of the future',
    async run(test) {
      await test.create('ns/foo')
      const options = { ...initial, resourceVersion: maxInt64 }
      const watch = await test.watch('', options)
      await tooLarge(Promise.reject(await watch.error()))
      assert.deepEqual(await watch.rest(), [])
    },
  },
  {
    name: 'tells before the deadline how far the store has come, where bookmarks are allowed',
    needs: ['progress'],
    async run(test) {
      const at = await test.current()
      const deadlineMs = Date.now() + 3000
      const options = { resourceVersion: String(at), deadlineMs }
      const allowed = await test.watch('ns', { ...options, allowWatchBookmarks: true })
      const idle = await test.watch('ns', options)
      const other = await test.create('other/1')
      const { resourceVersion, initialEventsEnd } = await allowed.bookmark()
      assert.ok(!initialEventsEnd)
      assert.ok(Number(resourceVersion) >= other.revision)
      const next = await test.create('ns/foo')
      const event = await allowed.change()
      assert.equal(event.item.revision, next.revision)
      assert.ok(event.item.revision > Number(resourceVersion))
      const first = await idle.next()
      assert.equal(first?.type, 'ADDED')
    },
  },
  {
    name: 'tells nothing before the deadline when there is nothing new',
    async run(test) {
      await test.create('ns/foo')
      const options = { resourceVersion: String(await test.current()), deadlineMs: Date.now() + 2800 }
      const watch = await test.watch('ns', { ...options, allowWatchBookmarks: true })
      await watch.quiet(1500)
      const { revision } = await test.create('ns/bar')
      // The first event, not a bookmark
      const event = await watch.next()
      assert.ok(event?.type === 'ADDED' && event.item.revision === revision)
    },
  },
  {
    name: 'selects initial events and what follows alike',
    async run(test) {
      const predicate = where((pod) => pod.spec.nodeName === 'n1')
      await test.create('ns/in', { nodeName: 'n1' })
      await test.create('ns/out')
      const watch = await test.watch('', { ...initial, predicate })
      assert.deepEqual(await watch.changes(1), ['ADDED ns/in'])
      await initialEnd(watch, 0)
      await test.update('ns/out', { nodeName: 'n1' })
      await test.update('ns/in', {})
      assert.deepEqual(await watch.changes(2), ['ADDED ns/out', 'DELETED ns/in'])
    },
  },
]

/** Names of the first `count` changes, the bookmark at the end of the initial ones left out. */
async function readAll(watch: StreamReader, count: number): Promise<string[]> {
  const names: string[] = []
  let ends = 0
  while (names.length < count) {
    const event = await watch.next()
    assert.ok(event && event.type !== 'ERROR')
    if (event.type === 'BOOKMARK') ends += event.initialEventsEnd ? 1 : 0
    else names.push(event.item.object.metadata.name ?? '')
  }
  if (ends === 0) await initialEnd(watch, 0)
  return names
}
