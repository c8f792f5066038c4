import assert from 'node:assert/strict'
import type { StorageListOptions, StoredList } from '../storage.ts'
import {
  maxInt64,
  named,
  paths,
  pod,
  podOf,
  rejection,
  statusFailure,
  storageFailure,
  tooLarge,
} from './storage-case.ts'
import { where, type StorageCase } from './storage-case.ts'
import type { StorageTest } from './storage.ts'

const resourceVersions = (list: StoredList): string[] => list.items.map((item) => item.resourceVersion)

const one: readonly StorageTest[] = [
  {
    name: 'lists at most the object of the key when not recursive',
    async run(test) {
      const created = await test.create('ns/foo')
      const updated = await test.update('ns/foo', { nodeName: 'n1' })
      const get = async (options: Partial<StorageListOptions>, path = 'ns/foo'): Promise<string[]> => {
        const list = await test.list(path, { recursive: false, ...options })
        assert.match(list.resourceVersion, /^[1-9]\d*$/)
        assert.equal(list.continue, '')
        return resourceVersions(list)
      }
      const [old, now] = [created.resourceVersion, updated.resourceVersion]
      assert.deepEqual(await get({}), [now])
      assert.deepEqual(await get({ resourceVersion: now }), [now])
      assert.deepEqual(await get({ resourceVersion: now, resourceVersionMatch: 'NotOlderThan' }), [now])
      const anyOf = (outcome: string[]): void => {
        assert.ok([old, now].includes(outcome.join()), outcome.join())
      }
      anyOf(await get({ resourceVersion: old, resourceVersionMatch: 'NotOlderThan' }))
      const any = await get({ resourceVersion: '0' })
      if (any.length) anyOf(any)
      assert.deepEqual(await get({}, 'ns/none'), [])
      for (const resourceVersion of ['', now]) {
        assert.deepEqual(await get({ resourceVersion, predicate: named('other') }), [])
        assert.deepEqual(await get({ resourceVersion, predicate: named('foo') }), [now])
      }
      await tooLarge(get({ resourceVersion: maxInt64 }))
    },
  },
  {
    name: 'lists the object of the key at an exact resourceVersion',
    needs: ['snapshotReads'],
    async run(test) {
      const created = await test.create('ns/foo')
      const updated = await test.update('ns/foo', { nodeName: 'n1' })
      for (const { resourceVersion } of [created, updated]) {
        const options = { recursive: false, resourceVersion, resourceVersionMatch: 'Exact' } as const
        const list = await test.list('ns/foo', options)
        assert.deepEqual(resourceVersions(list), [resourceVersion])
        assert.equal(list.resourceVersion, resourceVersion)
      }
    },
  },
  {
    name: 'ends a prefix at a segment of the key',
    async run(test) {
      await test.create('ns/foo')
      await test.create('ns/foobar')
      await test.create('ns-2/baz')
      const last = await test.create('ns2/baz')
      const kinds: Partial<StorageListOptions>[] = [
        {},
        { resourceVersion: last.resourceVersion, resourceVersionMatch: 'NotOlderThan' },
      ]
      if (test.backend.supports.snapshotReads)
        kinds.push({ resourceVersion: last.resourceVersion, resourceVersionMatch: 'Exact' })
      for (const options of kinds) {
        const list = async (path: string, recursive: boolean): Promise<string[]> =>
          paths((await test.list(path, { ...options, recursive })).items)
        assert.deepEqual(await list('', true), ['ns-2/baz', 'ns/foo', 'ns/foobar', 'ns2/baz'])
        assert.deepEqual(await list('ns', true), ['ns/foo', 'ns/foobar'])
        assert.deepEqual(await list('ns/', true), ['ns/foo', 'ns/foobar'])
        assert.deepEqual(await list('ns/foo', true), [])
        assert.deepEqual(await list('ns/foo', false), ['ns/foo'])
        assert.deepEqual(await list('ns', false), [])
        assert.deepEqual(await list('n', true), [])
      }
    },
  },
]

