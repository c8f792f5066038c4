import { expect } from 'chai'
import { StatusError } from '../../../meta/status.ts'
import type { Webhook } from '../configuration/registration.ts'
import { recordedContext } from '../fixture.test.ts'
import { configuration, thingRules, WebhookLab } from './lab.test.ts'
import { patchOf, type Behaviour } from './webhook-server.test.ts'

describe('ValidatingWebhooks.validate', () => {
  const lab = new WebhookLab()
  before(() => lab.server.start())
  after(() => lab.close())
  beforeEach(() => {
    lab.reset()
  })

  it('refuses with the words and the code of the webhook', async () => {
    const answers: [object, number, string, string][] = [
      [{ message: 'no way' }, 400, '', 'no way'],
      [{ code: 402, reason: 'PaymentRequired', message: 'pay' }, 402, 'PaymentRequired', 'pay'],
      [{ code: 200, reason: 'Because' }, 400, 'Because', 'Because'],
    ]
    for (const [status, code, reason, text] of answers) {
      lab.validating.set(
        configuration(
          'c',
          lab.hook('/deny', () => ({ allowed: false, status })),
        ),
      )
      const { error } = await lab.run()
      expect(error?.message).to.equal(`admission webhook "deny.example.com" denied the request: ${text}`)
      expect([error?.code, error?.reason]).to.deep.equal([code, reason])
    }
    lab.validating.set(
      configuration(
        'c',
        lab.hook('/deny', () => ({ allowed: false })),
      ),
    )
    expect((await lab.run()).error?.message).to.equal(
      'admission webhook "deny.example.com" denied the request without explanation',
    )
  })

  it('passes on warnings and audit annotations', async () => {
    const answer = { allowed: true, warnings: ['careful'], auditAnnotations: { who: 'me', 'a/b': 'no key' } }
    lab.validating.set(
      configuration(
        'c',
        lab.hook('/warn', () => answer),
      ),
    )
    const { ctx } = await lab.run()
    expect(ctx.texts).to.deep.equal(['careful'])
    expect([...ctx.annotations]).to.deep.equal([['warn.example.com/who', 'me']])
  })

  it('fails, or lets pass, when there is no answer that counts', async () => {
    const url = `https://127.0.0.1:${String(lab.server.port)}`
    const cases: [string, Behaviour, string][] = [
      [
        '/broken',
        () => ({ status: 500, text: 'oh no' }),
        'failed to call webhook: an error on the server ("oh no") has prevented the request from succeeding',
      ],
      [
        '/gone',
        () => ({ status: 404, text: 'x' }),
        'failed to call webhook: the server could not find the requested resource',
      ],
      [
        '/uid',
        () => ({ uid: 'other', allowed: true }),
        'received invalid webhook response: expected response.uid="UID", got "other"',
      ],
      [
        '/patching',
        () => ({ allowed: true, ...patchOf([]) }),
        'received invalid webhook response: validating webhook may not return response.patch',
      ],
      ['/slow', () => undefined, `failed to call webhook: Post "${url}/slow?timeout=1s": context deadline exceeded`],
    ]
    for (const [path, behaviour, cause] of cases) {
      const webhook = lab.hook(path, behaviour, { timeoutSeconds: 1 })
      lab.validating.set(configuration('c', webhook))
      const { error } = await lab.run()
      const uid = lab.server.received.at(-1)?.review.request.uid ?? ''
      const text = `failed calling webhook "${webhook.name}": ${cause.replace('UID', uid)}`
      expect(error?.message).to.equal(`Internal error occurred: ${text}`)
      expect(error?.status).to.deep.include({ code: 500, reason: 'InternalError' })
      expect(error?.status.details?.causes).to.deep.equal([{ message: text }])
      lab.validating.set(configuration('c', { ...webhook, failurePolicy: 'Ignore' }))
      const { error: ignored, ctx } = await lab.run()
      expect(ignored, path).to.equal(undefined)
      expect([...ctx.annotations]).to.deep.equal([
        ['failed-open.validating.webhook.admission.k8s.io/round_0_index_0', webhook.name],
      ])
    }
  })

  it('says in Go words why a webhook cannot be reached', async () => {
    const there = lab.hook('/there', () => ({ allowed: true }))
    const call = async (clientConfig: Webhook['clientConfig']): Promise<string> => {
      lab.validating.set(configuration('c', { ...there, clientConfig }))
      return (await lab.run()).error?.message ?? ''
    }
    const { caBundle } = there.clientConfig
    expect(await call({ url: 'https://127.0.0.1:23499/x', ...(caBundle ? { caBundle } : {}) })).to.match(
      /Post "https:\/\/127\.0\.0\.1:23499\/x\?timeout=10s": dial tcp 127\.0\.0\.1:23499: connect: connection refused$/,
    )
    expect(await call({ url: there.clientConfig.url ?? '' })).to.match(
      /tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
    )
    expect(await call({ service: { name: 'nobody', namespace: 'nowhere' } })).to.match(
      /Post "https:\/\/nobody\.nowhere\.svc\/\?timeout=10s": dial tcp: lookup nobody\.nowhere\.svc: no such host$/,
    )
  })

  it('asks all at once, and all of them', async () => {
    const slow: Behaviour = () => ({ allowed: true })
    lab.validating.set(
      configuration(
        'b',
        lab.hook('/b1', slow),
        lab.hook('/b2', () => ({ allowed: false, status: { message: 'b2' } })),
      ),
      configuration('a', lab.hook('/a1', slow)),
    )
    expect((await lab.run()).error?.message).to.match(/b2$/)
    expect(lab.paths.sort()).to.deep.equal(['/a1', '/b1', '/b2'])
  })

  it('asks only whom selectors and conditions name', async () => {
    const allow: Behaviour = () => ({ allowed: true })
    const named = (name: string, expression: string): Partial<Webhook> => ({
      matchConditions: [{ name, expression }],
    })
    lab.validating.set(
      configuration(
        'c',
        lab.hook('/dev', allow, { namespaceSelector: { matchLabels: { env: 'dev' } } }),
        lab.hook('/prod', allow, { namespaceSelector: { matchLabels: { env: 'prod' } } }),
        lab.hook('/labelled', allow, { objectSelector: { matchLabels: { a: 'b' } } }),
        lab.hook('/update', allow, { rules: [{ ...thingRules[0], operations: ['UPDATE'] }] }),
        lab.hook('/jane', allow, named('jane', "request.userInfo.username == 'jane'")),
        lab.hook('/joe', allow, named('joe', "request.userInfo.username == 'joe'")),
        lab.hook('/denied', allow, named('may', "authorizer.requestResource.check('delete').allowed()")),
      ),
    )
    expect((await lab.run()).error).to.equal(undefined)
    expect(lab.paths).to.have.members(['/prod', '/jane'])
  })

  it('refuses where conditions cannot be decided, or skips', async () => {
    const matchConditions = [{ name: 'm', expression: 'object.spec.size > 1' }]
    const webhook = lab.hook('/conditions', () => ({ allowed: true }), { matchConditions })
    lab.validating.set(configuration('c', webhook))
    const { error } = await lab.run()
    expect(error?.message).to.equal(
      `things.g.io "x" is forbidden: expression 'object.spec.size > 1' resulted in error: no such key: spec`,
    )
    expect(error?.code).to.equal(403)
    lab.validating.set(configuration('c', { ...webhook, failurePolicy: 'Ignore' }))
    expect((await lab.run()).error).to.equal(undefined)
    expect(lab.server.received).to.have.length(0)
  })

  it('does a dry run only with webhooks that have no side effects then', async () => {
    for (const [sideEffects, passes] of [
      ['None', true],
      ['NoneOnDryRun', true],
      ['Some', false],
      ['Unknown', false],
    ] as const) {
      const webhook = lab.hook('/dry', () => ({ allowed: true }), { sideEffects, failurePolicy: 'Ignore' })
      lab.validating.set(configuration('c', webhook))
      const { error } = await lab.run({ dryRun: true })
      expect(error?.status).to.deep.equal(
        passes
          ? undefined
          : StatusError.badRequest('admission webhook "dry.example.com" does not support dry run').status,
      )
    }
    expect(lab.server.received.map(({ review }) => review.request['dryRun'])).to.deep.equal([true, true])
  })

  it('is not asked while there are none, and refuses while nobody knows', async () => {
    expect([lab.chain.mutates('CREATE'), lab.chain.validates('DELETE')]).to.deep.equal([false, false])
    lab.validating.hasSynced = false
    expect(lab.chain.validates('DELETE')).to.equal(true)
    const abort = new AbortController()
    setTimeout(() => {
      abort.abort(new Error('over'))
    }, 100)
    const failure = await lab.run({}, recordedContext(abort.signal)).catch((error: unknown) => String(error))
    expect(failure).to.match(/AbortError/)
    lab.validating.hasSynced = true
  })
})
