import type { KubeObject } from '../../../meta/object.ts'
import { StatusError } from '../../../meta/status.ts'
import type { RequestContext } from '../../../request/context.ts'
import type { Authorizer } from '../../authorization/authorizer.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { registrationGroup } from '../configuration/configurations.ts'
import { becomesReady } from '../configuration/ready.ts'
import type { Policy, PolicyBinding, PolicySpec } from '../configuration/registration.ts'
import { isNamespaces } from '../matching/rules.ts'
import type { NamespaceObjects } from '../matching/selectors.ts'
import type { EquivalentResource } from '../objects.ts'
import { admissionForbidden } from '../plugin.ts'
import { UnknownParamKind } from './param-informer.ts'
import { collectParams } from './params.ts'
import type { ActivePolicy, PolicySource } from './policy-source.ts'

/** What policies are evaluated with. */
export interface EvaluationEnvironment {
  readonly namespaces: NamespaceObjects
  readonly authorizer: Authorizer
  /** What policies are chosen by is known too. */
  readonly isReady: () => boolean
}

/** A binding of a policy that is about a write. */
export interface PolicyInvocation<S extends PolicySpec, E> {
  readonly policy: Policy<S>
  readonly binding: PolicyBinding
  readonly evaluator: E
  readonly matched: EquivalentResource
  /** The policy is evaluated once with each. */
  readonly params: readonly (KubeObject | undefined)[]
}

/** A policy, or a binding of it, that cannot be used as it is. */
export type ReportMisconfiguration = (message: string, policy: Policy, binding?: PolicyBinding) => void

/** What the two plugins for policies have in common. */
export abstract class PolicyPlugin<S extends PolicySpec, E> {
  protected readonly environment: EvaluationEnvironment
  readonly #source: PolicySource<S, E>
  readonly #isReady: () => boolean

  constructor(source: PolicySource<S, E>, environment: EvaluationEnvironment) {
    this.#source = source
    this.environment = environment
    this.#isReady = () => source.hasSynced && environment.isReady()
  }

  /** What is not known yet is no reason to say nothing. */
  get idle(): boolean {
    return this.#isReady() && this.#source.active.length === 0
  }

  handles(): boolean {
    return true
  }

  /** In the order of their names. Throws 403 while nobody knows which there are. */
  protected async *invocations(
    attributes: AdmissionAttributes,
    ctx: RequestContext,
    report: ReportMisconfiguration,
  ): AsyncGenerator<PolicyInvocation<S, E>> {
    // Writes of the configurations themselves ask nobody.
    if (attributes.kind.group === registrationGroup) return
    if (!(await becomesReady(this.#isReady, ctx.signal)))
      throw admissionForbidden(attributes, 'not yet ready to handle request')
    for (const active of this.#source.active) {
      let matched: EquivalentResource | undefined
      try {
        if (!active.matcher) throw new Error('policy contained no match constraints, a required field')
        matched = await active.matcher.match(attributes, ctx.signal)
      } catch (error) {
        report(messageOf(error), active.policy)
      }
      if (matched) yield* bound(active, matched, attributes, ctx, report)
    }
  }

  /** The namespace of a write; undefined: it is in none, or is one. Throws 404. */
  protected async namespaceOf(attributes: AdmissionAttributes, ctx: RequestContext): Promise<KubeObject | undefined> {
    const { namespace, resource } = attributes
    if (namespace === '' || isNamespaces(resource)) return undefined
    const found = await this.environment.namespaces.find(namespace, ctx.signal)
    if (!found) throw StatusError.notFound({ group: '', resource: 'namespaces' }, namespace)
    return found
  }
}

async function* bound<S extends PolicySpec, E>(
  { policy, bindings, evaluator, params }: ActivePolicy<S, E>,
  matched: EquivalentResource,
  attributes: AdmissionAttributes,
  ctx: RequestContext,
  report: ReportMisconfiguration,
): AsyncGenerator<PolicyInvocation<S, E>> {
  for (const { binding, matcher } of bindings) {
    try {
      if (matcher && !(await matcher.match(attributes, ctx.signal))) continue
      const collected = await collectParams(params, binding.spec.paramRef, attributes.namespace, ctx.signal)
      if (collected.length) yield { policy, binding, evaluator, matched, params: collected }
    } catch (error) {
      if (error instanceof UnknownParamKind) {
        report(error.message, policy)
        return
      }
      report(messageOf(error), policy, binding)
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
