import { ExpressionError } from './cel-error.ts'
import type { CelType } from './cel-type.ts'
import { check } from './checker.ts'
import type { CostMeter } from './cost.ts'
import type { Environment } from './environment.ts'
import { parse } from './parser.ts'
import { plan } from './planner.ts'
import type { Value } from './value.ts'

/** An expression, ready to be evaluated. */
export interface Program {
  readonly type: CelType
  /** The variables of the environment that it names. */
  readonly uses: ReadonlySet<string>
  /**
   * `variables` stand in the environment's order; undefined has no value. Throws an EvaluationError, or a CostLimitError
   * when the meter's limit is reached.
   */
  evaluate(variables: readonly (Value | undefined)[], meter: CostMeter): Value
}

/** Compiles an expression. Throws an {@link ExpressionError} that names the place of what is wrong with it. */
export function compile(source: string, environment: Environment): Program {
  try {
    return program(source, environment)
  } catch (error) {
    // Long chains of operators nest as deep as they are long.
    if (error instanceof RangeError) throw new ExpressionError('expression is nested too deep', 0)
    throw error
  }
}

function program(source: string, environment: Environment): Program {
  const checked = check(parse(source), environment)
  const { evaluate, slots } = plan(checked, [...environment.variables.keys()])
  const uses = new Set<string>()
  for (const reference of checked.references.values()) if (reference.kind === 'variable') uses.add(reference.name)
  return {
    type: checked.type,
    uses,
    evaluate: (variables, meter) => evaluate({ variables, meter, slots: new Array<Value>(slots).fill(null) }),
  }
}
