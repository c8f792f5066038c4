import type { KubeObject } from '../../../meta/object.ts'
import { StatusError } from '../../../meta/status.ts'
import type { RequestContext } from '../../../request/context.ts'
import { deepEqual } from '../../../util/json.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { AccessChecks } from '../cel/access-checks.ts'
import type { MutatingPolicySpec, Policy, PolicyBinding } from '../configuration/registration.ts'
import { takeOver, versionedWrite } from '../matching/versions.ts'
import { admissionForbidden, type AdmissionPlugin } from '../plugin.ts'
import type { Reinvocation } from '../reinvocation.ts'
import type { MutatingPolicy } from './mutating-policy.ts'
import { PolicyPlugin, type PolicyInvocation } from './policy-plugin.ts'

type Invocation = PolicyInvocation<MutatingPolicySpec, MutatingPolicy>

/** One evaluation, with one object of parameters or none. */
interface Evaluation extends Omit<Invocation, 'params'> {
  readonly params: KubeObject | undefined
  readonly key: string
}

/** Lets the cluster's MutatingAdmissionPolicies change the object. Source: policy/mutating/dispatcher.go. */
export class MutatingPolicies extends PolicyPlugin<MutatingPolicySpec, MutatingPolicy> implements AdmissionPlugin {
  readonly name = 'MutatingAdmissionPolicy'

  async admit(attributes: AdmissionAttributes, ctx: RequestContext, reinvocation: Reinvocation): Promise<void> {
    const failures = new Failures()
    const evaluations: Evaluation[] = []
    const invocations = this.invocations(attributes, ctx, (message, policy, binding) => {
      failures.add(policy, binding, `failed to configure ${binding ? 'binding' : 'policy'}: ${message}`, '')
    })
    for await (const { params, ...invocation } of invocations)
      for (const one of params) evaluations.push({ ...invocation, params: one, key: keyOf(invocation, one) })
    if (evaluations.length) await this.#run(evaluations, attributes, ctx, reinvocation, failures)
    const error = failures.error(attributes)
    if (error) throw error
  }

  async #run(
    evaluations: readonly Evaluation[],
    attributes: AdmissionAttributes,
    ctx: RequestContext,
    reinvocation: Reinvocation,
    failures: Failures,
  ): Promise<void> {
    const invocations = reinvocation.of(this.name)
    if (reinvocation.again && invocations.changedSince(attributes.object)) invocations.changed()
    const namespace = await this.namespaceOf(attributes, ctx)
    const checks = new AccessChecks(this.environment.authorizer, ctx)
    try {
      for (const evaluation of evaluations) {
        const { policy, binding, evaluator, params, key, matched } = evaluation
        const inputs = { write: versionedWrite(attributes, matched), params, namespace, checks }
        try {
          if (!(await evaluator.wants(inputs))) continue
        } catch (error) {
          failures.add(policy, binding, messageOf(error), 'Invalid')
          continue
        }
        // Whom the first round did not reach, the second does not either.
        if (reinvocation.again && !invocations.isDue(key)) continue
        if (await this.#mutate(evaluation, attributes, { namespace, checks }, failures)) {
          invocations.changed()
          reinvocation.request()
        }
        if (evaluator.reinvokes) invocations.invoked(key)
      }
    } finally {
      invocations.done(attributes.object)
    }
  }

  /** All mutations of one policy, each on what the one before has made. True: the object is another one now. */
  async #mutate(
    { policy, binding, evaluator, params, matched }: Evaluation,
    attributes: AdmissionAttributes,
    given: { readonly namespace: KubeObject | undefined; readonly checks: AccessChecks },
    failures: Failures,
  ): Promise<boolean> {
    let changed = false
    for (const mutation of evaluator.mutations) {
      const write = versionedWrite(attributes, matched)
      try {
        const made = await evaluator.mutate(mutation, { ...given, write, params })
        if (!made || deepEqual(made, write.object)) continue
        takeOver(attributes, made)
        changed = true
      } catch (error) {
        if (error instanceof StatusError) throw error
        failures.add(policy, binding, messageOf(error), 'Invalid')
      }
    }
    return changed
  }
}

/** What has failed, and is a reason to refuse the write. */
class Failures {
  readonly #messages: string[] = []
  #reason = ''

  add(policy: Policy, binding: PolicyBinding | undefined, message: string, reason: string): void {
    if (policy.spec.failurePolicy === 'Ignore') return
    const name = policy.metadata.name ?? ''
    const who = binding
      ? `policy '${name}' with binding '${binding.metadata.name ?? ''}'`
      : `policy ${JSON.stringify(name)}`
    if (!this.#messages.length) this.#reason = reason
    this.#messages.push(`${who} denied request: ${message}`)
  }

  error(attributes: AdmissionAttributes): StatusError | undefined {
    const [message] = this.#messages
    if (message === undefined) return undefined
    const causes = this.#messages.map((text) => ({ message: text }))
    const { status } = admissionForbidden(attributes, 'admission request denied by policy', causes)
    const reason = this.#reason || 'Forbidden'
    return new StatusError({ code: 403, reason, message, ...(status.details ? { details: status.details } : {}) })
  }
}

const keyOf = ({ policy, binding }: Omit<Invocation, 'params'>, params: KubeObject | undefined): string =>
  JSON.stringify([policy.metadata.name, binding.metadata.name, params?.metadata.namespace, params?.metadata.name])

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
