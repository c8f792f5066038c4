import assert from 'node:assert/strict'
import { maxInt64, pod, podOf, rejection, statusFailure, storageFailure, tooLarge, type Pod } from './storage-case.ts'
import { StorageError } from '../storage-error.ts'
import type { StorageTest } from './storage.ts'

const createAndGet: readonly StorageTest[] = [
  {
    name: 'creates an object, which get then finds',
    async run(test) {
      await storageFailure(test.storage.get(test.key('ns/foo')), 'KeyNotFound')
      const created = await test.create('ns/foo', { nodeName: 'n1' })
      assert.equal(created.object.metadata.name, 'foo')
      assert.equal(created.object.metadata.resourceVersion, created.resourceVersion)
      assert.match(created.resourceVersion, /^[1-9]\d*$/)
      const got = await test.storage.get(test.key('ns/foo'))
      assert.deepEqual(got.object, created.object)
      const raw = await test.backend.get(test.backendKey('ns/foo'))
      assert.ok(raw && !raw.value.includes('resourceVersion'), 'the bytes carry no resourceVersion')
    },
  },
  {
    name: 'refuses to create an object that has a resourceVersion',
    async run(test) {
      const object = pod('ns/foo')
      object.metadata.resourceVersion = '1'
      const error = await rejection(test.storage.create(test.key('ns/foo'), object))
      assert.ok(error instanceof Error)
      assert.match(error.message, /resourceVersion should not be set on objects to be created/)
      await storageFailure(test.storage.get(test.key('ns/foo')), 'KeyNotFound')
    },
  },
  {
    name: 'answers KeyExists to a second create, and changes nothing',
    async run(test) {
      const created = await test.create('ns/foo')
      await storageFailure(test.create('ns/foo', { nodeName: 'other' }), 'KeyExists')
      const got = await test.storage.get(test.key('ns/foo'))
      assert.equal(got.resourceVersion, created.resourceVersion)
    },
  },
  {
    name: 'deletes by itself what was created with ttlSeconds',
    needs: ['leases'],
    async run(test) {
      const key = test.key('ns/foo')
      const created = await test.storage.create(key, pod('ns/foo'), { ttlSeconds: 1 })
      const watch = await test.watch('ns', { resourceVersion: created.resourceVersion })
      assert.deepEqual(await watch.changes(1), ['DELETED ns/foo'])
      await storageFailure(test.storage.get(key), 'KeyNotFound')
    },
  },
  {
    name: 'gets states by resourceVersion: latest, any, not older than',
    async run(test) {
      const created = await test.create('ns/foo')
      const updated = await test.update('ns/foo', { nodeName: 'n1' })
      const other = await test.create('ns/other')
      const get = async (resourceVersion: string): Promise<string> =>
        (await test.storage.get(test.key('ns/foo'), { resourceVersion })).resourceVersion
      assert.equal(await get(''), updated.resourceVersion)
      const any = [created.resourceVersion, updated.resourceVersion]
      // Any state: also the one before
      const zero = await get('0').catch((error: unknown) => error)
      if (typeof zero === 'string') assert.ok(any.includes(zero))
      else assert.ok(zero instanceof StorageError && zero.code === 'KeyNotFound', String(zero))
      assert.ok(any.includes(await get(created.resourceVersion)))
      assert.equal(await get(updated.resourceVersion), updated.resourceVersion)
      assert.equal(await get(other.resourceVersion), updated.resourceVersion)
      await storageFailure(test.storage.get(test.key('ns/none')), 'KeyNotFound')
      await storageFailure(test.storage.get(test.key('ns/none'), { resourceVersion: '0' }), 'KeyNotFound')
    },
  },
  {
    name: 'answers 504 to a get in the future, with the resourceVersion as it was asked for',
    async run(test) {
      await test.create('ns/foo')
      const get = test.storage.get(test.key('ns/foo'), { resourceVersion: maxInt64 })
      await tooLarge(get)
      await statusFailure(get, 504, /version: 9223372036854775807, current: \d+$/)
    },
  },
  {
    name: 'answers 400 to a resourceVersion that is none',
    async run(test) {
      await test.create('ns/foo')
      for (const resourceVersion of ['abc', '-1', '+1', ' 1', '1.5'])
        await statusFailure(test.storage.get(test.key('ns/foo'), { resourceVersion }), 400, /invalid resource version/)
    },
  },
]

