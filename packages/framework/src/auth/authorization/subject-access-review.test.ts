import { expect } from 'chai'
import { StatusError } from '../../meta/status.ts'
import type { Client, RawRequest } from '../../client/client.ts'
import { ConnectionError } from '../../client/connection-error.ts'
import type { JsonObject, JsonValue } from '../../util/json.ts'
import { ReviewClient } from '../reviews/review-client.ts'
import type { AuthorizationAttributes } from './authorizer.ts'
import { reviewSpec, SubjectAccessReviewer, subjectAccessReviewKind } from './subject-access-review.ts'

const attributes: AuthorizationAttributes = {
  user: { name: 'jane', uid: '', groups: ['devs'], extra: {} },
  verb: 'list',
  isResourceRequest: true,
  path: '',
  group: 'g.io',
  version: 'v1',
  resource: 'things',
  subresource: '',
  namespace: 'ns',
  name: '',
  fieldSelector: '',
  labelSelector: '',
}

/** Answers in this order, the last one for ever. */
function scripted(...answers: (JsonObject | Error)[]): { reviews: ReviewClient; asked: RawRequest[]; codes: string[] } {
  const asked: RawRequest[] = []
  const codes: string[] = []
  const client = {
    request: (raw: RawRequest): Promise<JsonValue> => {
      asked.push(raw)
      const answer = answers[Math.min(asked.length, answers.length) - 1]
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ status: answer ?? {} })
    },
  } as unknown as Client
  const reviews = new ReviewClient(client, subjectAccessReviewKind, {
    backoff: { initialMs: 1, maxMs: 2, jitter: 0 },
    onAttempt: (code) => codes.push(code),
  })
  return { reviews, asked, codes }
}

const status = (code: number): StatusError => new StatusError({ code, reason: 'X', message: `status ${String(code)}` })

async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('did not fail')
}

describe('reviewSpec', () => {
  it('says what Go says, and leaves out what is empty', () => {
    expect(reviewSpec(attributes)).to.deep.equal({
      user: 'jane',
      groups: ['devs'],
      resourceAttributes: { namespace: 'ns', verb: 'list', group: 'g.io', version: 'v1', resource: 'things' },
    })
    const path = { ...attributes, isResourceRequest: false, path: '/metrics', verb: 'get' }
    expect(reviewSpec(path)).to.deep.equal({
      user: 'jane',
      groups: ['devs'],
      nonResourceAttributes: { path: '/metrics', verb: 'get' },
    })
  })
  it('carries the selectors', () => {
    const spec = reviewSpec({
      ...attributes,
      fieldSelector: 'metadata.name=x,spec.a!=b',
      labelSelector: 'a,!b,c in (y,x),d!=z',
    })
    expect(spec.resourceAttributes).to.deep.include({
      fieldSelector: {
        requirements: [
          { key: 'metadata.name', operator: 'In', values: ['x'] },
          { key: 'spec.a', operator: 'NotIn', values: ['b'] },
        ],
      },
    })
    const { labelSelector } = spec.resourceAttributes as JsonObject
    expect((labelSelector as JsonObject).requirements).to.have.deep.members([
      { key: 'a', operator: 'Exists' },
      { key: 'b', operator: 'DoesNotExist' },
      { key: 'c', operator: 'In', values: ['x', 'y'] },
      { key: 'd', operator: 'NotIn', values: ['z'] },
    ])
  })
  it('leaves out selectors that nobody can read', () => {
    const spec = reviewSpec({ ...attributes, fieldSelector: 'a', labelSelector: 'a in (' })
    expect(spec.resourceAttributes).to.not.have.any.keys('fieldSelector', 'labelSelector')
  })
})

describe('SubjectAccessReviewer.authorize', () => {
  it('asks once for the same question, and anew for another', async () => {
    const { reviews, asked } = scripted({ allowed: true })
    const reviewer = new SubjectAccessReviewer(reviews)
    const answers = await Promise.all([1, 2].map(() => reviewer.authorize(attributes)))
    expect(answers.map(({ decision }) => decision)).to.deep.equal(['Allow', 'Allow'])
    await reviewer.authorize(attributes)
    expect(asked).to.have.length(1)
    expect(asked[0]?.path).to.equal('/apis/authorization.k8s.io/v1/subjectaccessreviews?timeout=10s')
    await reviewer.authorize({ ...attributes, user: { ...attributes.user, groups: [] } })
    expect(asked).to.have.length(2)
  })
  for (const [what, answer, decision] of [
    ['denied', { denied: true, reason: 'no' }, { decision: 'Deny', reason: 'no' }],
    ['no opinion', { allowed: false, reason: '' }, { decision: 'NoOpinion' }],
    ['an empty answer', {}, { decision: 'NoOpinion' }],
    ['a text for a yes', { allowed: 'true' }, { decision: 'NoOpinion' }],
  ] as const)
    it(`understands ${what}`, async () => {
      const { reviews } = scripted(answer)
      expect(await new SubjectAccessReviewer(reviews).authorize(attributes)).to.deep.equal(decision)
    })
  it('believes a yes and a no for their own times', async () => {
    const { reviews, asked } = scripted({ allowed: false }, { allowed: true })
    const reviewer = new SubjectAccessReviewer(reviews, { authorizedTtlMs: 10_000, unauthorizedTtlMs: 20 })
    expect((await reviewer.authorize(attributes)).decision).to.equal('NoOpinion')
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect((await reviewer.authorize(attributes)).decision).to.equal('Allow')
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect((await reviewer.authorize(attributes)).decision).to.equal('Allow')
    expect(asked).to.have.length(2)
  })
  it('does not remember what is very long', async () => {
    const { reviews, asked } = scripted({ allowed: true })
    const reviewer = new SubjectAccessReviewer(reviews)
    const long = { ...attributes, name: 'x'.repeat(10_000) }
    for (let i = 0; i < 2; i++) await reviewer.authorize(long)
    expect(asked).to.have.length(2)
  })
  it('tries again where that may help, and counts the attempts', async () => {
    const { reviews, codes } = scripted(status(500), status(429), new ConnectionError('x', { code: 'ECONNRESET' }), {
      allowed: true,
    })
    expect((await new SubjectAccessReviewer(reviews).authorize(attributes)).decision).to.equal('Allow')
    expect(codes).to.deep.equal(['500', '429', '<error>', '201'])
  })
  it('gives up after five attempts, at once for what will not pass, and remembers neither', async () => {
    const always = scripted(status(500))
    expect(await failure(new SubjectAccessReviewer(always.reviews).authorize(attributes))).to.be.instanceOf(StatusError)
    expect(always.asked).to.have.length(5)
    const refused = scripted(status(403), { allowed: true })
    const reviewer = new SubjectAccessReviewer(refused.reviews)
    await failure(reviewer.authorize(attributes))
    expect(refused.asked).to.have.length(1)
    expect((await reviewer.authorize(attributes)).decision).to.equal('Allow')
  })
  it('fails when the answer says both', async () => {
    const { reviews } = scripted({ allowed: true, denied: true })
    expect(String(await failure(new SubjectAccessReviewer(reviews).authorize(attributes)))).to.include('both')
  })
  it('lets a request go whose client is gone, without a yes', async () => {
    const { reviews } = scripted({ allowed: true })
    const gone = AbortSignal.abort(new Error('the client is gone'))
    const work = new SubjectAccessReviewer(reviews).authorize(attributes, { signal: gone })
    expect(String(await failure(work))).to.include('gone')
  })
})
