import assert from 'node:assert/strict'
import { pod, rejection, storageFailure } from './storage-case.ts'
import type { StorageTest } from './storage.ts'

export const deleteCases: readonly StorageTest[] = [
  {
    name: 'deletes, and answers the last state with the revision of the deletion',
    async run(test) {
      const created = await test.create('ns/foo', { nodeName: 'n1' })
      const gone = await test.delete('ns/foo')
      assert.ok(gone.revision > created.revision)
      assert.equal(gone.object.metadata.resourceVersion, gone.resourceVersion)
      assert.ok(gone.bytes.equals(created.bytes))
      assert.equal(created.object.metadata.resourceVersion, created.resourceVersion, 'the live object is another')
      assert.equal(await test.current(), gone.revision)
      await storageFailure(test.storage.get(test.key('ns/foo')), 'KeyNotFound')
    },
  },
  {
    name: 'answers KeyNotFound when there is nothing to delete',
    async run(test) {
      await storageFailure(test.delete('ns/foo'), 'KeyNotFound')
      await test.create('ns/foo')
      await test.delete('ns/foo')
      await storageFailure(test.delete('ns/foo'), 'KeyNotFound')
    },
  },
  {
    name: 'holds the preconditions of a delete',
    async run(test) {
      const created = await test.create('ns/foo', { uid: 'A' })
      const key = test.key('ns/foo')
      await storageFailure(test.storage.delete(key, { preconditions: { uid: 'B' } }), 'InvalidObject')
      await storageFailure(test.storage.delete(key, { preconditions: { resourceVersion: '1' } }), 'InvalidObject')
      assert.equal((await test.storage.get(key)).resourceVersion, created.resourceVersion)
      const preconditions = { uid: 'A', resourceVersion: created.resourceVersion }
      assert.ok((await test.storage.delete(key, { preconditions })).revision > created.revision)
    },
  },
  {
    name: 'validates again what changed before the delete',
    async run(test) {
      await test.create('ns/foo')
      const seen: (string | undefined)[] = []
      const gone = await test.storage.delete(test.key('ns/foo'), {
        async validate(current) {
          seen.push(current.object.metadata.labels?.by)
          if (seen.length === 1) await test.update('ns/foo', { labels: { by: 'validation' } })
        },
      })
      assert.deepEqual(seen, [undefined, 'validation'])
      assert.deepEqual(gone.object.metadata.labels, { by: 'validation' })
    },
  },
  {
    name: 'answers KeyNotFound when the object vanishes before the delete',
    async run(test) {
      await test.create('ns/foo')
      let calls = 0
      const late = test.storage.delete(test.key('ns/foo'), {
        async validate() {
          calls++
          await test.delete('ns/foo')
        },
      })
      await storageFailure(late, 'KeyNotFound')
      assert.equal(calls, 1)
    },
  },
  {
    name: 'passes on the error of validate, the very same, and deletes nothing',
    async run(test) {
      const created = await test.create('ns/foo')
      const refusal = new Error('no')
      let calls = 0
      const refused = test.storage.delete(test.key('ns/foo'), {
        validate() {
          calls++
          throw refusal
        },
      })
      assert.equal(await rejection(refused), refusal)
      assert.ok(calls <= 2)
      assert.equal((await test.storage.get(test.key('ns/foo'))).resourceVersion, created.resourceVersion)
    },
  },
  {
    name: 'creates anew what was deleted, as another object',
    async run(test) {
      const first = await test.create('ns/foo', { uid: 'A' })
      await test.delete('ns/foo')
      const second = await test.create('ns/foo', { uid: 'B' })
      assert.ok(second.revision > first.revision + 1)
      const update = test.storage.guaranteedUpdate(test.key('ns/foo'), () => pod('ns/foo', { uid: 'B' }), {
        preconditions: { uid: 'A' },
      })
      await storageFailure(update, 'InvalidObject')
    },
  },
]
