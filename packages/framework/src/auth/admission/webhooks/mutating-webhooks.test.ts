import { expect } from 'chai'
import type { AdmissionAttributes } from '../attributes.ts'
import { configuration, v2Rules, WebhookLab } from './lab.test.ts'
import { patchOf, type Behaviour } from './webhook-server.test.ts'

describe('MutatingWebhooks.admit', () => {
  const lab = new WebhookLab()
  before(() => lab.server.start())
  after(() => lab.close())
  beforeEach(() => {
    lab.reset()
  })

  const add = (path: string, value: unknown): object[] => [{ op: 'add', path, value }]

  it('applies patches, each webhook seeing what the one before has made', async () => {
    lab.mutating.set(
      configuration(
        'a',
        lab.hook('/one', () => ({ allowed: true, ...patchOf(add('/spec', { size: 1 })) })),
      ),
      configuration(
        'b',
        lab.hook('/two', () => ({ allowed: true, ...patchOf(add('/spec/size', 2)) })),
      ),
    )
    const { object, ctx } = await lab.run()
    expect(object.spec).to.deep.equal({ size: 2 })
    expect(lab.server.received[1]?.review.request['object']).to.deep.include({ spec: { size: 1 } })
    expect(ctx.annotations.get('mutation.webhook.admission.k8s.io/round_0_index_1')).to.equal(
      '{"configuration":"b","webhook":"two.example.com","mutated":true}',
    )
    expect(ctx.annotations.get('patch.webhook.admission.k8s.io/round_0_index_0')).to.equal(
      '{"configuration":"a","webhook":"one.example.com","patch":[{"op":"add","path":"/spec","value":{"size":1}}],"patchType":"JSONPatch"}',
    )
  })

  it('takes over what is made in another version', async () => {
    const answer = { allowed: true, ...patchOf(add('/spec', { size: 5 })) }
    lab.mutating.set(
      configuration(
        'a',
        lab.hook('/v2', () => answer, { rules: v2Rules }),
      ),
    )
    const { object } = await lab.run()
    expect(object).to.deep.include({ apiVersion: 'g.io/v1', spec: { size: 5 } })
  })

  it('calls again, once, those that want to see later changes', async () => {
    const count: Behaviour = ({ review }) => {
      const { spec } = review.request['object'] as { spec?: { tags?: string[] } }
      return { allowed: true, ...patchOf(add('/spec', { tags: [...(spec?.tags ?? []), 'one'] })) }
    }
    lab.mutating.set(
      configuration(
        'a',
        lab.hook('/again', count, { reinvocationPolicy: 'IfNeeded' }),
        lab.hook('/never', count, { reinvocationPolicy: 'Never' }),
        lab.hook('/last', () => ({ allowed: true }), { reinvocationPolicy: 'IfNeeded' }),
      ),
    )
    const { object, ctx } = await lab.run()
    expect(lab.paths).to.deep.equal(['/again', '/never', '/last', '/again', '/last'])
    expect(object.spec).to.deep.equal({ tags: ['one', 'one', 'one'] })
    expect([...ctx.annotations.keys()].filter((key) => key.includes('round_1'))).to.deep.equal([
      'patch.webhook.admission.k8s.io/round_1_index_0',
      'mutation.webhook.admission.k8s.io/round_1_index_0',
      'mutation.webhook.admission.k8s.io/round_1_index_2',
    ])
  })

  it('does not call again when nothing changes', async () => {
    const same: Behaviour = () => ({
      allowed: true,
      ...patchOf([{ op: 'replace', path: '/metadata/name', value: 'x' }]),
    })
    lab.mutating.set(configuration('a', lab.hook('/same', same, { reinvocationPolicy: 'IfNeeded' })))
    await lab.run()
    expect(lab.paths).to.deep.equal(['/same'])
  })

  it('fails for patches that cannot be', async () => {
    const error = async (answer: object, given: Partial<AdmissionAttributes> = {}): Promise<string> => {
      lab.mutating.set(
        configuration(
          'a',
          lab.hook('/bad', () => ({ allowed: true, ...answer }), { failurePolicy: 'Ignore' }),
        ),
      )
      return (await lab.run(given)).error?.message ?? ''
    }
    expect(await error(patchOf([{ op: 'remove', path: '/nope' }]))).to.match(/^Internal error occurred: /)
    expect(await error({ patch: 'W10=' }), 'without a type: a failed call').to.equal('')
    const oldObject = { apiVersion: 'g.io/v1', kind: 'Thing', metadata: { name: 'x' } }
    const deletion = { operation: 'DELETE' as const, object: undefined, oldObject }
    expect(await error(patchOf(add('/a', 1)), deletion)).to.equal(
      'Internal error occurred: admission webhook "bad.example.com" attempted to modify the object, which is not supported for this operation',
    )
    expect(await error(patchOf([]), deletion)).to.equal('')
  })

  it('understands answers of v1beta1', async () => {
    const answer: Behaviour = () => ({ status: 200, text: '' })
    const webhook = lab.hook('/beta', answer, { admissionReviewVersions: ['v1beta1'] })
    const { patch } = patchOf(add('/spec', { size: 9 }))
    lab.server.on('/beta', () => ({ status: 200, text: JSON.stringify({ response: { allowed: true, patch } }) }))
    lab.mutating.set(configuration('a', webhook))
    expect((await lab.run()).object.spec).to.deep.equal({ size: 9 })
    expect(lab.server.received[0]?.text).to.match(
      /^\{"kind":"AdmissionReview","apiVersion":"admission.k8s.io\/v1beta1"/,
    )
  })
})
