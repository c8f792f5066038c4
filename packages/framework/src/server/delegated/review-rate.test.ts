import { expect } from 'chai'
import { pino } from 'pino'
import { PeerCertificates } from '../../auth/authentication/peer-certificates.ts'
import { attributesOf } from '../../auth/authorization/authorizer.ts'
import { parseRequestInfo } from '../../request/request-info.ts'
import { FakeCluster } from '../../testing/fake-cluster/fake-cluster.ts'
import { ServerMetrics } from '../metrics/server-metrics.ts'
import { defaults } from '../options.ts'
import { Delegated } from './delegated.ts'

describe('reviews', function () {
  this.timeout(30_000)

  it('of tokens that strangers make up are 400 at once and 200 a second, and hold up no other question', async () => {
    const cluster = await FakeCluster.start()
    const { kubeconfig } = cluster
    const delegated = new Delegated({ ...defaults, kubeconfig }, pino({ level: 'silent' }), new ServerMetrics())
    const tokens = delegated.authenticators(new PeerCertificates()).find(({ name }) => name === 'bearer-token')
    const user = { name: 'alice', uid: '', groups: [], extra: {} }
    const attributes = attributesOf(user, parseRequestInfo('GET', '/apis/g.io/v1/things'))
    const begin = performance.now()
    let answered = 0
    const flood = Array.from({ length: 700 }, async (_, n) => {
      const request = { headers: {}, rawHeaders: ['Authorization', `Bearer made-up-${String(n)}`] }
      await tokens?.authenticate(request as never).catch(() => undefined)
      answered++
    })
    expect((await delegated.authorizer([]).authorize(attributes)).decision).to.equal('NoOpinion')
    expect(answered).to.be.below(700)
    await Promise.all(flood)
    expect(performance.now() - begin).to.be.within(1400, 10_000)
    await delegated.close()
    await cluster.close()
  })
})
