import { Type } from '@sinclair/typebox'
import { expect } from 'chai'
import { isConflict, isNotFound } from '../client/error-kinds.ts'
import { StatusSubresource } from '../registry/status-subresource.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import { TestServer } from '../testing/test-server.ts'
import { createOrPatch, createOrUpdate, retryOnConflict } from './create-or-update.ts'
import { addFinalizer, containsFinalizer, Finalizers, removeFinalizer } from './finalizers.ts'

const Toy = defineKind({
  group: 'test.example.com',
  version: 'v1',
  kind: 'Toy',
  plural: 'toys',
  schema: Type.Object({
    spec: Type.Object({ size: Type.Integer(), color: Type.Optional(Type.String()) }),
    status: Type.Optional(Type.Object({ ready: Type.Boolean() })),
  }),
})
type Toy = ObjectOf<typeof Toy>
class ToyResource extends StoredResource<Toy> {
  readonly storageVersion = Toy
  override readonly subresources = [new StatusSubresource<Toy>()]
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it went well'),
    (error: unknown) => error,
  )

describe('Objects on a server', () => {
  let server: TestServer
  before(async () => (server = await TestServer.start({ resources: [new ToyResource()] })))
  after(() => server.close())
  afterEach(() => server.faults.clear())

  const place = (name: string) => ({ namespace: 'default', name })
  const toys = () => server.client.resource(Toy).namespace('default')
  const sized =
    (size: number) =>
    (toy: Toy): void => {
      toy.spec = { ...toy.spec, size }
    }
  const writes = (): string[] =>
    server.faults.requests.filter(({ verb }) => verb !== 'get').map(({ verb, resource }) => `${verb} ${resource}`)

  describe('createOrUpdate', () => {
    it('creates, leaves alone, and updates', async () => {
      const results: string[] = []
      const before = writes().length
      for (const size of [1, 1, 2]) {
        const { result, object } = await createOrUpdate(server.client, Toy, place('a'), sized(size))
        expect(object.spec.size).to.equal(size)
        results.push(result)
      }
      expect(results).to.deep.equal(['created', 'unchanged', 'updated'])
      expect(writes().slice(before)).to.deep.equal(['create toys', 'update toys'])
    })

    it('does not overwrite what others write in between, and comes through when called again', async () => {
      await createOrUpdate(server.client, Toy, place('contested'), sized(1))
      server.faults.conflict({ name: 'contested', times: 2 })
      expect(await failureOf(createOrUpdate(server.client, Toy, place('contested'), sized(2)))).to.satisfy(isConflict)
      const { result } = await retryOnConflict(() => createOrUpdate(server.client, Toy, place('contested'), sized(2)))
      expect(result).to.equal('updated')
    })

    it('refuses a mutation of the name', async () => {
      const error = await failureOf(
        createOrUpdate(server.client, Toy, place('named'), (toy) => {
          toy.metadata.name = 'other'
        }),
      )
      expect(error).to.be.instanceOf(TypeError)
    })
  })

  describe('createOrPatch', () => {
    it('sends what changed only, and status to its subresource', async () => {
      const results: string[] = []
      const ready =
        (isReady: boolean, size: number) =>
        (toy: Toy): void => {
          sized(size)(toy)
          toy.status = { ready: isReady }
        }
      for (const [isReady, size] of [
        [false, 1],
        [true, 1],
        [true, 1],
        [false, 2],
      ] as const)
        results.push((await createOrPatch(server.client, Toy, place('p'), ready(isReady, size))).result)
      // Status is no part of a creation.
      expect(results).to.deep.equal(['created', 'updatedStatusOnly', 'unchanged', 'updatedStatus'])
      await toys().patch('p', { spec: { color: 'red' } })
      server.faults.conflict({ verb: 'patch', name: 'p' })
      expect((await createOrPatch(server.client, Toy, place('p'), sized(3))).result).to.equal('updated')
      expect((await toys().get('p')).spec).to.deep.equal({ size: 3, color: 'red' })
    })
  })

  describe('retryOnConflict', () => {
    it('gives up after five tries, and at once for other failures', async () => {
      await createOrUpdate(server.client, Toy, place('never'), sized(1))
      server.faults.conflict({ verb: 'update', name: 'never', times: Infinity })
      let tries = 0
      const error = await failureOf(
        retryOnConflict(() => {
          tries++
          return createOrUpdate(server.client, Toy, place('never'), sized(2))
        }),
      )
      expect(error).to.satisfy(isConflict)
      expect(tries).to.equal(5)
      tries = 0
      const missing = retryOnConflict(() => {
        tries++
        return toys().get('missing')
      })
      expect(await failureOf(missing)).to.satisfy(isNotFound)
      expect(tries).to.equal(1)
    })
  })

  describe('Finalizers', () => {
    const finalizer = 'test.example.com/cleanup'

    it('say whether they changed the object', async () => {
      const { object } = await createOrUpdate(server.client, Toy, place('plain'), sized(1))
      expect(addFinalizer(object, finalizer)).to.equal(true)
      expect(addFinalizer(object, finalizer)).to.equal(false)
      expect(containsFinalizer(object, finalizer)).to.equal(true)
      expect(removeFinalizer(object, finalizer)).to.equal(true)
      expect(removeFinalizer(object, finalizer)).to.equal(false)
    })

    it('hold the deletion back until what they clean up is clean', async () => {
      const { signal } = new AbortController()
      let failures = 1
      const finalizers = new Finalizers<Toy>()
        .register(finalizer, () => {
          if (failures-- > 0) throw new Error('the outside is not there')
        })
        .register('test.example.com/other', () => {})
      expect(() => finalizers.register(finalizer, () => {})).to.throw(TypeError)

      let { object } = await createOrUpdate(server.client, Toy, place('cleaned'), sized(1))
      expect(await finalizers.finalize(object, signal)).to.deep.equal({ changed: true, deleting: false })
      object = await toys().update(object)
      expect((await finalizers.finalize(object, signal)).changed).to.equal(false)
      await toys().delete('cleaned')
      object = await toys().get('cleaned')

      const half = await finalizers.finalize(object, signal)
      expect(half).to.include({ changed: true, deleting: true })
      expect(half.error?.message).to.contain('the outside is not there')
      object = await toys().update(object)
      expect(object.metadata.finalizers).to.deep.equal([finalizer])
      expect(await finalizers.finalize(object, signal)).to.deep.equal({ changed: true, deleting: true })
      await toys().update(object)
      expect(await failureOf(toys().get('cleaned'))).to.satisfy(isNotFound)
    })
  })
})
