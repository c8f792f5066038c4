import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import {
  WebhookServer,
  type Behaviour,
} from '../../packages/framework/src/auth/admission/webhooks/webhook-server.test.ts'
import type { Cluster, ClusterAnswer, Identity } from './cluster.ts'

const registration = '/apis/admissionregistration.k8s.io/v1'
const rbac = '/apis/rbac.authorization.k8s.io/v1'
export const admissionNamespace = 'admission'
export const collections = {
  configMap: `/api/v1/namespaces/${admissionNamespace}/configmaps`,
  flunder: `/apis/wardle.example.com/v1beta1/namespaces/${admissionNamespace}/flunders`,
}
const types = {
  configMap: { apiVersion: 'v1', kind: 'ConfigMap' },
  flunder: { apiVersion: 'wardle.example.com/v1beta1', kind: 'Flunder' },
}
const meant = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': admissionNamespace } } }
const rules = [
  { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] },
  { operations: ['*'], apiGroups: ['wardle.example.com'], apiVersions: ['v1beta1'], resources: ['flunders'] },
]

/** The same request for an object of the cluster and for one of ours. */
export interface Pair {
  readonly configMap: ClusterAnswer
  readonly flunder: ClusterAnswer
}

/** Webhooks and policies that are about ConfigMaps and Flunders of one namespace, and what becomes of both. */
export class AdmissionLab {
  readonly webhooks = new WebhookServer()
  readonly cluster: Cluster
  readonly #registered: string[] = []
  #count = 0

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /** The namespace, and a right of the server to read the parameters of policies. */
  async start(): Promise<void> {
    await this.webhooks.start()
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'policy-parameters' }
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }]
    const subjects = [{ kind: 'ServiceAccount', name: 'apiserver', namespace: 'wardle' }]
    await this.make('/api/v1/namespaces', { metadata: { name: admissionNamespace } })
    await this.make(`${rbac}/clusterroles`, { metadata: { name: 'policy-parameters' }, rules })
    await this.make(`${rbac}/clusterrolebindings`, { metadata: { name: 'policy-parameters' }, subjects, roleRef })
  }

  async make(path: string, body: unknown): Promise<void> {
    const { status, text } = await this.cluster.send('POST', path, body)
    expect(status, text).to.equal(201)
  }

  async register(plural: string, name: string, body: object): Promise<void> {
    await this.make(`${registration}/${plural}`, { metadata: { name }, ...body })
    this.#registered.push(`${registration}/${plural}/${name}`)
  }

  /** Takes away what was registered, and waits until it is no more in force. */
  async reset(): Promise<void> {
    for (const path of this.#registered.splice(0)) await this.cluster.send('DELETE', path)
    await this.until(() => this.both(), accepted)
    this.webhooks.received.length = 0
  }

  /** A policy `p` with its binding `b`. */
  async validate(spec: object, binding: object = { validationActions: ['Deny'] }): Promise<void> {
    const matchConstraints = { ...meant, resourceRules: rules }
    await this.register('validatingadmissionpolicies', 'p', { spec: { matchConstraints, ...spec } })
    await this.register('validatingadmissionpolicybindings', 'b', { spec: { policyName: 'p', ...binding } })
  }

  /** A policy that applies a configuration. */
  async mutate(expression: string): Promise<void> {
    const mutations = [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }]
    const matchConstraints = { ...meant, resourceRules: rules }
    const spec = { matchConstraints, mutations, reinvocationPolicy: 'Never' }
    await this.register('mutatingadmissionpolicies', 'm', { spec })
    await this.register('mutatingadmissionpolicybindings', 'mb', { spec: { policyName: 'm' } })
  }

  hook(path: string, behaviour: Behaviour, more: object = {}): object {
    const clientConfig = this.webhooks.on(path, behaviour)
    return {
      ...{ name: `${path.slice(1)}.example.com`, clientConfig, rules, ...meant },
      ...{ sideEffects: 'None', admissionReviewVersions: ['v1'], timeoutSeconds: 5, ...more },
    }
  }

  /** Creates a ConfigMap and a Flunder with the same metadata. */
  async both(metadata: object = {}, query = '', as: Identity = this.cluster.admin): Promise<Pair> {
    const own = { metadata: { name: this.nextName(), ...metadata } }
    const send = (kind: keyof Pair): Promise<ClusterAnswer> =>
      this.cluster.send('POST', `${collections[kind]}${query}`, { ...types[kind], ...own }, { as })
    return { configMap: await send('configMap'), flunder: await send('flunder') }
  }

  nextName(): string {
    return `o${String(++this.#count)}`
  }

  /** Configurations take a moment until they are in force, in each of the two servers. */
  async until(act: () => Promise<Pair>, check: (pair: Pair) => boolean): Promise<Pair> {
    const deadline = Date.now() + 15_000
    for (;;) {
      const pair = await act()
      if (check(pair)) return pair
      if (Date.now() > deadline) throw new Error(`not in 15 s: ${pair.configMap.text}\n${pair.flunder.text}`)
      await sleep(100)
    }
  }
}

export const accepted = ({ configMap, flunder }: Pair): boolean => configMap.status < 300 && flunder.status < 300
export const refused = ({ configMap, flunder }: Pair): boolean => configMap.status >= 400 && flunder.status >= 400

/** Both are answered in the same way. Returns the message for ours. */
export function same({ configMap, flunder }: Pair): string {
  expect(shape(flunder)).to.deep.equal(shape(configMap))
  return String(flunder.body.message)
}

/** What is the same whatever the kind. */
function shape({ body }: ClusterAnswer): unknown {
  const { message, reason, code, details = {} } = body
  const neutral = (text: unknown): unknown =>
    String(text).replaceAll(/configmaps "|flunders\.wardle\.example\.com "/g, 'RESOURCE "')
  const causes = (details.causes ?? []).map((cause: { message: string }) => neutral(cause.message))
  return { message: neutral(message), reason, code, causes }
}
