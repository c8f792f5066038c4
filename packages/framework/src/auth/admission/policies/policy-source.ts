import type { KnownConfigurations } from '../configuration/configurations.ts'
import type { Policy, PolicyBinding, PolicySpec } from '../configuration/registration.ts'
import { ResourceMatcher } from '../matching/match-resources.ts'
import type { NamespaceObjects } from '../matching/selectors.ts'
import type { ParamObjects } from './param-informer.ts'
import type { ParamKinds } from './params.ts'

/** A binding, and what it is about: undefined is whatever the policy is about. */
export interface BoundPolicy {
  readonly binding: PolicyBinding
  readonly matcher: ResourceMatcher | undefined
}

/** A policy that is in force, ready to be evaluated. */
export interface ActivePolicy<S extends PolicySpec, E> {
  readonly policy: Policy<S>
  readonly matcher: ResourceMatcher | undefined
  readonly bindings: readonly BoundPolicy[]
  readonly evaluator: E
  readonly params: ParamObjects | undefined
}

export interface PolicyConfigurations<S extends PolicySpec> {
  readonly policies: KnownConfigurations<Policy<S>>
  readonly bindings: KnownConfigurations<PolicyBinding>
}

export interface PolicyEnvironment {
  readonly namespaces: NamespaceObjects
  readonly params: ParamKinds
}

/** The policies that have bindings, by name. They are compiled when the cluster says that they have changed. Source: policy/generic/policy_source.go. */
export class PolicySource<S extends PolicySpec, E> {
  readonly #configurations: PolicyConfigurations<S>
  readonly #environment: PolicyEnvironment
  readonly #compile: (policy: Policy<S>) => E
  #readAt = ''
  #active: readonly ActivePolicy<S, E>[] = []
  #compiled = new Map<string, E>()

  constructor(
    configurations: PolicyConfigurations<S>,
    environment: PolicyEnvironment,
    compile: (policy: Policy<S>) => E,
  ) {
    this.#configurations = configurations
    this.#environment = environment
    this.#compile = compile
  }

  get hasSynced(): boolean {
    const { policies, bindings } = this.#configurations
    return policies.hasSynced && bindings.hasSynced
  }

  get active(): readonly ActivePolicy<S, E>[] {
    const { policies, bindings } = this.#configurations
    const changes = `${String(policies.changes)} ${String(bindings.changes)}`
    if (changes !== this.#readAt) {
      this.#readAt = changes
      this.#read()
    }
    return this.#active
  }

  #read(): void {
    const byPolicy = new Map<string, PolicyBinding[]>()
    for (const binding of this.#configurations.bindings.list()) {
      const { policyName = '' } = binding.spec
      const known = byPolicy.get(policyName)
      if (known) known.push(binding)
      else byPolicy.set(policyName, [binding])
    }
    const compiled = new Map<string, E>()
    this.#active = this.#configurations.policies.list().flatMap((policy) => {
      const bindings = byPolicy.get(policy.metadata.name ?? '')
      return bindings ? [this.#activate(policy, bindings, compiled)] : []
    })
    this.#compiled = compiled
    this.#environment.params.keepOnly(this.#active.flatMap(({ policy }) => policy.spec.paramKind ?? []))
  }

  #activate(policy: Policy<S>, bindings: PolicyBinding[], compiled: Map<string, E>): ActivePolicy<S, E> {
    const { namespaces, params } = this.#environment
    const { matchConstraints, paramKind } = policy.spec
    const { uid = '', resourceVersion = '' } = policy.metadata
    const key = `${uid}/${resourceVersion}`
    const evaluator = this.#compiled.get(key) ?? this.#compile(policy)
    compiled.set(key, evaluator)
    return {
      policy,
      matcher: matchConstraints && new ResourceMatcher(matchConstraints, namespaces),
      bindings: bindings.map((binding) => {
        const { matchResources } = binding.spec
        return { binding, matcher: matchResources && new ResourceMatcher(matchResources, namespaces) }
      }),
      evaluator,
      params: paramKind && params.of(paramKind),
    }
  }
}
