import type { Client } from '../../client/client.ts'
import type { KubeObject } from '../../meta/object.ts'
import type { Authorizer } from '../authorization/authorizer.ts'
import type { ClusterNamespaces } from './cluster-namespaces.ts'
import { clusterPlugins, type ClusterPlugin } from './cluster-plugins.ts'
import { Configurations, type RegistrationKind } from './configuration/configurations.ts'
import type {
  MutatingPolicySpec,
  Policy,
  PolicyBinding,
  ValidatingPolicySpec,
  WebhookConfiguration,
} from './configuration/registration.ts'
import type { AdmissionPlugin } from './plugin.ts'
import { MutatingPolicies } from './policies/mutating-policies.ts'
import { MutatingPolicy } from './policies/mutating-policy.ts'
import { ParamInformer } from './policies/param-informer.ts'
import { ParamKinds } from './policies/params.ts'
import type { EvaluationEnvironment } from './policies/policy-plugin.ts'
import { PolicySource } from './policies/policy-source.ts'
import { ValidatingPolicies } from './policies/validating-policies.ts'
import { ValidatingPolicy } from './policies/validating-policy.ts'
import { MutatingWebhooks } from './webhooks/mutating-webhooks.ts'
import { ValidatingWebhooks } from './webhooks/validating-webhooks.ts'
import { WebhookClient, type WebhookOutcome } from './webhooks/webhook-client.ts'
import { WebhookSource } from './webhooks/webhook-source.ts'
import { WebhookUsers } from './webhooks/webhook-users.ts'

export interface ClusterAdmissionOptions {
  readonly isEnabled: (plugin: ClusterPlugin) => boolean
  /** Who the server is to webhooks: a kubeconfig for each of the two plugins. */
  readonly kubeConfigFile: (plugin: ClusterPlugin) => string | undefined
  readonly onError: (error: unknown) => void
  /** Told of every call of a webhook. */
  readonly onWebhook?: (outcome: WebhookOutcome) => void
}

/** Older clusters have policies in other versions, or not at all. */
const kind = (name: string, ...versions: string[]): RegistrationKind => ({
  kind: name,
  plural: name.endsWith('y') ? `${name.slice(0, -1).toLowerCase()}ies` : `${name.toLowerCase()}s`,
  versions,
})

/** The webhooks and policies of a cluster, enforced on the objects of this server as they are on those of the cluster. */
export class ClusterAdmission {
  readonly #client: Client
  readonly #namespaces: ClusterNamespaces
  readonly #options: ClusterAdmissionOptions
  readonly #watched: Configurations<KubeObject>[] = []
  readonly #makers = new Map<ClusterPlugin, (authorizer: Authorizer) => AdmissionPlugin>()
  readonly #closers: (() => Promise<void>)[] = []

  /** Throws a ConfigError when a kubeconfig cannot be read. */
  constructor(client: Client, namespaces: ClusterNamespaces, options: ClusterAdmissionOptions) {
    this.#client = client
    this.#namespaces = namespaces
    this.#options = options
    for (const plugin of clusterPlugins) if (options.isEnabled(plugin)) this.#makers.set(plugin, this.#prepare(plugin))
  }

  /** What is not known yet, by the names of resources. */
  get unsynced(): readonly string[] {
    return this.#watched.filter(({ hasSynced }) => !hasSynced).map(({ plural }) => plural)
  }

  /** In their order. `authorizer` answers what conditions and policies ask. */
  plugins(authorizer: Authorizer): readonly AdmissionPlugin[] {
    return [...this.#makers.values()].map((make) => make(authorizer))
  }

  start(): void {
    for (const configurations of this.#watched) configurations.start()
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await Promise.all(this.#watched.map((configurations) => configurations.close()))
    await Promise.all(this.#closers.map((close) => close()))
  }

  #prepare(plugin: ClusterPlugin): (authorizer: Authorizer) => AdmissionPlugin {
    const isReady = (): boolean => this.#namespaces.hasSynced
    const namespaces = this.#namespaces
    const environment = (authorizer: Authorizer): EvaluationEnvironment => ({ namespaces, authorizer, isReady })
    switch (plugin) {
      case 'MutatingAdmissionPolicy': {
        const policies = this.#watch<Policy<MutatingPolicySpec>>(kind(plugin, 'v1', 'v1beta1', 'v1alpha1'))
        const bindings = this.#watch<PolicyBinding>(kind(`${plugin}Binding`, 'v1', 'v1beta1', 'v1alpha1'))
        const source = { namespaces, params: this.#params() }
        const active = new PolicySource({ policies, bindings }, source, (policy) => new MutatingPolicy(policy))
        return (authorizer) => new MutatingPolicies(active, environment(authorizer))
      }
      case 'ValidatingAdmissionPolicy': {
        const policies = this.#watch<Policy<ValidatingPolicySpec>>(kind(plugin, 'v1', 'v1beta1'))
        const bindings = this.#watch<PolicyBinding>(kind(`${plugin}Binding`, 'v1', 'v1beta1'))
        const source = { namespaces, params: this.#params() }
        const active = new PolicySource({ policies, bindings }, source, (policy) => new ValidatingPolicy(policy))
        return (authorizer) => new ValidatingPolicies(active, environment(authorizer))
      }
      default: {
        const mutates = plugin === 'MutatingAdmissionWebhook'
        const Plugin = mutates ? MutatingWebhooks : ValidatingWebhooks
        const name = `${mutates ? 'Mutating' : 'Validating'}WebhookConfiguration`
        const configurations = this.#watch<WebhookConfiguration>(kind(name, 'v1'))
        const client = new WebhookClient(
          new WebhookUsers(this.#options.kubeConfigFile(plugin)),
          this.#options.onWebhook,
        )
        this.#closers.push(() => {
          client.close()
          return Promise.resolve()
        })
        return (authorizer) =>
          new Plugin(new WebhookSource(configurations, { namespaces, authorizer }), client, isReady)
      }
    }
  }

  #watch<T extends KubeObject>(of: RegistrationKind): Configurations<T> {
    const configurations = new Configurations<T>(this.#client, of, { onError: this.#options.onError })
    this.#watched.push(configurations as unknown as Configurations<KubeObject>)
    return configurations
  }

  #params(): ParamKinds {
    const params = new ParamKinds((of) => new ParamInformer(this.#client, of, this.#options.onError))
    this.#closers.push(() => params.close())
    return params
  }
}
