import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { StatusError } from '../../meta/status.ts'
import { named, pod, podOf, storageFailure, where, type StorageCase } from './storage-case.ts'
import type { StorageTest } from './storage.ts'

const onNode = (name: string): ReturnType<typeof where> => where((object) => object.spec.nodeName === name)

const now = async (test: StorageCase): Promise<string> => String(await test.current())

const changes: readonly StorageTest[] = [
  {
    name: 'tells of what is created, updated and deleted, with its resourceVersion, and of nothing outside its key',
    async run(test) {
      for (const recursive of [true, false]) {
        const path = `ns/${String(recursive)}`
        const watch = await test.watch(recursive ? 'ns' : path, { recursive, resourceVersion: await now(test) })
        await test.create(path.replace('ns/', 'ns-bad/'))
        await test.create(`${path.replace('ns/', 'n/')}x`)
        const created = await test.create(path)
        const updated = await test.update(path, { nodeName: 'n1' })
        const gone = await test.delete(path)
        const due: readonly [string, typeof gone][] = [
          ['ADDED', created],
          ['MODIFIED', updated],
          ['DELETED', gone],
        ]
        for (const [type, item] of due) {
          const event = await watch.change()
          assert.equal(event.type, type)
          assert.equal(event.item.resourceVersion, item.resourceVersion)
          assert.deepEqual(event.item.object, item.object)
        }
        await watch.quiet()
      }
    },
  },
  {
    name: 'tells of what enters and leaves a selection',
    async run(test) {
      const watch = await test.watch('ns', { resourceVersion: await now(test), predicate: onNode('in') })
      await test.create('ns/foo', { nodeName: 'out' })
      await test.update('ns/foo', { nodeName: 'in' })
      assert.deepEqual(await watch.changes(1), ['ADDED ns/foo'])
      await test.update('ns/foo', { nodeName: 'in', labels: { n: '1' } })
      assert.deepEqual(await watch.changes(1), ['MODIFIED ns/foo'])
      const left = await test.update('ns/foo', { nodeName: 'out' })
      const event = await watch.change()
      assert.equal(event.type, 'DELETED')
      assert.deepEqual(podOf(event.item).metadata.labels, { n: '1' }, 'the content before')
      assert.equal(podOf(event.item).spec.nodeName, 'in')
      assert.equal(event.item.object.metadata.resourceVersion, left.resourceVersion, 'the revision of the change')
      await test.update('ns/foo', { nodeName: 'in' })
      await test.update('ns/foo', { nodeName: 'in', labels: { n: '2' } })
      await test.delete('ns/foo')
      assert.deepEqual(await watch.changes(3), ['ADDED ns/foo', 'MODIFIED ns/foo', 'DELETED ns/foo'])
      await test.create('ns/foo', { nodeName: 'out' })
      await test.delete('ns/foo')
      await watch.quiet()
    },
  },
  {
    name: 'tells of a delete and a create after one another as two changes',
    async run(test) {
      const watch = await test.watch('', { resourceVersion: await now(test) })
      for (let n = 0; n < 3; n++) {
        await test.create('ns/foo')
        await test.delete('ns/foo')
      }
      const pair = ['ADDED ns/foo', 'DELETED ns/foo']
      assert.deepEqual(await watch.changes(6), [...pair, ...pair, ...pair])
    },
  },
  {
    name: 'tells nothing of an update that changes nothing',
    async run(test) {
      await test.create('ns/foo', { nodeName: 'n1' })
      const watch = await test.watch('', { resourceVersion: await now(test) })
      await test.update('ns/foo', { nodeName: 'n1' })
      await test.update('ns/foo', { nodeName: 'n2' })
      assert.deepEqual(await watch.changes(1), ['MODIFIED ns/foo'])
      await watch.quiet()
    },
  },
  {
    name: 'watches by namespace and name, by field, and by both',
    async run(test) {
      const resourceVersion = await now(test)
      const watches = [
        await test.watch('', { resourceVersion, predicate: named('foo') }),
        await test.watch('a', { resourceVersion, predicate: named('foo') }),
        await test.watch('a', { resourceVersion, predicate: where((p) => p.metadata.namespace === 'b') }),
        await test.watch('', { resourceVersion, predicate: onNode('n1') }),
        await test.watch('', { resourceVersion, predicate: where((p) => p.spec.nodeName !== 'n1') }),
      ] as const
      await test.create('a/foo', { nodeName: 'n1' })
      await test.create('b/foo', { nodeName: 'n2' })
      await test.create('a/bar', { nodeName: 'n2' })
      await test.update('a/bar', { nodeName: 'n1' })
      assert.deepEqual(await watches[0].changes(2), ['ADDED a/foo', 'ADDED b/foo'])
      assert.deepEqual(await watches[1].changes(1), ['ADDED a/foo'])
      assert.deepEqual(await watches[3].changes(2), ['ADDED a/foo', 'ADDED a/bar'])
      assert.deepEqual(await watches[4].changes(3), ['ADDED b/foo', 'ADDED a/bar', 'DELETED a/bar'])
      for (const watch of watches) await watch.quiet(20)
    },
  },
  {
    name: 'tells everything in order, to every watch, while many write',
    async run(test) {
      const resourceVersion = await now(test)
      const watches = await Promise.all([1, 2, 3].map(() => test.watch('', { resourceVersion })))
      const writers = Array.from({ length: 5 }, async (_, writer) => {
        const path = `ns/w${String(writer)}`
        await test.create(path)
        for (let n = 0; n < 8; n++) await test.update(path, { nodeName: String(n) })
        await test.delete(path)
      })
      const streams = await Promise.all(
        watches.map(async (watch) => {
          const revisions: number[] = []
          while (revisions.length < 50) revisions.push((await watch.change()).item.revision)
          return revisions
        }),
      )
      await Promise.all(writers)
      for (const revisions of streams) {
        assert.deepEqual(revisions, streams[0])
        revisions.reduce((before, revision) => {
          assert.ok(revision > before)
          return revision
        })
      }
    },
  },
]

