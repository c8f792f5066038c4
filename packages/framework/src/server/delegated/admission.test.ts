import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { pino } from 'pino'
import { patchOf, WebhookServer } from '../../auth/admission/webhooks/webhook-server.test.ts'
import { Client } from '../../client/client.ts'
import { KubeConfig } from '../../client/kube-config.ts'
import { StatusError } from '../../meta/status.ts'
import { StoredResource } from '../../registry/stored-resource.ts'
import { defineKind, type ObjectOf } from '../../schema/kind.ts'
import { Type } from '../../schema/type-helpers.ts'
import { MemoryBackend } from '../../storage/backends/memory/index.ts'
import { registrationKinds, type Registration } from '../../testing/fake-cluster/admission-resources.ts'
import { FakeCluster } from '../../testing/fake-cluster/fake-cluster.ts'
import { ApiServer } from '../api-server.ts'
import type { ApiServerOptions } from '../options.ts'

const Thing = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Thing',
  plural: 'things',
  schema: Type.Object({
    spec: Type.Optional(Type.Object({ size: Type.Optional(Type.Integer({ maximum: 100 })) })),
  }),
})
type Thing = ObjectOf<typeof Thing>
class ThingResource extends StoredResource<Thing> {
  readonly storageVersion = Thing
}

const rules = [{ operations: ['*'], apiGroups: ['example.com'], apiVersions: ['*'], resources: ['*'], scope: '*' }]
const constraints = { namespaceSelector: {}, objectSelector: {}, matchPolicy: 'Equivalent', resourceRules: rules }

