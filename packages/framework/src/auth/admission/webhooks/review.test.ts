import { expect } from 'chai'
import { configuration, v2Rules, WebhookLab } from './lab.test.ts'

describe('AdmissionReview', () => {
  const lab = new WebhookLab()
  before(() => lab.server.start())
  after(() => lab.close())
  beforeEach(() => {
    lab.reset()
  })

  it('is sent as Kubernetes sends it', async () => {
    lab.validating.set(
      configuration(
        'c',
        lab.hook('/review', () => ({ allowed: true })),
      ),
    )
    await lab.run({
      subresource: 'status',
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
      user: { name: 'jane', uid: '7', groups: ['a', 'b'], extra: { k: ['v'] } },
    })
    const [received] = lab.server.received
    expect(received?.path).to.equal('/review?timeout=10s')
    expect(received?.httpVersion).to.equal('1.1')
    expect(received?.headers).to.include({
      'user-agent': 'kube-apiserver-admission',
      accept: 'application/json, */*',
      'content-type': 'application/json',
    })
    const uid = received?.review.request.uid ?? ''
    expect(uid).to.match(/^[0-9a-f-]{36}$/)
    expect(received?.text).to.equal(
      `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"${uid}",` +
        '"kind":{"group":"g.io","version":"v1","kind":"Thing"},' +
        '"resource":{"group":"g.io","version":"v1","resource":"things"},"subResource":"status",' +
        '"requestKind":{"group":"g.io","version":"v1","kind":"Thing"},' +
        '"requestResource":{"group":"g.io","version":"v1","resource":"things"},"requestSubResource":"status",' +
        '"name":"x","namespace":"ns","operation":"CREATE",' +
        '"userInfo":{"username":"jane","uid":"7","groups":["a","b"],"extra":{"k":["v"]}},' +
        '"object":{"apiVersion":"g.io/v1","kind":"Thing","metadata":{"name":"x","namespace":"ns"}},"oldObject":null,' +
        '"dryRun":false,"options":{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1","fieldManager":"me"}}}',
    )
  })

  it('is of the version that the webhook asks for', async () => {
    lab.validating.set(
      configuration(
        'c',
        lab.hook('/v2', () => ({ allowed: true }), { rules: v2Rules }),
      ),
    )
    await lab.run()
    const request = lab.server.received[0]?.review.request
    expect(request?.['kind']).to.deep.equal({ group: 'g.io', version: 'v2', kind: 'Thing' })
    expect(request?.['requestKind']).to.deep.equal({ group: 'g.io', version: 'v1', kind: 'Thing' })
    expect(request?.['object']).to.include({ apiVersion: 'g.io/v2' })
    lab.validating.set(
      configuration(
        'c',
        lab.hook('/v2', () => ({ allowed: true }), { rules: v2Rules, matchPolicy: 'Exact' }),
      ),
    )
    await lab.run()
    expect(lab.server.received).to.have.length(1)
  })
})