const consistent: readonly StorageTest[] = [
  {
    name: 'lists the latest state, at the revision of the whole store',
    async run(test) {
      const { revision } = await test.create('ns/foo')
      for (let round = 0; round < 3; round++) {
        const current = await test.elsewhere()
        const any = await test.list('', { resourceVersion: '0' })
        assert.ok(Number(any.resourceVersion) <= current)
        const list = await test.list('')
        assert.equal(Number(list.resourceVersion), current)
        assert.deepEqual(resourceVersions(list), [String(revision)])
      }
    },
  },
  {
    name: 'makes what "0" shows as new as a consistent list was',
    needs: ['progress'],
    async run(test) {
      await test.create('ns/foo')
      for (let round = 0; round < 3; round++) {
        const current = await test.elsewhere()
        assert.equal(Number((await test.list('')).resourceVersion), current)
        assert.equal(Number((await test.list('', { resourceVersion: '0' })).resourceVersion), current)
      }
    },
  },
  {
    name: 'lists every write that was acknowledged before',
    async run(test) {
      for (let n = 0; n < 30; n++) {
        const written = n % 3 === 2 ? await test.delete(`ns/${String(n - 1)}`) : await test.create(`ns/${String(n)}`)
        const [list, empty] = await Promise.all([test.list(''), test.list('empty')])
        assert.ok(Number(list.resourceVersion) >= written.revision)
        assert.ok(Number(empty.resourceVersion) >= written.revision)
        assert.deepEqual(empty.items, [])
        const expected = Array.from({ length: n + 1 }, (_, k) => k).filter(
          (k) => k % 3 === 0 || (k === n && k % 3 === 1),
        )
        assert.equal(list.items.length, expected.length)
      }
    },
  },
  {
    name: 'waits for a resourceVersion that is about to be',
    async run(test) {
      await test.create('ns/foo')
      const next = String((await test.current()) + 1)
      const options = { resourceVersion: next, resourceVersionMatch: 'NotOlderThan' } as const
      // A Store answers 504 at once, a cache waits for up to 3 s
      const list = test.list('', options).catch((error: unknown) => error)
      await test.create('ns/bar')
      const outcome = await list
      if (outcome instanceof Error) await tooLarge(Promise.reject(outcome))
      else assert.equal((outcome as StoredList).items.length, 2)
      assert.equal((await test.list('', options)).items.length, 2)
    },
  },
]

