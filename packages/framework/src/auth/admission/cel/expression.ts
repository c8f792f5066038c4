import { EvaluationError, ExpressionError, Interruption } from '../../../schema/cel/cel-error.ts'
import { formatType, types, type CelType } from '../../../schema/cel/cel-type.ts'
import { CostMeter } from '../../../schema/cel/cost.ts'
import type { Environment } from '../../../schema/cel/environment.ts'
import { compile, type Program } from '../../../schema/cel/program.ts'
import type { Value } from '../../../schema/cel/value.ts'
import { PendingCheck } from './access-checks.ts'
import { callLimit, type Activation } from './activation.ts'
import { admissionEnvironment, type Declarations, type VariableName } from './environments.ts'

/** There is nothing left to spend: no further expression is evaluated. */
export class OutOfBudget extends Error {
  override readonly name = 'OutOfBudget'

  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run')
  }
}

/** What the expressions of one write may cost together. */
export class Budget {
  #left: number

  constructor(limit: number) {
    this.#left = limit
  }

  /** Throws {@link OutOfBudget}. */
  spend(cost: number): void {
    if (cost > this.#left) throw new OutOfBudget()
    this.#left -= cost
  }
}

/** A value, or why there is none. */
export type Evaluated = { readonly value: Value } | { readonly error: string }

/** An expression of a configuration, compiled when that is read. What is wrong with it comes out when it is evaluated. */
export class AdmissionExpression {
  readonly source: string
  readonly program: Program | undefined
  /** Why there is no program. */
  readonly error: string | undefined
  readonly names: readonly VariableName[]
  readonly #environment: Environment

  /** `returns`: the types of which its value may be; none: any. */
  constructor(source: string, declared: Declarations, returns: readonly CelType[] = []) {
    this.source = source
    this.#environment = admissionEnvironment(declared)
    this.names = [...this.#environment.variables.keys()] as VariableName[]
    const compiled = this.#compile(returns)
    if (typeof compiled === 'string') this.error = compiled
    else this.program = compiled
  }

  get type(): CelType {
    return this.program?.type ?? types.dyn
  }

  /** Throws {@link OutOfBudget}. */
  async evaluate(activation: Activation, budget: Budget): Promise<Evaluated> {
    const { program } = this
    if (!program) return { error: `compilation error: ${this.error ?? ''}` }
    for (;;) {
      const meter = new CostMeter(callLimit)
      try {
        const value = program.evaluate(activation.values(this.names, program), meter)
        pay(activation, meter, budget)
        return { value }
      } catch (cause) {
        if (cause instanceof PendingCheck) {
          await activation.inputs.checks?.settle(cause)
          continue
        }
        if (!(cause instanceof EvaluationError || cause instanceof Interruption)) throw cause
        pay(activation, meter, budget)
        return { error: `expression '${this.source}' resulted in error: ${cause.message}` }
      }
    }
  }

  #compile(returns: readonly CelType[]): Program | string {
    let program: Program
    try {
      program = compile(this.source, this.#environment)
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      return `compilation failed: ${located(error, this.source)}`
    }
    const type = formatType(program.type)
    if (!returns.length || returns.some((wanted) => formatType(wanted) === type)) return program
    const wanted = returns.map(formatType)
    return wanted.length === 1
      ? `must evaluate to ${wanted[0] ?? ''} but got ${type}`
      : `must evaluate to one of [${wanted.join(' ')}] but got ${type}`
  }
}

function pay(activation: Activation, meter: CostMeter, budget: Budget): void {
  budget.spend(activation.takeVariableCost())
  budget.spend(meter.spent)
}

/** The message with the place below it, as cel-go shows it. */
function located({ message, offset }: ExpressionError, source: string): string {
  const before = source.slice(0, offset).split('\n')
  const column = before.at(-1)?.length ?? 0
  const line = source.split('\n')[before.length - 1] ?? ''
  return `ERROR: <input>:${String(before.length)}:${String(column + 1)}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`
}

/** A policy's variables: each may name those before it. */
export function compileVariables(
  variables: readonly { readonly name: string; readonly expression: string }[],
  declared: Declarations,
): { readonly expressions: ReadonlyMap<string, AdmissionExpression>; readonly types: ReadonlyMap<string, CelType> } {
  const expressions = new Map<string, AdmissionExpression>()
  const known = new Map<string, CelType>()
  for (const { name, expression } of variables) {
    const compiled = new AdmissionExpression(expression, { ...declared, variables: new Map(known) })
    expressions.set(name, compiled)
    known.set(name, fieldType(compiled.type))
  }
  return { expressions, types: known }
}

/** Fields of what an expression has made are not known. */
const fieldType = (type: CelType): CelType =>
  type.fields || type.name.includes('.') || type.name === 'optional_type' || type.name === 'type'
    ? types.dyn
    : { name: type.name, parameters: type.parameters.map(fieldType) }