describe('admission behind a cluster', function () {
  this.timeout(30_000)
  const webhooks = new WebhookServer()
  const directory = mkdtempSync(join(tmpdir(), 'admission-'))
  let cluster: FakeCluster
  let server: ApiServer | undefined
  let client: Client | undefined
  before(() => webhooks.start())
  after(async () => {
    await webhooks.close()
    rmSync(directory, { recursive: true })
  })
  beforeEach(async () => {
    cluster = await FakeCluster.start()
    webhooks.received.length = 0
  })
  afterEach(async () => {
    client?.close()
    await server?.close()
    await cluster.close()
  })

  async function start(options: Partial<ApiServerOptions> = {}): Promise<Client> {
    const certDir = join(directory, 'certificates')
    server = new ApiServer({
      ...{ backend: new MemoryBackend(), securePort: 0, bindAddress: '127.0.0.1', certDir },
      kubeconfig: cluster.kubeconfig,
      log: pino({ level: 'silent' }),
      ...options,
    }).install(new ThingResource())
    await server.listen()
    const pair = cluster.certificateOf('admin', ['system:masters'])
    const [cert, key] = [{ data: Buffer.from(pair.certificate) }, { data: Buffer.from(pair.key) }]
    return (client = new Client(new KubeConfig({ server: server.url, cert, key, insecureSkipTlsVerify: true })))
  }

  const kindOf = (kind: string): (typeof registrationKinds)[number] => {
    const found = registrationKinds.find((one) => one.kind === kind)
    if (!found) throw new Error(`no kind ${kind}`)
    return found
  }
  const register = (kind: string, name: string, rest: Omit<Registration, 'apiVersion' | 'kind' | 'metadata'>) =>
    cluster.client.resource(kindOf(kind)).create({ metadata: { name }, ...rest })
  const hook = (path: string, behaviour: Parameters<WebhookServer['on']>[1]): Record<string, unknown> => ({
    name: `${path.slice(1)}.example.com`,
    clientConfig: webhooks.on(path, behaviour),
    ...{ rules, failurePolicy: 'Fail', sideEffects: 'None', timeoutSeconds: 5, admissionReviewVersions: ['v1'] },
    ...{ matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
  })

  /** A create that is eventually answered as the check wants: the server hears of configurations a little later. */
  async function creates(at: Client, check: (outcome: Thing | StatusError) => boolean): Promise<Thing | StatusError> {
    const deadline = Date.now() + 10_000
    for (let i = 0; ; i++) {
      const outcome = await at
        .resource(Thing)
        .namespace('default')
        .create({ metadata: { name: `t${String(i)}` }, spec: { size: 1 } })
        .catch((error: unknown) => {
          if (error instanceof StatusError) return error
          throw error
        })
      if (check(outcome)) return outcome
      if (Date.now() > deadline) throw new Error(`not in 10 s: ${JSON.stringify(outcome)}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
  const refused = (outcome: Thing | StatusError): outcome is StatusError => outcome instanceof StatusError

  it('asks webhooks and policies in the order of Kubernetes, and stores what they make', async () => {
    const at = await start()
    await register('MutatingAdmissionPolicyBinding', 'b', { spec: { policyName: 'p' } })
    const expression = 'Object{spec: Object.spec{size: 5}}'
    const mutations = [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }]
    const reinvocationPolicy = 'Never'
    await register('MutatingAdmissionPolicy', 'p', {
      spec: { matchConstraints: constraints, mutations, reinvocationPolicy, failurePolicy: 'Fail' },
    })
    await creates(at, (outcome) => !refused(outcome) && outcome.spec?.size === 5)
    const seen: unknown[] = []
    const raise = hook('/raise', ({ review }) => {
      const { spec } = review.request['object'] as Thing
      seen.push(spec?.size)
      return { allowed: true, ...patchOf([{ op: 'replace', path: '/spec/size', value: 9 }]) }
    })
    await register('MutatingWebhookConfiguration', 'w', { webhooks: [raise] })
    await creates(at, (outcome) => !refused(outcome) && outcome.spec?.size === 9)
    expect(seen).to.include(5)
  })

  it('refuses by webhooks and policies, each in its words', async () => {
    const at = await start()
    await register('ValidatingAdmissionPolicyBinding', 'b', { spec: { policyName: 'p', validationActions: ['Deny'] } })
    const validations = [{ expression: 'object.spec.size > 3' }]
    await register('ValidatingAdmissionPolicy', 'p', {
      spec: { matchConstraints: constraints, validations, failurePolicy: 'Fail' },
    })
    const policy = await creates(at, refused)
    expect((policy as StatusError).message).to.match(
      /^things\.example\.com "t\d+" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: object\.spec\.size > 3$/,
    )
    await cluster.client.resource(kindOf('ValidatingAdmissionPolicyBinding')).delete('b')
    await creates(at, (outcome) => !refused(outcome))
    const no = hook('/no', () => ({ allowed: false, status: { message: 'not today' } }))
    await register('ValidatingWebhookConfiguration', 'w', { webhooks: [no] })
    const webhook = await creates(at, refused)
    expect((webhook as StatusError).message).to.equal(
      'admission webhook "no.example.com" denied the request: not today',
    )
  })

  it('stores nothing that webhooks have made wrong', async () => {
    const huge = [{ op: 'replace', path: '/spec/size', value: 1000 }]
    await register('MutatingWebhookConfiguration', 'w', {
      webhooks: [hook('/huge', () => ({ allowed: true, ...patchOf(huge) }))],
    })
    const error = await creates(await start(), refused)
    expect((error as StatusError).message).to.match(/spec\.size: Invalid value: 1000/)
  })

  it('asks of updates, deletions and dry runs too', async () => {
    const at = await start()
    const asked: unknown[] = []
    const all = hook('/all', ({ review: { request } }) => {
      const { operation, dryRun, options } = request
      asked.push([operation, dryRun, (options as { kind: string }).kind, (request['oldObject'] as Thing | null)?.kind])
      return { allowed: true }
    })
    await register('ValidatingWebhookConfiguration', 'w', { webhooks: [all] })
    await creates(at, () => asked.length > 0)
    asked.length = 0
    const things = at.resource(Thing).namespace('default')
    const made = await things.create({ metadata: { name: 'x' } }, { dryRun: true })
    expect(made.metadata.name).to.equal('x')
    await things.create({ metadata: { name: 'y' } })
    await things.patch('y', { spec: { size: 2 } })
    await things.apply(
      { ...{ apiVersion: 'example.com/v1', kind: 'Thing' }, metadata: { name: 'y' } },
      { fieldManager: 'm' },
    )
    await things.delete('y')
    expect(asked).to.deep.equal([
      ['CREATE', true, 'CreateOptions', undefined],
      ['CREATE', false, 'CreateOptions', undefined],
      ['UPDATE', false, 'UpdateOptions', 'Thing'],
      ['UPDATE', false, 'UpdateOptions', 'Thing'],
      ['DELETE', false, 'DeleteOptions', 'Thing'],
    ])
  })

  it('takes parameters of policies from the cluster', async () => {
    const at = await start()
    const maps = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps' }
    const limits = { metadata: { name: 'limits', namespace: 'default' }, data: { max: '0' } }
    await cluster.client.resource(maps).namespace('default').create(limits)
    await register('ValidatingAdmissionPolicy', 'p', {
      spec: {
        ...{ matchConstraints: constraints, failurePolicy: 'Fail' },
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [{ expression: 'object.spec.size <= int(params.data.max)', message: 'too big' }],
      },
    })
    const paramRef = { name: 'limits', parameterNotFoundAction: 'Deny' }
    await register('ValidatingAdmissionPolicyBinding', 'b', {
      spec: { policyName: 'p', validationActions: ['Deny'], paramRef },
    })
    const error = await creates(at, (outcome) => refused(outcome) && outcome.message.endsWith('too big'))
    expect(refused(error)).to.equal(true)
  })

  it('leaves out what the flags say', async () => {
    const no = hook('/no', () => ({ allowed: false }))
    await register('ValidatingWebhookConfiguration', 'w', { webhooks: [no] })
    const at = await start({ disableAdmissionPlugins: ['ValidatingAdmissionWebhook'] })
    await creates(at, (outcome) => !refused(outcome))
    expect(webhooks.received).to.have.length(0)
  })

  it('does not start with flags that name what there is not, or a file that cannot be used', async () => {
    const failure = (options: Partial<ApiServerOptions>): Promise<string> => start(options).then(() => '', String)
    expect(await failure({ enableAdmissionPlugins: ['Nope'] })).to.match(
      /enable-admission-plugins plugin "Nope" is unknown/,
    )
    const [name] = ['NamespaceLifecycle']
    expect(await failure({ enableAdmissionPlugins: [name], disableAdmissionPlugins: [name] })).to.match(/overlapped$/)
    const file = join(directory, 'configuration.yaml')
    writeFileSync(
      file,
      `apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: ValidatingAdmissionWebhook
  configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration, kubeConfigFile: relative}
`,
    )
    expect(await failure({ admissionControlConfigFile: file })).to.match(/must be an absolute file path/)
    expect(await failure({ admissionControlConfigFile: join(directory, 'nope') })).to.match(
      /unable to read admission control configuration from/,
    )
  })

  it('shows webhooks who it is, as its configuration says', async () => {
    const kubeConfigFile = join(directory, 'users')
    writeFileSync(kubeConfigFile, JSON.stringify({ users: [{ name: '*', user: { token: 'secret' } }] }))
    const file = join(directory, 'admission.json')
    const version = { apiVersion: 'apiserver.config.k8s.io/v1' }
    const configuration = { ...version, kind: 'WebhookAdmissionConfiguration', kubeConfigFile }
    const plugins = [{ name: 'ValidatingAdmissionWebhook', configuration }]
    writeFileSync(file, JSON.stringify({ ...version, kind: 'AdmissionConfiguration', plugins }))
    await register('ValidatingWebhookConfiguration', 'w', { webhooks: [hook('/yes', () => ({ allowed: true }))] })
    await creates(await start({ admissionControlConfigFile: file }), () => webhooks.received.length > 0)
    expect(webhooks.received[0]?.headers.authorization).to.equal('Bearer secret')
  })
})
