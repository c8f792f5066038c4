import type { KubeObject } from '../../../meta/object.ts'
import { StatusError } from '../../../meta/status.ts'
import type { AuthorizationAttributes } from '../../authorization/authorizer.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { AdmissionChain } from '../chain.ts'
import type {
  BindingSpec,
  MutatingPolicySpec,
  Policy,
  PolicyBinding,
  PolicySpec,
  ValidatingPolicySpec,
} from '../configuration/registration.ts'
import { attributesOf, objectsOf, recordedContext, TestConfigurations, type RecordedContext } from '../fixture.test.ts'
import { MutatingPolicies } from './mutating-policies.ts'
import { MutatingPolicy } from './mutating-policy.ts'
import { UnknownParamKind, type ParamObjects } from './param-informer.ts'
import { ParamKinds } from './params.ts'
import { PolicySource } from './policy-source.ts'
import { ValidatingPolicies } from './validating-policies.ts'
import { ValidatingPolicy } from './validating-policy.ts'

const constraints = {
  namespaceSelector: {},
  objectSelector: {},
  matchPolicy: 'Equivalent',
  resourceRules: [{ operations: ['*'], apiGroups: ['g.io'], apiVersions: ['v1'], resources: ['things', 'things/*'] }],
}

export interface Outcome {
  readonly error: StatusError | undefined
  readonly object: KubeObject & { spec?: unknown }
  readonly ctx: RecordedContext
}

/** Both plugins for policies, and a cluster with one namespace and some parameters. */
export class PolicyLab {
  readonly mutating = { policies: new TestConfigurations<Policy<MutatingPolicySpec>>(), bindings: bindings() }
  readonly validating = { policies: new TestConfigurations<Policy<ValidatingPolicySpec>>(), bindings: bindings() }
  readonly asked: AuthorizationAttributes[] = []
  /** By `namespace/name`. */
  readonly params = new Map<string, KubeObject>()
  paramsKnown = true
  paramsNamespaced = true
  readonly chain: AdmissionChain

  constructor() {
    const namespaces = {
      find: (name: string) =>
        Promise.resolve(
          name === 'ns'
            ? {
                apiVersion: 'v1',
                kind: 'Namespace',
                metadata: { name, labels: { env: 'prod' } },
                spec: { finalizers: [] },
              }
            : undefined,
        ),
    }
    const authorizer = {
      authorize: (attributes: AuthorizationAttributes) => {
        this.asked.push(attributes)
        return Promise.resolve({ decision: attributes.verb === 'bypass' ? ('Allow' as const) : ('NoOpinion' as const) })
      },
    }
    const environment = { namespaces, authorizer, isReady: () => true }
    const source = { namespaces, params: new ParamKinds(() => this.#objects()) }
    this.chain = new AdmissionChain([
      new MutatingPolicies(new PolicySource(this.mutating, source, (p) => new MutatingPolicy(p)), environment),
      new ValidatingPolicies(new PolicySource(this.validating, source, (p) => new ValidatingPolicy(p)), environment),
    ])
  }

  #objects(): ParamObjects {
    const { params } = this
    return {
      namespaced: this.paramsNamespaced,
      ready: () =>
        this.paramsKnown
          ? Promise.resolve()
          : Promise.reject(new UnknownParamKind("failed to find resource referenced by paramKind: 'v1, Kind=Nope'")),
      get: (name, namespace) => params.get(`${namespace}/${name}`),
      list: (selector, namespace) =>
        [...params].flatMap(([key, object]) =>
          key.startsWith(`${namespace}/`) && selector.matches(object.metadata.labels) ? [object] : [],
        ),
      close: () => Promise.resolve(),
    }
  }

  reset(): void {
    for (const { policies, bindings } of [this.mutating, this.validating]) {
      policies.set()
      bindings.set()
    }
    this.params.clear()
    this.asked.length = 0
    this.paramsKnown = true
    this.paramsNamespaced = true
  }

  /** One policy `p` with its binding `b`. */
  validate(spec: Partial<ValidatingPolicySpec>, binding: BindingSpec = {}): void {
    this.validating.policies.set(policy('p', spec))
    this.validating.bindings.set(boundTo('p', 'b', { validationActions: ['Deny'], ...binding }))
  }

  mutate(spec: Partial<MutatingPolicySpec>, binding: BindingSpec = {}): void {
    this.mutating.policies.set(policy('p', spec))
    this.mutating.bindings.set(boundTo('p', 'b', binding))
  }

  async run(given: Partial<AdmissionAttributes> & { readonly spec?: object } = {}): Promise<Outcome> {
    const ctx = recordedContext()
    const { spec, ...rest } = given
    const thing = { apiVersion: 'g.io/v1', kind: 'Thing', metadata: { name: 'x', namespace: 'ns' } }
    const attributes = attributesOf({
      objects: objectsOf('v1', 'v2'),
      object: { ...thing, ...(spec && { spec }) },
      ...rest,
    })
    const object = (attributes.object ?? attributes.oldObject ?? thing) as Outcome['object']
    try {
      await this.chain.admit(attributes, ctx)
      await this.chain.validate(attributes, ctx)
      return { error: undefined, object, ctx }
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      return { error, object, ctx }
    }
  }
}

const bindings = (): TestConfigurations<PolicyBinding> => new TestConfigurations<PolicyBinding>()

let versions = 0
const registered = (kind: string, name: string) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name, uid: name, resourceVersion: String(++versions) },
})

export const policy = <S extends PolicySpec>(name: string, spec: Partial<S>): Policy<S> => ({
  ...registered('Policy', name),
  spec: { matchConstraints: constraints, failurePolicy: 'Fail', ...spec } as unknown as S,
})

export const boundTo = (policyName: string, name: string, spec: BindingSpec = {}): PolicyBinding => ({
  ...registered('PolicyBinding', name),
  spec: { policyName, ...spec },
})
