import { expect } from 'chai'
import { AlwaysAllowPaths } from './always-allow-paths.ts'
import type { AuthorizationAttributes, AuthorizationDecision, Authorizer } from './authorizer.ts'
import { DefaultRoles } from './default-roles.ts'
import { forbidden } from './forbidden.ts'
import { PrivilegedGroups } from './privileged-groups.ts'
import { UnionAuthorizer } from './union.ts'

const attributes = (given: Partial<AuthorizationAttributes> & { groups?: string[] }): AuthorizationAttributes => ({
  user: { name: 'jane', uid: '', groups: given.groups ?? [], extra: {} },
  verb: 'get',
  isResourceRequest: false,
  path: '',
  group: '',
  version: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  fieldSelector: '',
  labelSelector: '',
  ...given,
})

const decided = async (authorizer: Authorizer, given: Parameters<typeof attributes>[0]): Promise<string> =>
  (await authorizer.authorize(attributes(given))).decision

describe('AlwaysAllowPaths', () => {
  const paths = new AlwaysAllowPaths(['/healthz', 'livez', '/pub/*'])
  for (const [path, decision] of [
    ['/healthz', 'Allow'],
    ['/livez', 'Allow'],
    ['/pub/a/b', 'Allow'],
    ['/pub', 'NoOpinion'],
    ['/healthz/ping', 'NoOpinion'],
    ['/Healthz', 'NoOpinion'],
    ['', 'NoOpinion'],
  ] as const)
    it(`${decision === 'Allow' ? 'allows' : 'has no opinion of'} ${path || 'nothing'}`, async () => {
      expect(await decided(paths, { path })).to.equal(decision)
    })
  it('says nothing of resources', async () => {
    expect(await decided(paths, { path: '/healthz', isResourceRequest: true })).to.equal('NoOpinion')
  })
  it('wants stars at the end only', () => {
    expect(() => new AlwaysAllowPaths(['/a*b'])).to.throw(TypeError, 'trailing *')
  })
})

describe('PrivilegedGroups', () => {
  it('lets members do everything', async () => {
    const masters = new PrivilegedGroups('system:masters')
    expect(await decided(masters, { groups: ['a', 'system:masters'] })).to.equal('Allow')
    expect(await decided(masters, { groups: ['system:mastersx'] })).to.equal('NoOpinion')
    expect(await decided(masters, {})).to.equal('NoOpinion')
  })
})

describe('DefaultRoles', () => {
  const roles = new DefaultRoles()
  const everybody = ['system:unauthenticated']
  const users = ['system:authenticated']
  for (const [path, groups, decision] of [
    ['/version', everybody, 'Allow'],
    ['/healthz', everybody, 'Allow'],
    ['/apis', everybody, 'NoOpinion'],
    ['/apis', users, 'Allow'],
    ['/apis/g/v', users, 'Allow'],
    ['/openapi/v3/apis/g/v', users, 'Allow'],
    ['/metrics', users, 'NoOpinion'],
    ['/', users, 'NoOpinion'],
    ['/version', [], 'NoOpinion'],
  ] as const)
    it(`${decision === 'Allow' ? 'allows' : 'does not allow'} ${path} for ${groups[0] ?? 'no group'}`, async () => {
      expect(await decided(roles, { path, groups: [...groups] })).to.equal(decision)
    })
  it('allows reading alone', async () => {
    expect(await decided(roles, { path: '/apis', groups: users, verb: 'post' })).to.equal('NoOpinion')
  })
})

describe('UnionAuthorizer', () => {
  const member = (answer: AuthorizationDecision | Error): Authorizer => ({
    authorize: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)),
  })
  const ask = (...answers: (AuthorizationDecision | Error)[]): Promise<AuthorizationDecision> =>
    new UnionAuthorizer(answers.map(member)).authorize(attributes({}))

  it('does what the first says that has an opinion', async () => {
    expect(
      await ask({ decision: 'NoOpinion' }, { decision: 'Deny', reason: 'no' }, { decision: 'Allow' }),
    ).to.deep.equal({ decision: 'Deny', reason: 'no' })
    expect((await ask(new Error('down'), { decision: 'Allow' })).decision).to.equal('Allow')
  })
  it('collects reasons, and fails when nobody decided and somebody failed', async () => {
    const none = await ask({ decision: 'NoOpinion', reason: 'a' }, { decision: 'NoOpinion', reason: 'b' })
    expect(none).to.deep.equal({ decision: 'NoOpinion', reason: 'a\nb' })
    let failure: unknown
    await ask({ decision: 'NoOpinion' }, new Error('down')).catch((error: unknown) => (failure = error))
    expect(String(failure)).to.include('down')
  })
  it('allows nothing with no members', async () => {
    expect((await ask()).decision).to.equal('NoOpinion')
  })
})

describe('forbidden', () => {
  const resource = { isResourceRequest: true, group: 'g.io', resource: 'things', verb: 'get' }
  for (const [given, message] of [
    [
      { ...resource, namespace: 'ns', name: 'x' },
      'things.g.io "x" is forbidden: User "jane" cannot get resource "things" in API group "g.io" in the namespace "ns"',
    ],
    [
      { ...resource, verb: 'list' },
      'things.g.io is forbidden: User "jane" cannot list resource "things" in API group "g.io" at the cluster scope',
    ],
    [
      { ...resource, name: 'x', subresource: 'status' },
      'things.g.io "x" is forbidden: User "jane" cannot get resource "things/status" in API group "g.io" at the cluster scope',
    ],
    [{ path: '/metrics' }, 'forbidden: User "jane" cannot get path "/metrics"'],
  ] as const)
    it(`says ${message.slice(0, 60)}…`, () => {
      expect(forbidden(attributes(given)).message).to.equal(message)
    })
  it('lets no markup through, and adds the reason', () => {
    const error = forbidden(attributes({ path: '/<script>&' }), 'because')
    expect(error.message).to.equal('forbidden: User "jane" cannot get path "/&lt;script&gt;&amp;": because')
    expect(error.code).to.equal(403)
  })
})
