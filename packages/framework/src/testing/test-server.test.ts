import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from '@sinclair/typebox'
import { ConnectionError } from '../client/connection-error.ts'
import { isConflict, isExpired, isNotFound } from '../client/error-kinds.ts'
import { Informer } from '../client/informer.ts'
import { StatusError } from '../meta/status.ts'
import { StoredResource } from '../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../schema/kind.ts'
import { TestServer } from './test-server.ts'

const Toy = defineKind({
  group: 'test.example.com',
  version: 'v1',
  kind: 'Toy',
  plural: 'toys',
  schema: Type.Object({ spec: Type.Object({ size: Type.Integer() }) }),
})
type Toy = ObjectOf<typeof Toy>

class ToyResource extends StoredResource<Toy> {
  readonly storageVersion = Toy
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  return expect.fail('it went well')
}

describe('TestServer', () => {
  let server: TestServer
  before(async () => (server = await TestServer.start({ resources: [new ToyResource()], namespaces: ['other'] })))
  after(() => server.close())
  afterEach(() => server.faults.clear())

  const toys = () => server.client.resource(Toy).namespace('default')
  const make = (name: string): Promise<Toy> =>
    server.directClient.resource(Toy).create({ metadata: { name, namespace: 'default' }, spec: { size: 1 } })

  it('serves its resources to a client, in namespaces that were asked for', async () => {
    await server.client.resource(Toy).create({ metadata: { name: 'a', namespace: 'other' }, spec: { size: 2 } })
    expect((await server.client.resource(Toy).namespace('other').get('a')).spec.size).to.equal(2)
  })

  it('refuses as often as it is told, and only what matches', async () => {
    await make('refused')
    server.faults.refuse(410, 'Expired', { verb: 'get', resource: 'toys', times: 2 })
    await toys().list()
    expect(await failureOf(toys().get('refused'))).to.satisfy(isExpired)
    expect(await failureOf(toys().get('refused'))).to.satisfy(isExpired)
    expect((await toys().get('refused')).metadata.name).to.equal('refused')
  })

  it('is asked again after Retry-After', async () => {
    await make('later')
    server.faults.refuse(429, 'TooManyRequests', { verb: 'get', name: 'later', retryAfterSeconds: 0 })
    expect((await toys().get('later')).metadata.name).to.equal('later')
  })

  it('breaks a connection before the server sees the request, or after', async () => {
    server.faults.drop({ verb: 'create' })
    expect(
      await failureOf(toys().create({ metadata: { name: 'unseen', namespace: 'default' }, spec: { size: 1 } })),
    ).to.be.instanceOf(ConnectionError)
    expect(await failureOf(toys().get('unseen'))).to.satisfy(isNotFound)
    server.faults.dropAnswer({ verb: 'create' })
    expect(
      await failureOf(toys().create({ metadata: { name: 'seen', namespace: 'default' }, spec: { size: 1 } })),
    ).to.be.instanceOf(ConnectionError)
    expect((await toys().get('seen')).metadata.name).to.equal('seen')
  })

  it('lets another writer be faster', async () => {
    const toy = await make('contested')
    server.faults.conflict({ resource: 'toys' })
    expect(await failureOf(toys().update({ ...toy, spec: { size: 5 } }))).to.satisfy(isConflict)
    const now = await toys().get('contested')
    expect(now.spec.size).to.equal(1)
    expect((await toys().update({ ...now, spec: { size: 5 } })).spec.size).to.equal(5)
  })

  it('is slow', async () => {
    await make('slow')
    server.faults.delay(80, { verb: 'get' })
    const startedAt = performance.now()
    await toys().get('slow')
    expect(performance.now() - startedAt).to.be.greaterThan(75)
  })

  it('breaks, ends and fails watches, and an informer sees everything nevertheless', async () => {
    const stop = new AbortController()
    const errors: unknown[] = []
    const informer = new Informer(toys(), {
      backoff: { initialMs: 1, maxMs: 5 },
      onError: (error) => errors.push(error),
    })
    const running = informer.run(stop.signal)
    await informer.synced()
    const goesWrong = [
      () => server.faults.dropWatches(),
      () => server.faults.dropWatches({ partial: true }),
      () => server.faults.endWatches(),
      () => server.faults.failWatches(),
      () => server.faults.failWatches(500, 'InternalError'),
    ]
    for (const [i, goWrong] of goesWrong.entries()) {
      while (server.faults.openWatches === 0) await sleep(2)
      goWrong()
      await make(`watched-${String(i)}`)
      while (!informer.get(`watched-${String(i)}`, 'default')) await sleep(2)
    }
    expect(errors.some((error) => isExpired(error))).to.equal(true)
    expect(errors.some((error) => error instanceof StatusError && error.code === 500)).to.equal(true)
    stop.abort()
    await running
  })

  it('answers a client as the user that it is for', async () => {
    const nobody = server.newClient({ user: 'nobody' })
    const error = await failureOf(nobody.resource(Toy).namespace('default').get('a'))
    expect(error).to.be.instanceOf(StatusError)
    expect((error as StatusError).code).to.equal(403)
    expect((error as StatusError).message).to.contain('User "nobody" cannot get resource "toys"')
  })
})