const starts: readonly StorageTest[] = [
  {
    name: 'begins after its resourceVersion, in the past and in the future',
    async run(test) {
      const created = await test.create('ns/foo')
      const updated = await test.update('ns/foo', { nodeName: 'n1' })
      const future = await test.watch('', { resourceVersion: String(updated.revision + 1) })
      const history = await test.watch('', { resourceVersion: created.resourceVersion })
      assert.deepEqual(await history.changes(1), ['MODIFIED ns/foo'])
      await test.create('ns/unseen')
      await test.delete('ns/foo')
      assert.deepEqual(await history.changes(2), ['ADDED ns/unseen', 'DELETED ns/foo'])
      assert.deepEqual(await future.changes(1), ['DELETED ns/foo'])
      const late = await test.watch('', { resourceVersion: created.resourceVersion })
      assert.deepEqual(await late.changes(3), ['MODIFIED ns/foo', 'ADDED ns/unseen', 'DELETED ns/foo'])
    },
  },
  {
    name: 'begins at "0" with what there is, also after a compaction',
    async run(test) {
      const created = await test.create('ns/foo')
      const first = await test.watch('', { resourceVersion: '0' })
      assert.deepEqual(await first.changes(1), ['ADDED ns/foo'])
      await test.update('ns/foo', { nodeName: 'n1' })
      assert.deepEqual(await first.changes(1), ['MODIFIED ns/foo'])
      await test.compact(await test.current())
      const updated = await test.update('ns/foo', { nodeName: 'n2' })
      // Whatever state "0" begins with, the newest comes
      const second = await test.watch('', { resourceVersion: '0' })
      let event = await second.change()
      assert.equal(event.type, 'ADDED')
      while (event.item.revision < updated.revision) event = await second.change()
      assert.equal(event.item.revision, updated.revision)
      assert.ok(created.revision < updated.revision)
    },
  },
  {
    name: 'says 410 in the stream, and ends it, when the history is gone',
    async run(test) {
      const created = await test.create('ns/foo')
      await test.update('ns/foo', { nodeName: 'n1' })
      await test.elsewhere()
      await test.compact(await test.current())
      await test.update('ns/foo', { nodeName: 'n2' })
      const watch = await test.watch('', { resourceVersion: String(created.revision - 1) })
      const event = await watch.next()
      assert.ok(event)
      // A cache may have kept what the backend has not
      if (event.type === 'ADDED') return
      assert.ok(event.type === 'ERROR', `an ERROR is due, not ${event.type}`)
      assert.ok(event.error instanceof StatusError)
      assert.equal(event.error.code, 410)
      assert.equal(event.error.reason, 'Expired')
      assert.deepEqual(await watch.rest(), [])
    },
  },
  {
    name: 'refuses keys outside of the resource',
    async run(test) {
      for (const [key, recursive] of [
        ['', true],
        ['/pods/..', true],
        ['/pods.apps', true],
        ['/pods', false],
      ] as const)
        await assert.rejects(async () => test.watchKey(key, { recursive }), /empty key|invalid key/)
      ;(await test.watchKey('/pods', {})).close()
      ;(await test.watchKey('/pods/', {})).close()
      ;(await test.watchKey('/pods/x/y', { recursive: false })).close()
    },
  },
]

