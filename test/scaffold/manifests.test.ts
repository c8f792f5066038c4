import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parseAllDocuments } from 'yaml'
import { helmPath, kubectlPath } from '../harness/kubectl.ts'
import { TemporaryProject } from './temporary-project.ts'

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> }
  readonly spec?: Record<string, unknown>
  readonly rules?: readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[]
  readonly subjects?: readonly { readonly name: string }[]
  readonly roleRef?: { readonly kind: string; readonly name: string }
  readonly data?: Record<string, string>
}

describe('apiserver-kit manifests', function () {
  this.timeout(120_000)
  let project: TemporaryProject
  const built = (): Manifest[] =>
    documents(
      execFileSync(kubectlPath(), ['kustomize', join(project.directory, 'manifests/overlays/default')], {
        encoding: 'utf8',
      }),
    )
  const templated = (...flags: string[]): Manifest[] =>
    documents(
      execFileSync(
        helmPath(),
        ['template', 'shop', join(project.directory, 'manifests/chart'), '--namespace', 'shop-system', ...flags],
        { encoding: 'utf8' },
      ),
    )

  before(() => {
    project = new TemporaryProject()
  })
  after(() => {
    project.remove()
  })

  it('has nothing to write for a project without kinds', () => {
    expect(project.refused('manifests')).to.include('apiserver-kit create resource --group demo')
  })

  it('lays what a cluster needs for one replica with a volume', () => {
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Order')
    project.ok('manifests')
    const objects = built()
    const find = (kind: string, name: string): Manifest => {
      const found = objects.find((object) => object.kind === kind && object.metadata.name === name)
      if (!found) throw new Error(`no ${kind} ${name}`)
      return found
    }
    expect(new Set(objects.map(({ kind }) => kind))).to.deep.equal(
      new Set([
        'APIService',
        'ClusterRole',
        'ClusterRoleBinding',
        'Deployment',
        'Namespace',
        'NetworkPolicy',
        'PersistentVolumeClaim',
        'PodDisruptionBudget',
        'Role',
        'RoleBinding',
        'Secret',
        'Service',
        'ServiceAccount',
      ]),
    )
    expect(find('ClusterRoleBinding', 'shop:system:auth-delegator').roleRef).to.include({
      kind: 'ClusterRole',
      name: 'system:auth-delegator',
    })
    const reader = find('RoleBinding', 'shop-auth-reader')
    expect(reader.metadata.namespace).to.equal('kube-system')
    expect(reader.roleRef).to.include({ kind: 'Role', name: 'extension-apiserver-authentication-reader' })
    expect(find('ClusterRole', 'shop').rules).to.deep.equal([
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: [
          'mutatingwebhookconfigurations',
          'validatingwebhookconfigurations',
          'mutatingadmissionpolicies',
          'mutatingadmissionpolicybindings',
          'validatingadmissionpolicies',
          'validatingadmissionpolicybindings',
        ],
        verbs: ['get', 'list', 'watch'],
      },
    ])
    for (const role of ['admin', 'edit', 'view'])
      expect(find('ClusterRole', `shop-${role}`).metadata.labels).to.include({
        [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true',
      })
    expect(find('ClusterRole', 'shop-view').rules).to.deep.equal([
      { apiGroups: ['shop.example.org'], resources: ['orders'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['shop.example.org'], resources: ['orders/status'], verbs: ['get'] },
    ])
    expect(find('Deployment', 'shop').spec)
      .to.include({ replicas: 1 })
      .and.to.deep.include({ strategy: { type: 'Recreate' } })
  })

  it('makes a serving certificate that the APIService trusts, and its Secret', () => {
    const objects = built()
    const service = objects.find(({ kind }) => kind === 'APIService')
    expect(service?.metadata.name).to.equal('v1.shop.example.org')
    const ca = new X509Certificate(Buffer.from(String(service?.spec?.['caBundle']), 'base64'))
    const secret = objects.find(({ kind }) => kind === 'Secret')
    const serving = new X509Certificate(Buffer.from(secret?.data?.['tls.crt'] ?? '', 'base64'))
    expect(serving.verify(ca.publicKey)).to.equal(true)
    expect(serving.checkHost('shop.shop-system.svc')).to.equal('shop.shop-system.svc')
    const key = join(project.directory, 'manifests/base/certificates/tls.key')
    expect(statSync(key).mode & 0o77).to.equal(0)
    expect(project.read('manifests/base/certificates/.gitignore')).to.include('tls.key')
  })

  it('changes nothing when it runs again', () => {
    const before = project.snapshot()
    expect(project.ok('manifests')).to.equal('Nothing to change: everything is there already.\n')
    expect(project.snapshot()).to.deep.equal(before)
  })

  it('shows with --dry-run what a new kind would change, and changes nothing', () => {
    project.ok('create', 'resource', '--group', 'shop', '--version', 'v1', '--kind', 'Client')
    const before = project.snapshot()
    const shown = project.ok('manifests', '--dry-run')
    expect(shown)
      .to.include('+++ b/manifests/base/user-roles.yaml')
      .and.to.match(/^\+ +- clients\/status$/m)
    const report = JSON.parse(project.ok('manifests', '--dry-run', '--json')) as {
      dryRun: boolean
      changes: { path: string; action: string; diff: string }[]
    }
    expect(report.dryRun).to.equal(true)
    expect(report.changes.find(({ path }) => path === 'manifests/base/user-roles.yaml')?.action).to.equal('update')
    expect(project.snapshot()).to.deep.equal(before)
    project.ok('manifests')
  })

  it('does not write over what was changed by hand, unless it is told to', () => {
    project.write('manifests/base/service.yaml', `${project.read('manifests/base/service.yaml')}# mine\n`)
    expect(project.refused('manifests')).to.match(/manifests\/base\/service.yaml was changed by hand.*--force/)
    expect(project.ok('manifests', '--force')).to.include('update manifests/base/service.yaml')
    project.write('manifests/overlays/default/kustomization.yaml', 'resources: [../../base]\nnamePrefix: mine-\n')
    expect(project.ok('manifests', '--force')).to.include('Nothing to change')
    project.write('manifests/overlays/default/kustomization.yaml', 'resources: [../../base]\n')
  })

  it('keeps the old authority trusted when the certificate rotates', () => {
    const bundle = (): string[] =>
      Buffer.from(String(built().find(({ kind }) => kind === 'APIService')?.spec?.['caBundle']), 'base64')
        .toString()
        .split(/(?=-----BEGIN)/)
    const [old = ''] = bundle()
    project.ok('manifests', '--rotate-certificate')
    expect(bundle()).to.have.length(2).and.to.include(old)
  })

  it('lays by Helm what it lays by Kustomize', () => {
    const secret = ({ kind }: Manifest): boolean => kind === 'Secret'
    const helm = templated()
    const certificates = helm.find(secret)
    const ca = Buffer.from(certificates?.data?.['ca.crt'] ?? '', 'base64')
    const serving = new X509Certificate(Buffer.from(certificates?.data?.['tls.crt'] ?? '', 'base64'))
    expect(serving.verify(new X509Certificate(ca).publicKey)).to.equal(true)
    expect(serving.checkHost('shop.shop-system.svc')).to.equal('shop.shop-system.svc')
    for (const { kind, spec } of helm)
      if (kind === 'APIService') expect(spec?.['caBundle']).to.equal(ca.toString('base64'))
    expect(comparable(helm)).to.deep.equal(comparable(built()))
  })

  it('lays two replicas over etcd with certificates by cert-manager', () => {
    project.ok(
      'manifests',
      '--etcd-servers',
      'https://etcd-0:2379,https://etcd-1:2379',
      '--etcd-secret',
      'etcd-client',
      '--tls',
      'cert-manager',
      '--image',
      'registry.example.org/shop:1.2.3',
      '--force',
    )
    const objects = built()
    expect(comparable(templated())).to.deep.equal(comparable(objects))
    const text = JSON.stringify(objects)
    expect(text).to.include('"--etcd-servers=https://etcd-0:2379,https://etcd-1:2379"')
    expect(text).to.include('"cert-manager.io/inject-ca-from":"shop-system/shop-serving"')
    expect(text).to.not.include('caBundle')
    expect(text).to.not.include('insecureSkipTLSVerify')
    expect(objects.find(({ kind }) => kind === 'Deployment')?.spec).to.include({ replicas: 2 })
    // The flags are kept: without them nothing changes.
    expect(project.ok('manifests')).to.include('Nothing to change')
    expect(
      templated('--set', 'networkPolicy=false,podDisruptionBudget=false,replicas=3').map(({ kind }) => kind),
    ).to.not.include.members(['NetworkPolicy', 'PodDisruptionBudget'])
  })

  it('trusts a given authority', () => {
    expect(project.refused('manifests', '--tls', 'secret')).to.include('--tls-secret NAME and --ca-file FILE')
    const pem = project.read('manifests/base/certificates/ca.crt')
    project.write('authority.pem', pem)
    project.ok('manifests', '--tls', 'secret', '--tls-secret', 'given', '--ca-file', 'authority.pem')
    const objects = built()
    expect(objects.find(({ kind }) => kind === 'APIService')?.spec?.['caBundle']).to.equal(
      Buffer.from(pem).toString('base64'),
    )
    expect(JSON.stringify(objects)).to.include('"secretName":"given"')
    expect(comparable(templated())).to.deep.equal(comparable(objects))
  })

  it('runs the pods as a given account, the controller with variables and a Secret', () => {
    project.ok(
      ...['manifests', '--service-account', 'shop-workload', '--controller-env', 'REGION=eu', 'QUERY=a=b'],
      ...['--controller-secret', 'token', '--controller-secret-mount', '/token'],
    )
    const objects = built()
    expect(comparable(templated())).to.deep.equal(comparable(objects))
    expect(objects.filter(({ kind }) => kind === 'ServiceAccount')).to.deep.equal([])
    const subjects = objects.flatMap(({ subjects = [] }) => subjects.map(({ name }) => name))
    expect(new Set(subjects)).to.deep.equal(new Set(['shop-workload']))
    const pods = objects.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => JSON.stringify(spec))
    expect(pods.filter((pod) => pod.includes('"serviceAccountName":"shop-workload"'))).to.have.length(2)
    const [controller = ''] = pods.filter((pod) => pod.includes('dist/controller.mjs'))
    expect(controller)
      .to.include('"env":[{"name":"REGION","value":"eu"},{"name":"QUERY","value":"a=b"}]')
      .and.to.include('"mountPath":"/token"')
      .and.to.include('"secretName":"token"')
  })

  it('says what is wrong with a flag', () => {
    expect(project.refused('manifests', '--namespace', 'Shop')).to.include('--namespace Shop: must be a DNS label')
    expect(project.refused('manifests', '--storage', 'lmdb', '--replicas', '2')).to.include('use --storage etcd')
    expect(project.refused('manifests', '--storage', 'tape')).to.include('Invalid values')
    expect(project.refused('manifests', '--image', 'a b')).to.include('--image must be as')
  })
})

const documents = (yaml: string): Manifest[] =>
  parseAllDocuments(yaml, { version: '1.1' })
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null)

/** In one order, without what only one of the two lays or makes anew. */
const comparable = (objects: readonly Manifest[]): Manifest[] =>
  objects
    .filter(({ kind }) => kind !== 'Namespace' && kind !== 'Secret')
    .map((object) => (object.kind === 'APIService' ? { ...object, spec: { ...object.spec, caBundle: '' } } : object))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))

const key = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`