const update: readonly StorageTest[] = [
  {
    name: 'answers KeyNotFound to an update of nothing, and creates with ignoreNotFound',
    async run(test) {
      const key = test.key('ns/foo')
      let calls = 0
      const make = (): Pod => {
        calls++
        return pod('ns/foo')
      }
      await storageFailure(test.storage.guaranteedUpdate(key, make), 'KeyNotFound')
      assert.equal(calls, 0)
      const made = await test.storage.guaranteedUpdate(
        key,
        (current) => {
          assert.equal(current, undefined)
          return make()
        },
        { ignoreNotFound: true },
      )
      assert.equal(calls, 1)
      assert.equal((await test.storage.get(key)).resourceVersion, made.resourceVersion)
    },
  },
  {
    name: 'writes what changed, and not what did not',
    async run(test) {
      const created = await test.create('ns/foo')
      const key = test.key('ns/foo')
      const changed = await test.storage.guaranteedUpdate(key, (current) => {
        assert.equal(current?.resourceVersion, created.resourceVersion)
        return pod('ns/foo', { nodeName: 'n1' })
      })
      assert.ok(changed.revision > created.revision)
      assert.equal(podOf(changed).spec.nodeName, 'n1')
      const same = await test.update('ns/foo', { nodeName: 'n1' })
      assert.equal(same.resourceVersion, changed.resourceVersion)
      assert.equal(same.object.metadata.resourceVersion, changed.resourceVersion)
      assert.equal(await test.current(), changed.revision, 'no revision was used')
      const again = await test.storage.guaranteedUpdate(key, (current) => current?.object ?? pod('ns/foo'))
      assert.equal(again.resourceVersion, changed.resourceVersion, 'a resourceVersion inside is no change')
    },
  },
  {
    name: 'writes anew what was stored in other bytes',
    async run(test) {
      const created = await test.create('ns/foo', { nodeName: 'n1' })
      const revision = await test.raw('ns/foo', JSON.stringify(JSON.parse(created.bytes.toString()), undefined, 1))
      const key = test.key('ns/foo')
      const first = await test.storage.guaranteedUpdate(key, (current) => current?.object ?? pod('ns/foo'))
      assert.ok(first.revision > revision)
      assert.ok(first.bytes.equals(created.bytes))
      const second = await test.storage.guaranteedUpdate(key, (current) => current?.object ?? pod('ns/foo'))
      assert.equal(second.revision, first.revision)
    },
  },
  {
    name: 'holds the preconditions of an update',
    async run(test) {
      const created = await test.create('ns/foo', { uid: 'A' })
      const key = test.key('ns/foo')
      const next = (): Pod => pod('ns/foo', { uid: 'A', nodeName: 'n1' })
      const same = await test.storage.guaranteedUpdate(key, () => pod('ns/foo', { uid: 'A' }), {
        preconditions: { uid: 'A' },
      })
      assert.equal(same.resourceVersion, created.resourceVersion)
      const wrongUid = test.storage.guaranteedUpdate(key, next, { preconditions: { uid: 'B' } })
      const { message } = await storageFailure(wrongUid, 'InvalidObject')
      assert.match(message, /Precondition failed: UID in precondition: B, UID in object meta: A/)
      const stale = test.storage.guaranteedUpdate(key, next, { preconditions: { resourceVersion: '1' } })
      await storageFailure(stale, 'InvalidObject')
      assert.equal((await test.storage.get(key)).resourceVersion, created.resourceVersion)
    },
  },
  {
    name: 'repeats an update that somebody else came before',
    async run(test) {
      await test.create('ns/foo', { nodeName: 'n0' })
      const key = test.key('ns/foo')
      let calls = 0
      const late = await test.storage.guaranteedUpdate(key, async (current) => {
        if (++calls === 1) await test.update('ns/foo', { nodeName: 'n1' })
        else assert.equal(current && podOf(current).spec.nodeName, 'n1')
        return pod('ns/foo', { nodeName: 'n1', labels: { late: 'yes' } })
      })
      assert.equal(calls, 2)
      assert.deepEqual(podOf(late).spec, { nodeName: 'n1' })
      assert.deepEqual(late.object.metadata.labels, { late: 'yes' })
    },
  },
  {
    name: 'repeats a create-on-update that a delete came before',
    async run(test) {
      await test.create('ns/foo')
      let calls = 0
      const seen: boolean[] = []
      await test.storage.guaranteedUpdate(
        test.key('ns/foo'),
        async (current) => {
          seen.push(current !== undefined)
          if (++calls === 1) await test.delete('ns/foo')
          return pod('ns/foo', { nodeName: 'n1' })
        },
        { ignoreNotFound: true },
      )
      assert.deepEqual(seen, [true, false])
    },
  },
  {
    name: 'loses no update of concurrent writers',
    async run(test) {
      await test.create('ns/foo', { nodeName: '0' })
      const add = (): Promise<unknown> =>
        test.storage.guaranteedUpdate(test.key('ns/foo'), (current) =>
          pod('ns/foo', { nodeName: String(1 + Number(current && podOf(current).spec.nodeName)) }),
        )
      await Promise.all(Array.from({ length: 20 }, add))
      assert.equal(podOf(await test.storage.get(test.key('ns/foo'))).spec.nodeName, '20')
    },
  },
  {
    name: 'passes on the error of the update function, the very same',
    async run(test) {
      const created = await test.create('ns/foo')
      const refusal = new Error('no')
      let calls = 0
      const update = test.storage.guaranteedUpdate(test.key('ns/foo'), () => {
        calls++
        throw refusal
      })
      assert.equal(await rejection(update), refusal)
      assert.ok(calls <= 2)
      assert.equal((await test.storage.get(test.key('ns/foo'))).resourceVersion, created.resourceVersion)
    },
  },
  {
    name: 'deletes by itself what an update gave ttlSeconds, and keeps it when the next update gives none',
    needs: ['leases'],
    async run(test) {
      const start = await test.current()
      const expiring = { ignoreNotFound: true, ttlSeconds: 1 }
      await test.storage.guaranteedUpdate(test.key('ns/foo'), () => pod('ns/foo'), expiring)
      await test.storage.guaranteedUpdate(test.key('ns/kept'), () => pod('ns/kept'), expiring)
      await test.update('ns/kept', { nodeName: 'n1' })
      const watch = await test.watch('ns', { resourceVersion: String(start) })
      assert.deepEqual(await watch.changes(4), ['ADDED ns/foo', 'ADDED ns/kept', 'MODIFIED ns/kept', 'DELETED ns/foo'])
      await watch.quiet(1000)
    },
  },
]

