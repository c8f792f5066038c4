import { expect } from 'chai'
import type { UserInfo } from '../../request/context.ts'
import type { AuthorizationAttributes, Authorizer } from './authorizer.ts'
import { Impersonation } from './impersonation.ts'

const requestor: UserInfo = { name: 'jane', uid: '', groups: [], extra: {} }
const request: AuthorizationAttributes = {
  user: requestor,
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
const wanted = (name: string, more: Partial<UserInfo> = {}): UserInfo => ({
  name,
  uid: '',
  groups: [],
  extra: {},
  ...more,
})

/** `allowed`: patterns of `verb group/resource/subresource namespace/name`. */
async function impersonate(
  user: UserInfo,
  allowed: readonly RegExp[],
  from: AuthorizationAttributes = request,
): Promise<{ user?: UserInfo; constraint?: string; error?: string; asked: string[]; told: string[] }> {
  const asked: string[] = []
  const told: string[] = []
  const authorizer: Authorizer = {
    authorize: ({ verb, group, resource, subresource, namespace, name }) => {
      const question = `${verb} ${group}/${resource}${subresource && `/${subresource}`} ${namespace}/${name}`
      asked.push(question)
      return Promise.resolve({ decision: allowed.some((pattern) => pattern.test(question)) ? 'Allow' : 'NoOpinion' })
    },
  }
  try {
    const impersonation = new Impersonation(authorizer, (mode, decision) => told.push(`${mode} ${decision}`))
    const acting = await impersonation.check(user, from, new AbortController())
    return { ...acting, asked, told }
  } catch (error) {
    return { error: (error as Error).message, asked, told }
  }
}

describe('Impersonation.check', () => {
  it('asks for the narrow right first, then for the one that always was', async () => {
    const { user, constraint, asked, told } = await impersonate(wanted('bob'), [/^impersonate \/users \/bob$/])
    expect([constraint, told]).to.deep.equal(['', ['legacy allowed']])
    expect(asked).to.deep.equal(['impersonate-on:user-info:list g.io/things ns/', 'impersonate /users /bob'])
    expect(user).to.deep.equal(wanted('bob', { groups: ['system:authenticated'] }))
  })
  it('says by which narrow right somebody acts', async () => {
    const { constraint, told } = await impersonate(wanted('bob'), [/user-info/])
    expect([constraint, told]).to.deep.equal(['impersonate:user-info', ['user-info allowed']])
  })
  it('tells the first refusal', async () => {
    const { error, told } = await impersonate(wanted('bob'), [])
    expect(told).to.deep.equal([' denied'])
    expect(error).to.include('cannot impersonate-on:user-info:list resource "things" in API group "g.io"')
  })
  it('wants both rights of a mode', async () => {
    const on = /^impersonate-on:user-info:list /
    const be = /^impersonate:user-info authentication.k8s.io\/users \/bob$/
    expect((await impersonate(wanted('bob'), [on, be])).user?.name).to.equal('bob')
    expect((await impersonate(wanted('bob'), [on])).error).to.include('cannot impersonate:user-info resource "users"')
    expect((await impersonate(wanted('bob'), [be])).error).to.include('impersonate-on')
  })
  it('asks about every group, uid and extra', async () => {
    const all = wanted('bob', { uid: 'u', groups: ['g1', 'g2'], extra: { scopes: ['a'] } })
    const { user, asked } = await impersonate(all, [/^impersonate /])
    expect(asked.slice(1)).to.deep.equal([
      'impersonate /users /bob',
      'impersonate authentication.k8s.io/uids /u',
      'impersonate /groups /g1',
      'impersonate /groups /g2',
      'impersonate authentication.k8s.io/userextras/scopes /a',
    ])
    expect(user?.groups).to.deep.equal(['g1', 'g2', 'system:authenticated'])
    const one = await impersonate(all, [/^impersonate (?!\/groups \/g2)/])
    expect(one.user).to.equal(undefined)
  })
  it('never gives system:masters by the narrow right', async () => {
    const masters = wanted('bob', { groups: ['system:masters'] })
    const narrow = await impersonate(masters, [/^impersonate(-on)?:/])
    expect(narrow.error).to.include('impersonating the system:masters group is not allowed')
    const wide = await impersonate(masters, [/./])
    expect(wide.user?.groups).to.include('system:masters')
  })
  it('gives service accounts their groups', async () => {
    const { user, asked } = await impersonate(wanted('system:serviceaccount:ns:robot'), [/^impersonate /])
    expect(asked).to.deep.equal([
      'impersonate-on:serviceaccount:list g.io/things ns/',
      'impersonate /serviceaccounts ns/robot',
    ])
    expect(user?.groups).to.deep.equal(['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'])
  })
  it('knows nodes, any and the own one', async () => {
    const node = wanted('system:node:n1')
    const any = await impersonate(node, [/arbitrary-node/])
    expect(any.user?.groups).to.deep.equal(['system:nodes', 'system:authenticated'])
    const account = {
      ...requestor,
      name: 'system:serviceaccount:ns:agent',
      extra: { 'authentication.kubernetes.io/node-name': ['n1'] },
    }
    const from = { ...request, user: account }
    expect((await impersonate(node, [/associated-node/], from)).user?.name).to.equal('system:node:n1')
    expect((await impersonate(wanted('system:node:n2'), [/associated-node/], from)).user).to.equal(undefined)
  })
  it('gives anonymous no group of users', async () => {
    const { user } = await impersonate(wanted('system:anonymous'), [/./])
    expect(user?.groups).to.deep.equal(['system:unauthenticated'])
  })
})
