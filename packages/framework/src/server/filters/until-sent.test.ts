import { expect } from 'chai'
import { once } from 'node:events'
import { connect } from 'node:http2'
import type { RequestContext } from '../../request/context.ts'
import type { Answer, WriteOptions } from '../../registry/rest.ts'
import { crate, CrateResource, Depot, type Crate } from '../requests/fixture.test.ts'

/** Shows the signals of its requests. A crate named `slow` is never made. */
class SignallingCrates extends CrateResource {
  readonly signals: AbortSignal[] = []

  override async create(object: Crate, ctx: RequestContext, options: WriteOptions<Crate>): Promise<Answer<Crate>> {
    this.signals.push(ctx.signal)
    if (object.metadata.name === 'slow') await once(ctx.signal, 'abort')
    return super.create(object, ctx, options)
  }
}

describe('the signal of a request over HTTP/2', () => {
  let depot: Depot
  let resource: SignallingCrates
  beforeEach(async () => {
    resource = new SignallingCrates()
    depot = new Depot({}, [resource])
    await depot.start()
  })
  afterEach(() => depot.stop())
  const aborted = (): boolean[] => resource.signals.map((signal) => signal.aborted)
  const closed = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

  it('says nothing of an answer that was sent', async () => {
    await depot.create('a')
    expect((await depot.send('POST', '', { body: crate('a') })).code).to.equal(409)
    await closed()
    expect(aborted()).to.deep.equal([false, false])
  })

  it('tells of a client that is gone before the answer', async () => {
    const session = connect(depot.server.url, depot.identity)
    const stream = session.request({ ':method': 'POST', ':path': depot.crates, 'content-type': 'application/json' })
    stream.on('error', () => undefined)
    stream.end(JSON.stringify(crate('slow')))
    while (resource.signals.length === 0) await closed()
    session.destroy()
    await closed()
    expect(aborted()).to.deep.equal([true])
  })
})