const refused: readonly StorageTest[] = [
  {
    name: 'answers 400 to wrong resourceVersions and continue tokens',
    async run(test) {
      const { revision } = await test.create('ns/foo')
      const token = (json: string): string => Buffer.from(json).toString('base64url')
      const start = token(`{"v":"meta.k8s.io/v1","rv":${String(revision)},"start":"ns/foo\\u0000"}`)
      const wrong: readonly Partial<StorageListOptions>[] = [
        { resourceVersion: 'abc' },
        { resourceVersion: '-1' },
        { resourceVersion: '1', continue: start },
        { continue: token(`{"v":"meta.k8s.io/v1","rv":${String(revision)},"start":""}`) },
        { continue: token('{"v":"meta.k8s.io/v1","rv":0,"start":"ns/foo"}') },
        { continue: token('{"v":"meta.k8s.io/v2","rv":1,"start":"ns/foo"}') },
        { continue: token('{"v":"meta.k8s.io/v1","rv":1,"start":"../secrets"}') },
        { continue: token('{"v":"meta.k8s.io/v1","rv":1,"start":"a/../../secrets"}') },
        { continue: token('{"v":"meta.k8s.io/v1","rv":1,"start":"ns//foo"}') },
        { continue: token('{"v":') },
        { continue: '%%' },
      ]
      for (const options of wrong) await statusFailure(test.list('', options), 400)
      assert.deepEqual((await test.list('', { continue: start })).items, [])
      assert.deepEqual((await test.list('', { continue: start, resourceVersion: '0' })).items, [])
    },
  },
  {
    name: 'answers 504 to lists of the future',
    async run(test) {
      await test.create('ns/foo')
      await tooLarge(test.list('', { resourceVersion: maxInt64 }))
      await tooLarge(test.list('', { resourceVersion: maxInt64, resourceVersionMatch: 'NotOlderThan' }))
      await statusFailure(test.list('', { resourceVersion: maxInt64 }), 504, /: 9223372036854775807, current/)
    },
  },
  {
    name: 'answers 504 to exact lists of the future',
    needs: ['snapshotReads'],
    async run(test) {
      await test.create('ns/foo')
      const resourceVersion = String((await test.current()) + 1)
      await tooLarge(test.list('', { resourceVersion, resourceVersionMatch: 'Exact' }))
    },
  },
  {
    name: 'answers Corrupt when it has to read an object that cannot be decoded',
    async run(test) {
      await test.create('ns/good')
      await test.raw('ns/bad', '{"half')
      await storageFailure(test.list('', { predicate: named('good') }), 'Corrupt')
      assert.equal(await test.list('ns', { predicate: named('good'), recursive: true }).catch(() => null), null)
      assert.equal((await test.list('ns/good', { recursive: false, predicate: named('good') })).items.length, 1)
    },
  },
  {
    name: 'refuses keys outside of the resource',
    async run(test) {
      for (const key of ['', '/', '/pods/..', 'pods', '/pods.apps', '/foo/']) {
        const error = await rejection(
          new Promise((resolve) =>
            resolve(test.storage.list(key, { recursive: true, predicate: { everything: true, matches: () => true } })),
          ),
        )
        assert.match((error as Error).message, /empty key|invalid key/)
      }
    },
  },
]

/** Namespaces and names alone and together, and a field of the object. Source: storage/testing RunTestNamespaceScopedList. */
const selected: readonly StorageTest[] = [
  {
    name: 'lists what a predicate selects, below a namespace and below all',
    async run(test) {
      await seedOfSelection(test)
      const list = async (path: string, matches: Parameters<typeof where>[0]): Promise<string[]> =>
        paths((await test.list(path, { predicate: where(matches) })).items)
      assert.deepEqual(await list('', (p) => p.metadata.name === 'foo'), ['a/foo', 'b/foo'])
      assert.deepEqual(await list('a', (p) => p.metadata.name === 'foo'), ['a/foo'])
      assert.deepEqual(await list('a', (p) => p.metadata.namespace === 'b'), [])
      assert.deepEqual(await list('', (p) => p.metadata.namespace === 'b'), ['b/foo', 'b/zoo'])
      assert.deepEqual(await list('', (p) => p.spec.nodeName === 'n1'), ['a/foo', 'b/zoo'])
      assert.deepEqual(await list('b', (p) => p.spec.nodeName === 'n1'), ['b/zoo'])
      assert.deepEqual(await list('', (p) => p.spec.nodeName !== 'n1'), ['a/bar', 'b/foo'])
      assert.deepEqual(await list('', (p) => p.metadata.name === 'foo' && p.spec.nodeName === 'n1'), ['a/foo'])
      await test.storage.guaranteedUpdate(test.key('a/bar'), () => pod('a/bar', { nodeName: 'n1' }))
      assert.deepEqual(await list('a', (p) => p.spec.nodeName === 'n1'), ['a/bar', 'a/foo'])
      const moved = (await test.list('a', { predicate: named('bar') })).items[0]
      assert.ok(moved && podOf(moved).spec.nodeName === 'n1')
    },
  },
]

async function seedOfSelection(test: StorageCase): Promise<void> {
  await test.create('a/foo', { nodeName: 'n1' })
  await test.create('a/bar', { nodeName: 'n2' })
  await test.create('b/foo', { nodeName: 'n2' })
  await test.create('b/zoo', { nodeName: 'n1' })
}

export const listCases: readonly StorageTest[] = [...one, ...consistent, ...refused, ...selected]
