import type { KubeObject } from '../../../meta/object.ts'
import { types } from '../../../schema/cel/cel-type.ts'
import type { AccessChecks } from '../cel/access-checks.ts'
import { Activation, type ActivationInputs } from '../cel/activation.ts'
import { AdmissionExpression, Budget, compileVariables, OutOfBudget, type Evaluated } from '../cel/expression.ts'
import { MatchConditionError, MatchConditions } from '../cel/match-conditions.ts'
import type { Policy, Validation, ValidatingPolicySpec } from '../configuration/registration.ts'
import type { VersionedWrite } from '../matching/versions.ts'

/** Source: apis/cel/config.go RuntimeCELCostBudget. */
export const policyBudget = 10_000_000
/** Source: the same file, MaxEvaluatedMessageExpressionSizeBytes. */
const maxMessageBytes = 5 * 1024

export interface Decision {
  readonly denied: boolean
  readonly message: string
  /** '' for what could not be decided. */
  readonly reason: string
}

export interface AuditAnnotation {
  readonly key: string
  readonly value: string
}

/** What a policy has to say of one write. */
export interface PolicyOutcome {
  /** One for each validation. */
  readonly decisions: readonly Decision[]
  readonly annotations: readonly AuditAnnotation[]
  /** Annotations that could not be made, where that is a reason to refuse. */
  readonly failures: readonly string[]
}

export interface PolicyInputs {
  readonly write: VersionedWrite
  readonly params: KubeObject | undefined
  readonly namespace: KubeObject | undefined
  readonly checks: AccessChecks
}

interface CompiledValidation {
  readonly validation: Validation
  readonly expression: AdmissionExpression
  readonly message: AdmissionExpression | undefined
}

const nothing: PolicyOutcome = { decisions: [], annotations: [], failures: [] }

/** A ValidatingAdmissionPolicy, compiled. Source: policy/validating/{plugin,validator}.go. */
export class ValidatingPolicy {
  readonly #failureDenies: boolean
  readonly #variables: ReadonlyMap<string, AdmissionExpression>
  readonly #conditions: MatchConditions
  readonly #validations: readonly CompiledValidation[]
  readonly #annotations: readonly { readonly key: string; readonly expression: AdmissionExpression }[]

  constructor({ spec }: Policy<ValidatingPolicySpec>) {
    const params = spec.paramKind !== undefined
    const variables = compileVariables(spec.variables ?? [], { params, authorizer: true })
    const declared = { params, authorizer: true, variables: variables.types }
    this.#failureDenies = spec.failurePolicy !== 'Ignore'
    this.#variables = variables.expressions
    this.#conditions = new MatchConditions(spec.matchConditions ?? [], declared, spec.failurePolicy)
    this.#validations = (spec.validations ?? []).map((validation) => ({
      validation,
      expression: new AdmissionExpression(validation.expression, declared, [types.bool]),
      // Messages ask nobody anything.
      message: validation.messageExpression
        ? new AdmissionExpression(validation.messageExpression, { ...declared, authorizer: false }, [types.string])
        : undefined,
    }))
    this.#annotations = (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
      key,
      expression: new AdmissionExpression(valueExpression, declared, [types.string, types.null]),
    }))
  }

  async evaluate({ checks, ...inputs }: PolicyInputs): Promise<PolicyOutcome> {
    const given: ActivationInputs = { ...inputs, variables: this.#variables }
    const activation = new Activation({ ...given, checks })
    try {
      if (!this.#conditions.empty && !(await this.#conditions.match(activation))) return nothing
      const decisions = await this.#decide(activation, new Activation(given))
      return { decisions, ...(await this.#annotate(new Activation(given))) }
    } catch (error) {
      if (!(error instanceof OutOfBudget || error instanceof MatchConditionError)) throw error
      return { ...nothing, decisions: [this.#undecided(error.message)] }
    }
  }

  #undecided(message: string): Decision {
    return { denied: this.#failureDenies, message, reason: '' }
  }

  async #decide(activation: Activation, forMessages: Activation): Promise<Decision[]> {
    const budget = new Budget(policyBudget)
    const results: Evaluated[] = []
    for (const { expression } of this.#validations) results.push(await expression.evaluate(activation, budget))
    const decisions: Decision[] = []
    for (const [i, { validation, message }] of this.#validations.entries()) {
      const result = results[i]
      if (result && 'error' in result) decisions.push(this.#undecided(result.error))
      else if (result?.value === true) decisions.push({ denied: false, message: '', reason: '' })
      else decisions.push(await this.#deny(validation, message, forMessages, budget))
    }
    return decisions
  }

  async #deny(
    { message = '', expression, reason = 'Invalid' }: Validation,
    made: AdmissionExpression | undefined,
    activation: Activation,
    budget: Budget,
  ): Promise<Decision> {
    let text = ''
    try {
      const result = await made?.evaluate(activation, budget)
      if (result && 'value' in result && typeof result.value === 'string') text = usable(result.value)
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error
      return this.#undecided(`failed messageExpression: ${error.message}`)
    }
    return { denied: true, message: text || message.trim() || `failed expression: ${expression.trim()}`, reason }
  }

  async #annotate(activation: Activation): Promise<Omit<PolicyOutcome, 'decisions'>> {
    const budget = new Budget(policyBudget)
    const annotations: AuditAnnotation[] = []
    const failures: string[] = []
    for (const { key, expression } of this.#annotations) {
      const result = await expression.evaluate(activation, budget)
      if ('error' in result) {
        if (this.#failureDenies) failures.push(result.error)
        continue
      }
      const value = typeof result.value === 'string' ? result.value.trim() : ''
      if (value !== '') annotations.push({ key, value })
    }
    return { annotations, failures }
  }
}

/** Messages are one line, and not too long a one. */
function usable(message: string): string {
  const text = message.trim()
  return text.includes('\n') || Buffer.byteLength(text) > maxMessageBytes ? '' : text
}
