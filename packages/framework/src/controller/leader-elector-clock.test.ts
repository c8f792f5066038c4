import { expect } from 'chai'
import { TestServer } from '../testing/test-server.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { LeaderElector } from './leader-elector.ts'

const silent = { debug: () => {}, info: () => {}, error: () => {} }

describe('LeaderElector by a clock of a test’s own', () => {
  let server: TestServer
  before(async () => (server = await TestServer.start()))
  after(() => server.close())

  it('lets another lead when a lease is over, in no time', async () => {
    const clock = new FakeClock()
    const elector = (identity: string): LeaderElector =>
      new LeaderElector(server.client, { id: 'timed', namespace: 'default', identity }, silent, {}, clock)
    const [a, b] = [elector('a'), elector('b')]
    const stop = new AbortController()
    await a.acquire(stop.signal)
    let leads = false
    const acquiring = b.acquire(stop.signal).then((leading) => (leads = leading))
    for (let second = 0; second < 14; second++) {
      await clock.advance(1000)
      await new Promise((resolve) => setTimeout(resolve, 10))
      expect(leads).to.equal(false)
    }
    // Ten seconds without a renewal: it may not write, five before another could.
    expect(() => a.check()).to.throw('leader election lost')
    for (let second = 0; second < 10; second++) {
      await clock.advance(1000)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(await acquiring).to.equal(true)
    b.check()
    stop.abort()
  })
})
