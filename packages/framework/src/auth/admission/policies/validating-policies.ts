import { StatusError } from '../../../meta/status.ts'
import type { RequestContext } from '../../../request/context.ts'
import { annotate } from '../audit-annotation.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { AccessChecks } from '../cel/access-checks.ts'
import type { Policy, PolicyBinding, ValidatingPolicySpec } from '../configuration/registration.ts'
import { VersionedWrites } from '../matching/versions.ts'
import { admissionForbidden, type AdmissionPlugin } from '../plugin.ts'
import { PolicyPlugin, type PolicyInvocation } from './policy-plugin.ts'
import type { Decision, PolicyOutcome, ValidatingPolicy } from './validating-policy.ts'

const maxAnnotationLength = 10 * 1024

type Invocation = PolicyInvocation<ValidatingPolicySpec, ValidatingPolicy>

/** Evaluates the cluster's ValidatingAdmissionPolicies. Source: policy/validating/dispatcher.go. */
export class ValidatingPolicies
  extends PolicyPlugin<ValidatingPolicySpec, ValidatingPolicy>
  implements AdmissionPlugin
{
  readonly name = 'ValidatingAdmissionPolicy'

  async validate(attributes: AdmissionAttributes, ctx: RequestContext): Promise<void> {
    const verdict = new Verdict(ctx)
    const versions = new VersionedWrites(attributes)
    const checks = new AccessChecks(this.environment.authorizer, ctx)
    const invocations = this.invocations(attributes, ctx, (message, policy, binding) => {
      verdict.misconfigured(message, policy, binding)
    })
    for await (const invocation of invocations) {
      const namespace = await this.namespaceOf(attributes, ctx)
      const write = versions.of(invocation.matched)
      for (const params of invocation.params)
        verdict.take(invocation, await invocation.evaluator.evaluate({ write, params, namespace, checks }))
    }
    verdict.publish()
    const { refusal } = verdict
    if (refusal) throw denial(attributes, refusal)
  }
}

interface Refusal {
  readonly message: string
  readonly reason: string
}

/** What all policies together have to say of one write. */
class Verdict {
  readonly #ctx: RequestContext
  /** By `policy/key`, in the order in which they came. */
  readonly #annotations = new Map<string, Set<string>>()
  /** The first one is the answer. */
  refusal: Refusal | undefined

  constructor(ctx: RequestContext) {
    this.#ctx = ctx
  }

  misconfigured(message: string, policy: Policy, binding: PolicyBinding | undefined): void {
    if (policy.spec.failurePolicy === 'Ignore') return
    this.#refuse(policy, binding, `failed to configure ${binding ? 'binding' : 'policy'}: ${message}`, '')
  }

  take({ policy, binding }: Invocation, { decisions, annotations, failures }: PolicyOutcome): void {
    for (const [index, decision] of decisions.entries())
      if (decision.denied) this.#act(policy, binding, decision, index)
    for (const { key, value } of annotations) {
      const name = `${policy.metadata.name ?? ''}/${key}`
      const values = this.#annotations.get(name) ?? new Set()
      this.#annotations.set(name, values.add(value.slice(0, maxAnnotationLength)))
    }
    for (const failure of failures) this.#refuse(policy, binding, failure, '')
  }

  publish(): void {
    for (const [key, values] of this.#annotations) annotate(this.#ctx, key, [...values].join(', '))
  }

  #act(policy: Policy, binding: PolicyBinding, decision: Decision, expressionIndex: number): void {
    const { message, reason } = decision
    const validationActions = binding.spec.validationActions ?? []
    const [policyName, bindingName] = [policy.metadata.name ?? '', binding.metadata.name ?? '']
    for (const action of validationActions) {
      if (action === 'Deny') this.#refuse(policy, binding, message, reason)
      else if (action === 'Warn')
        this.#ctx.warnings.add(
          `Validation failed for ValidatingAdmissionPolicy '${policyName}' with binding '${bindingName}': ${message}`,
        )
      else if (action === 'Audit') {
        const failure = { message, policy: policyName, binding: bindingName, expressionIndex, validationActions }
        annotate(this.#ctx, 'validation.policy.admission.k8s.io/validation_failure', JSON.stringify([failure]))
      }
    }
  }

  #refuse(policy: Policy, binding: PolicyBinding | undefined, text: string, reason: string): void {
    const name = policy.metadata.name ?? ''
    const where = binding ? `'${name}' with binding '${binding.metadata.name ?? ''}'` : `'${name}'`
    this.refusal ??= { message: `ValidatingAdmissionPolicy ${where} denied request: ${text}`, reason }
  }
}

const codes: ReadonlyMap<string, number> = new Map([
  ['Unauthorized', 401],
  ['Forbidden', 403],
  ['RequestEntityTooLarge', 413],
])

/** Source: policy/validating/policy_decision.go. */
function denial(attributes: AdmissionAttributes, { message, reason }: Refusal): StatusError {
  const { status } = admissionForbidden(attributes, message, [{ message }])
  return new StatusError({
    code: codes.get(reason) ?? 422,
    reason: reason || 'Invalid',
    message: status.message ?? message,
    ...(status.details ? { details: status.details } : {}),
  })
}
