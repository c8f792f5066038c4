import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:tls'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { AggregatedExample } from '../harness/aggregated-example.ts'
import type { CertificatePaths } from '../harness/cluster-certificates.ts'
import type { Cluster, Identity } from '../harness/cluster.ts'
import { eventually } from '../harness/eventually.ts'
import { SteadyLoad } from '../harness/steady-load.ts'
import { setting } from './setting.ts'

const rbac = '/apis/rbac.authorization.k8s.io/v1'
const flunders = '/apis/wardle.example.com/v1beta1/namespaces/rotation/flunders'
const trustMap = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication'

describe('Rotation under load', function () {
  this.timeout(300_000)
  let cluster: Cluster
  let example: AggregatedExample
  let dora: Identity
  let load: SteadyLoad
  before(async () => {
    ;({ cluster, example } = await setting())
    dora = cluster.identity('dora')
    await cluster.send('POST', '/api/v1/namespaces', { metadata: { name: 'rotation' } })
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'flunder-writer' }
    const rules = [{ apiGroups: ['wardle.example.com'], resources: ['flunders'], verbs: ['*'] }]
    await cluster.send('POST', `${rbac}/clusterroles`, { metadata: { name: 'flunder-writer' }, rules })
    const bound = await cluster.send('POST', `${rbac}/namespaces/rotation/rolebindings`, {
      metadata: { name: 'dora' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'dora' }],
      roleRef,
    })
    expect(bound.status, bound.text).to.equal(201)
  })

  beforeEach(() => {
    load = new SteadyLoad(4, async (n) => {
      const name = `load-${String(n)}`
      const body = { apiVersion: 'wardle.example.com/v1beta1', kind: 'Flunder', metadata: { name } }
      for (const [method, path, wanted] of [
        ['POST', flunders, 201],
        ['GET', `${flunders}/${name}`, 200],
        ['DELETE', `${flunders}/${name}`, 200],
      ] as const) {
        const answer = await cluster.send(method, path, method === 'POST' ? body : undefined, { as: dora })
        if (answer.status !== wanted) return `${method} ${path}: ${String(answer.status)} ${answer.text}`
      }
      return undefined
    })
  })
  const noneFailed = async (): Promise<void> => {
    const problems = await load.stop()
    console.log(`      ${String(load.sent * 3)} requests`)
    expect(problems.slice(0, 5)).to.deep.equal([])
    expect(load.sent).to.be.greaterThan(20)
  }
  afterEach(() => load.stop())

  /** Whether headers that come with this certificate are believed, past the aggregation layer. */
  const isBelieved = async (certificate: CertificatePaths): Promise<boolean> => {
    const headers = { 'x-remote-user': 'somebody', 'x-remote-group': 'system:masters' }
    return (await example.get(flunders, { headers, certificate })).status === 200
  }

  it('of the authority of the front proxy, and of its certificate', async () => {
    const { certificates } = cluster
    const file = certificates.path('front-proxy-ca.crt')
    const old = readFileSync(file, 'utf8')
    const oldProxy = certificates.frontProxy('old-front-proxy', 'front-proxy-client')
    const authority = certificates.renewFrontProxyAuthority()
    const newProxy = certificates.frontProxy('new-front-proxy', 'front-proxy-client')
    expect(await isBelieved(newProxy)).to.equal(false)

    writeFileSync(file, old + authority.certificate)
    await eventually('both authorities are trusted', () => isBelieved(newProxy), 90_000)
    expect(await isBelieved(oldProxy)).to.equal(true)

    const taken = (): number => cluster.kubeApiserver.log().split('Loaded a new cert/key pair').length
    const before = taken()
    certificates.frontProxy('front-proxy-client', 'front-proxy-client')
    await eventually('kube-apiserver has its new certificate', async () => taken() > before, 90_000)
    await sleep(1000)

    // kube-apiserver adds to what the ConfigMap says and never takes away: that is for the administrator to do.
    writeFileSync(file, authority.certificate)
    const data = { 'requestheader-client-ca-file': authority.certificate }
    const headers = { 'content-type': 'application/merge-patch+json' }
    const isGone = async (): Promise<boolean> => {
      await cluster.send('PATCH', trustMap, { data }, { headers })
      await sleep(500)
      return !(await isBelieved(oldProxy))
    }
    await eventually('the old authority is not trusted any more', isGone, 90_000)
    await sleep(1000)
    await noneFailed()
  })

  it('of the serving certificate and its authority', async () => {
    const authority = cluster.certificates.authority('wardle-serving-ca')
    await example.trust(cluster.certificates.servingCa + authority.certificate)
    await sleep(1000)
    example.renewServingCertificate(authority)
    const issuer = async (): Promise<string> => {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(example.url).port), rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const { CN } = socket.getPeerCertificate().issuer
      socket.destroy()
      return CN
    }
    await eventually('the new certificate is shown', async () => (await issuer()) === 'wardle-serving-ca', 90_000)
    await example.trust(authority.certificate)
    await sleep(2000)
    await noneFailed()
  })

  it('of the token with which our server asks the cluster', async () => {
    await example.renewToken('token-2')
    await example.revokeToken('token-1')
    // Longer than kube-apiserver believes the old token, and than our server believes what it was told.
    await sleep(22_000)
    await noneFailed()
    const { body } = await cluster.send('POST', '/api/v1/namespaces/rotation/serviceaccounts', {
      metadata: { name: 'robot' },
    })
    expect(body.metadata.name).to.equal('robot')
    const account = await cluster.send('POST', '/api/v1/namespaces/rotation/serviceaccounts/robot/token', { spec: {} })
    const headers = { authorization: `Bearer ${String(account.body.status.token)}` }
    expect((await example.get(flunders, { headers })).status).to.equal(403)
  })
})
