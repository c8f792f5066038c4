import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Cluster } from '../harness/cluster.ts'
import { eventually } from '../harness/eventually.ts'
import { TemporaryProject } from '../scaffold/temporary-project.ts'
import { setting } from './setting.ts'

describe('apiserver-kit manifests in a cluster', function () {
  this.timeout(180_000)
  let cluster: Cluster
  let project: TemporaryProject
  before(async () => {
    ;({ cluster } = await setting())
    project = new TemporaryProject()
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Order')
    project.ok('manifests', '--name', 'shop', '--namespace', 'shop-system')
  })
  after(async () => {
    // An APIService without its server would stand in the way of every namespace that is deleted.
    const { body } = await cluster.send('GET', '/apis/apiregistration.k8s.io/v1/apiservices')
    const ours = (body.items as { metadata: { name: string }; spec: { service?: { namespace: string } } }[]).filter(
      ({ spec }) => spec.service?.namespace === 'shop-system',
    )
    for (const { metadata } of ours)
      await cluster.send('DELETE', `/apis/apiregistration.k8s.io/v1/apiservices/${metadata.name}`)
    project.remove()
  })

  const kubectl = (...args: string[]): string => {
    const flags = ['--kubeconfig', cluster.admin.kubeconfig, '--cache-dir', join(cluster.folder, 'cache'), ...args]
    const { status, stdout, stderr } = spawnSync(cluster.binaries.kubectl, flags, { encoding: 'utf8', timeout: 60_000 })
    expect(status, `kubectl ${args.join(' ')}\n${stdout}${stderr}`).to.equal(0)
    return `${stdout}${stderr}`
  }
  const overlay = (): string => join(project.directory, 'manifests/overlays/default')
  const lines = (text: string): string[] => text.trim().split('\n').sort()

  it('are accepted as they stand, and as they stand again', () => {
    kubectl('create', 'namespace', 'shop-system')
    const dry = kubectl('apply', '-k', overlay(), '--server-side', '--dry-run=server', '--validate=strict')
    expect(dry).to.not.match(/warning/i)
    expect(dry).to.include('apiservice.apiregistration.k8s.io/')
    const applied = lines(kubectl('apply', '-k', overlay(), '--server-side', '--force-conflicts', '--validate=strict'))
    expect(applied).to.have.length(lines(dry).length)
    const again = lines(kubectl('apply', '-k', overlay(), '--server-side', '--validate=strict'))
    expect(again).to.deep.equal(applied)
  })

  it('let the server ask the cluster what it must know, and nothing more', async () => {
    const { body } = await cluster.send('GET', '/apis/apps/v1/namespaces/shop-system/deployments')
    const account = body.items[0].spec.template.spec.serviceAccountName as string
    const as = ['--as', `system:serviceaccount:shop-system:${account}`, '--as-group', 'system:serviceaccounts']
    const may = (...args: string[]): boolean => {
      const flags = ['--kubeconfig', cluster.admin.kubeconfig, 'auth', 'can-i', '-q', ...args, ...as]
      return spawnSync(cluster.binaries.kubectl, flags).status === 0
    }
    expect(may('create', 'tokenreviews.authentication.k8s.io')).to.equal(true)
    expect(may('create', 'subjectaccessreviews.authorization.k8s.io')).to.equal(true)
    expect(may('watch', 'configmaps/extension-apiserver-authentication', '-n', 'kube-system')).to.equal(true)
    expect(may('watch', 'namespaces')).to.equal(true)
    expect(may('get', 'secrets', '-n', 'shop-system')).to.equal(false)
    expect(may('get', 'configmaps/other', '-n', 'kube-system')).to.equal(false)
    expect(may('delete', 'namespaces')).to.equal(false)
  })

  it('let who may edit a namespace edit our objects in it, and who may view it view them', async () => {
    kubectl('create', 'rolebinding', 'frank', '-n', 'shop-system', '--clusterrole=edit', '--user=frank')
    kubectl('create', 'rolebinding', 'grace', '-n', 'shop-system', '--clusterrole=view', '--user=grace')
    const { body } = await cluster.send('GET', '/apis/apiregistration.k8s.io/v1/apiservices')
    const ours = body.items.find((item: any) => item.spec.service?.namespace === 'shop-system')
    const group = ours.spec.group as string
    // Not kubectl auth can-i: it looks the kind up, and nobody serves it here.
    const may = async (user: string, verb: string): Promise<boolean> => {
      const resourceAttributes = { group, resource: 'orders', verb, namespace: 'shop-system' }
      const review = await cluster.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        spec: { user, resourceAttributes },
      })
      return review.body.status.allowed as boolean
    }
    await eventually('the roles are aggregated', () => may('frank', 'create'), 30_000)
    expect(await may('grace', 'list')).to.equal(true)
    expect(await may('grace', 'create')).to.equal(false)
    expect(await may('heidi', 'list')).to.equal(false)
  })
})
