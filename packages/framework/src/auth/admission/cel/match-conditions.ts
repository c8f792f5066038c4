import { types } from '../../../schema/cel/cel-type.ts'
import type { FailurePolicy, MatchCondition } from '../configuration/registration.ts'
import type { Activation } from './activation.ts'
import type { Declarations } from './environments.ts'
import { AdmissionExpression, Budget, OutOfBudget } from './expression.ts'

/** Source: apis/cel/config.go RuntimeCELCostBudgetMatchConditions. */
const matchBudget = 2_500_000

/** Conditions that could not be decided, and whose policy is to fail then. */
export class MatchConditionError extends Error {
  override readonly name = 'MatchConditionError'
}

/** Says whether a write is meant. Source: admission/plugin/webhook/matchconditions. */
export class MatchConditions {
  readonly #expressions: readonly AdmissionExpression[]
  readonly #failurePolicy: FailurePolicy

  constructor(conditions: readonly MatchCondition[], declared: Declarations, failurePolicy: FailurePolicy = 'Fail') {
    this.#expressions = conditions.map(({ expression }) => new AdmissionExpression(expression, declared, [types.bool]))
    this.#failurePolicy = failurePolicy
  }

  get empty(): boolean {
    return this.#expressions.length === 0
  }

  /** False as soon as one is false, whatever is wrong with others. Throws {@link MatchConditionError}. */
  async match(activation: Activation): Promise<boolean> {
    const errors = new Set<string>()
    try {
      const budget = new Budget(matchBudget)
      let matches = true
      for (const expression of this.#expressions) {
        const result = await expression.evaluate(activation, budget)
        if ('error' in result) errors.add(result.error)
        else if (result.value === false) matches = false
      }
      if (!matches) return false
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error
      errors.clear()
      errors.add(error.message)
    }
    if (!errors.size) return true
    if (this.#failurePolicy === 'Ignore') return false
    const texts = [...errors]
    throw new MatchConditionError(texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`)
  }
}