const ends: readonly StorageTest[] = [
  {
    name: 'is over at once when its signal is aborted already, without an error',
    async run(test) {
      await test.create('ns/foo')
      const watch = await test.watch('', { signal: AbortSignal.abort(), resourceVersion: '0' })
      assert.deepEqual(await watch.rest(), [])
    },
  },
  {
    name: 'ends when its signal is aborted and when it is closed, which may happen twice',
    async run(test) {
      const abort = new AbortController()
      const first = await test.watch('', { signal: abort.signal, resourceVersion: await now(test) })
      const second = await test.watch('', { resourceVersion: await now(test) })
      await Promise.all([first.quiet(30), second.quiet(30)])
      abort.abort()
      assert.deepEqual(await first.rest(), [])
      second.close()
      second.close()
      assert.deepEqual(await second.rest(), [])
    },
  },
  {
    name: 'keeps the events of a slow reader in order, from the first',
    async run(test) {
      const first = await test.create('ns/foo', { nodeName: '0' })
      const watch = await test.watch('', { resourceVersion: first.resourceVersion })
      for (let n = 1; n <= 21; n++) await test.update('ns/foo', { nodeName: String(n) })
      assert.deepEqual(podOf((await watch.change()).item).spec, { nodeName: '1' })
      await sleep(300)
      for (let n = 2; n <= 11; n++) assert.deepEqual(podOf((await watch.change()).item).spec, { nodeName: String(n) })
      watch.close()
    },
  },
  {
    name: 'does not wait for watches that nobody reads',
    async run(test) {
      const resourceVersion = await now(test)
      for (let n = 0; n < 50; n++) await test.watch('', { resourceVersion })
      const read = await test.watch('', { resourceVersion })
      const begin = Date.now()
      for (let n = 0; n < 22; n++) {
        await test.create(`ns/${String(n)}`)
        assert.deepEqual(await read.changes(1), [`ADDED ns/${String(n)}`])
      }
      assert.ok(Date.now() - begin < 50 * 250)
    },
  },
  {
    name: 'says ERROR for an object that cannot be decoded, and nothing after it',
    async run(test) {
      const good = await test.create('ns/good')
      const resourceVersion = String(good.revision - 1)
      const watches = await Promise.all(
        Array.from({ length: 10 }, () => test.watch('', { resourceVersion, predicate: onNode('n1') })),
      )
      await test.raw('ns/bad', '{"half')
      await test.create('ns/later', { nodeName: 'n1' })
      watches.push(await test.watch('', { resourceVersion, predicate: onNode('n1') }))
      for (const watch of watches) {
        const error = await watch.error()
        await storageFailure(Promise.reject(error), 'Corrupt')
        assert.deepEqual(await watch.rest(), [])
      }
      const unaware = await test.watch('', { resourceVersion })
      const types = [await unaware.next(), await unaware.next(), await unaware.next()].map((event) => event?.type)
      assert.deepEqual(types, ['ADDED', 'ADDED', 'ADDED'])
      await test.storage.guaranteedUpdate(test.key('ns/good'), () => pod('ns/good', { nodeName: 'n1' }))
      assert.equal((await unaware.change()).item.object.metadata.name, 'good')
    },
  },
]

export const watchCases: readonly StorageTest[] = [...changes, ...starts, ...ends]
