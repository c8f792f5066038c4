import { expect } from 'chai'
import type { Authorizer } from '../../auth/authorization/authorizer.ts'
import { Crate, crate, CrateResource, Depot, type Answer } from './fixture.test.ts'

class Upserted extends CrateResource {
  override readonly allowCreateOnUpdate = true
}

/** Everybody may change what is there; jane may create too, and nobody can tell of bob. */
const authorizer: Authorizer = {
  authorize: ({ user, verb }) => {
    if (verb !== 'create' || user.name === 'jane') return Promise.resolve({ decision: 'Allow' })
    if (user.name === 'bob') return Promise.reject(new Error('no answer'))
    return Promise.resolve({ decision: 'NoOpinion', reason: 'because' })
  },
}

describe('requests: updates that create', () => {
  const depot = new Depot({ authorizers: [authorizer] }, [new Upserted()])
  before(() => depot.start())
  after(() => depot.stop())

  const as = (user: string, type: string): Record<string, string> => ({
    'content-type': `application/${type}`,
    'impersonate-user': user,
  })
  const apply = (user: string, name: string): Promise<Answer> =>
    depot.send('PATCH', `${name}?fieldManager=m`, {
      body: crate(name, { weight: 1 }),
      headers: as(user, 'apply-patch+yaml'),
    })
  const put = (user: string, name: string): Promise<Answer> =>
    depot.send('PUT', name, { body: crate(name, { weight: 1 }), headers: as(user, 'json') })

  it('need the right to create', async () => {
    for (const [way, verb] of [
      [apply, 'a'],
      [put, 'b'],
    ] as const) {
      const refused = await way('eve', verb)
      expect([refused.code, refused.message]).to.deep.equal([
        403,
        `crates.depot.example.com "${verb}" is forbidden: User "eve" cannot create resource "crates" in API group "depot.example.com" in the namespace "default": because`,
      ])
      expect((await depot.send('GET', verb)).code).to.equal(404)
      const unanswered = await way('bob', verb)
      expect([unanswered.code, unanswered.message]).to.deep.equal([500, 'Internal error occurred: no answer'])
      expect((await way('jane', verb)).code).to.equal(201)
    }
  })

  it('do not, where the object is there', async () => {
    expect((await apply('eve', 'a')).code).to.equal(200)
    const live = await depot.send('GET', 'b')
    const body = { ...live.object, apiVersion: Crate.apiVersion, spec: { weight: 2 } }
    expect((await depot.send('PUT', 'b', { body, headers: as('eve', 'json') })).code).to.equal(200)
  })

  it('are refused for what is wrong with them first', async () => {
    const body = crate('Not_A_Name', {})
    const { code } = await depot.send('PUT', 'Not_A_Name', { body, headers: as('eve', 'json') })
    expect(code).to.equal(422)
  })
})
