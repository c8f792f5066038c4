import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import type { AggregatedExample } from '../harness/aggregated-example.ts'
import type { Cluster, Identity } from '../harness/cluster.ts'
import { setting } from './setting.ts'

const rbac = '/apis/rbac.authorization.k8s.io/v1'
const api = '/apis/wardle.example.com/v1beta1'
const flunders = `${api}/namespaces/authorization/flunders`
const flunder = (name: string): unknown => ({
  apiVersion: 'wardle.example.com/v1beta1',
  kind: 'Flunder',
  metadata: { name },
})

describe('Authorization through the aggregation layer', () => {
  let cluster: Cluster
  let example: AggregatedExample
  let alice: Identity
  before(async () => {
    ;({ cluster, example } = await setting())
    alice = cluster.identity('alice', ['readers'])
    const made = async (path: string, body: unknown): Promise<void> => {
      const { status, text } = await cluster.send('POST', path, body)
      expect(status, text).to.equal(201)
    }
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' }
    const rules = [{ apiGroups: ['wardle.example.com'], resources: ['flunders'], verbs: ['get', 'list', 'watch'] }]
    await made('/api/v1/namespaces', { metadata: { name: 'authorization' } })
    await made(`${rbac}/namespaces/authorization/roles`, { metadata: { name: 'reader' }, rules })
    await made(`${rbac}/namespaces/authorization/rolebindings`, {
      metadata: { name: 'readers' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'readers' }],
      roleRef,
    })
    await made(flunders, flunder('one'))
  })

  const kubectl = (identity: Identity, ...args: string[]): { code: number | null; stdout: string; stderr: string } => {
    const flags = ['--kubeconfig', identity.kubeconfig, '--cache-dir', cluster.folder, ...args]
    const { status, stdout, stderr } = spawnSync(cluster.binaries.kubectl, flags, { encoding: 'utf8', timeout: 60_000 })
    return { code: status, stdout, stderr }
  }

  it('lets a user do what a role of a group of theirs says, and nothing else', async () => {
    expect((await cluster.send('GET', `${flunders}/one`, undefined, { as: alice })).status).to.equal(200)
    const elsewhere = await cluster.send('GET', `${api}/namespaces/default/flunders`, undefined, { as: alice })
    expect(elsewhere.status).to.equal(403)
    expect(elsewhere.body.message).to.equal(
      'flunders.wardle.example.com is forbidden: User "alice" cannot list resource "flunders" in API group "wardle.example.com" in the namespace "default"',
    )
    expect((await cluster.send('POST', flunders, flunder('two'), { as: alice })).status).to.equal(403)
    expect((await cluster.send('DELETE', `${flunders}/one`, undefined, { as: alice })).status).to.equal(403)
  })

  it('answers kubectl auth can-i', () => {
    const canI = (...args: string[]): string => kubectl(alice, 'auth', 'can-i', ...args, '-n', 'authorization').stdout
    expect(canI('list', 'flunders')).to.equal('yes\n')
    expect(canI('delete', 'flunders')).to.equal('no\n')
    expect(canI('--list')).to.match(/flunders\.wardle\.example\.com +\[\] +\[\] +\[get list watch\]/)
    expect(kubectl(cluster.admin, 'auth', 'can-i', 'delete', 'fischers').stdout).to.include('yes')
  })

  it('believes whom kube-apiserver lets somebody impersonate', async () => {
    const as = (user: string, ...groups: string[]): string[] => [
      '--as',
      user,
      ...groups.flatMap((g) => ['--as-group', g]),
    ]
    const get = ['get', 'flunders', '-n', 'authorization', '-o', 'name']
    expect(kubectl(cluster.admin, ...get, ...as('bob')).stderr).to.include('User "bob" cannot list resource "flunders"')
    expect(kubectl(cluster.admin, ...get, ...as('bob', 'readers')).stdout).to.equal('flunder.wardle.example.com/one\n')
    expect(kubectl(alice, ...get, ...as('admin', 'system:masters')).code).to.equal(1)
    const headers = { 'impersonate-user': 'system:serviceaccount:default:default' }
    const account = await cluster.send('GET', flunders, undefined, { headers })
    expect(account.body.message).to.include('User "system:serviceaccount:default:default" cannot list')
  })

  it('lets a service account in by its token, also past the aggregation layer', async () => {
    const accounts = '/api/v1/namespaces/authorization/serviceaccounts'
    await cluster.send('POST', accounts, { metadata: { name: 'robot' } })
    const { body } = await cluster.send('POST', `${accounts}/robot/token`, { spec: { expirationSeconds: 3600 } })
    const headers = { authorization: `Bearer ${String(body.status.token)}` }
    const before = await example.get(flunders, { headers })
    expect(before.status).to.equal(403)
    expect(before.text).to.include('User \\"system:serviceaccount:authorization:robot\\" cannot list')
    expect((await example.get(flunders, { headers: { authorization: 'Bearer nonsense' } })).status).to.equal(401)
  })

  it('takes a client certificate of the cluster for what it says', async () => {
    expect((await example.get(flunders, { certificate: alice })).status).to.equal(200)
    expect((await example.get(`${api}/flunders`, { certificate: alice })).status).to.equal(403)
    expect((await example.get(flunders)).text).to.include('User \\"system:anonymous\\" cannot list')
  })

  it('does not believe headers that come with a client certificate which only has the name of the front proxy', async () => {
    const headers = { 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' }
    const proxy = cluster.certificates.frontProxy('another-front-proxy', 'front-proxy-client')
    expect((await example.get(flunders, { headers, certificate: proxy })).status).to.equal(200)
    const forged = cluster.certificates.client('forged', 'front-proxy-client')
    const answer = await example.get(flunders, { headers, certificate: forged })
    expect(answer.status).to.equal(403)
    expect(answer.text).to.include('User \\"front-proxy-client\\" cannot list')
    const other = cluster.certificates.frontProxy('other-name', 'somebody-else')
    expect((await example.get(flunders, { headers, certificate: other })).status).to.equal(401)
    expect((await example.get(flunders, { headers })).status).to.equal(403)
  })
})