const damaged: readonly StorageTest[] = [
  {
    name: 'answers Corrupt for an object that cannot be decoded, and leaves it in its place',
    async run(test) {
      await test.create('ns/good')
      const revision = await test.raw('ns/bad', '{"half')
      const key = test.key('ns/bad')
      const read = async (): Promise<unknown> => (await test.storage.get(key)).object
      await storageFailure(read(), 'Corrupt')
      const update = test.storage.guaranteedUpdate(key, (current) => current?.object ?? pod('ns/bad'))
      await storageFailure(update, 'Corrupt')
      await storageFailure(test.delete('ns/bad'), 'Corrupt')
      assert.equal((await test.backend.get(test.backendKey('ns/bad')))?.modRevision, revision)
    },
  },
  {
    name: 'refuses keys outside of the resource',
    async run(test) {
      const operations: readonly ((key: string) => Promise<unknown>)[] = [
        (key) => test.storage.get(key),
        (key) => test.storage.create(key, pod('ns/foo')),
        (key) => test.storage.delete(key),
        (key) => test.storage.guaranteedUpdate(key, () => pod('ns/foo'), { ignoreNotFound: true }),
      ]
      const wrong: readonly [string, RegExp][] = [
        ['', /empty key/],
        ['/', /empty key/],
        ['/pods/.', /invalid key/],
        ['/pods/../secrets/a', /invalid key/],
        ['pods', /lacks resource prefix/],
        ['/pods', /lacks resource prefix/],
        ['/pods.apps/x', /lacks resource prefix/],
        ['/foo/', /lacks resource prefix/],
      ]
      for (const operation of operations)
        for (const [key, message] of wrong) {
          const error = await rejection(new Promise((resolve) => resolve(operation(key))))
          assert.ok(error instanceof Error)
          assert.match(error.message, message)
        }
      assert.deepEqual((await test.list('')).items, [])
    },
  },
]

export const writeCases: readonly StorageTest[] = [...createAndGet, ...update, ...damaged]
