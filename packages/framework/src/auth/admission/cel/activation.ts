import type { KubeObject } from '../../../meta/object.ts'
import { EvaluationError, Interruption } from '../../../schema/cel/cel-error.ts'
import { CostMeter } from '../../../schema/cel/cost.ts'
import { valueOfJson } from '../../../schema/cel/json-value.ts'
import type { Program } from '../../../schema/cel/program.ts'
import { MapValue, type Value } from '../../../schema/cel/value.ts'
import type { JsonValue } from '../../../util/json.ts'
import type { VersionedWrite } from '../matching/versions.ts'
import { admissionRequest } from '../request.ts'
import { PendingCheck, type AccessChecks } from './access-checks.ts'
import { authorizerValue, requestResourceValue } from './authorizer-library.ts'
import type { VariableName } from './environments.ts'
import type { AdmissionExpression } from './expression.ts'

/** What one expression may cost. Source: apis/cel/config.go PerCallLimit. */
export const callLimit = 1_000_000

export interface ActivationInputs {
  readonly write: VersionedWrite
  /** The object of the policy's paramKind; undefined: null. */
  readonly params?: KubeObject | undefined
  readonly namespace?: KubeObject | undefined
  /** Absent where expressions may not ask. */
  readonly checks?: AccessChecks | undefined
  /** The policy's own variables. */
  readonly variables?: ReadonlyMap<string, AdmissionExpression>
}

/** The values of what expressions name, each made when it is first asked for. Source: admission/plugin/cel/activation.go. */
export class Activation {
  readonly inputs: ActivationInputs
  readonly #values = new Map<VariableName, Value | undefined>()
  /** What variables have cost since somebody last asked. */
  #variableCost = 0

  constructor(inputs: ActivationInputs) {
    this.inputs = inputs
  }

  /** In the order of `names`; undefined where the program does not use one. */
  values(names: readonly VariableName[], { uses }: Program): (Value | undefined)[] {
    return names.map((name) => (uses.has(name) ? this.#value(name) : undefined))
  }

  spent(cost: number): void {
    this.#variableCost += cost
  }

  takeVariableCost(): number {
    const cost = this.#variableCost
    this.#variableCost = 0
    return cost
  }

  #value(name: VariableName): Value | undefined {
    if (!this.#values.has(name)) this.#values.set(name, this.#make(name))
    return this.#values.get(name)
  }

  #make(name: VariableName): Value | undefined {
    const { write, params, namespace, checks, variables } = this.inputs
    switch (name) {
      case 'object':
        return valueOf(write.object)
      case 'oldObject':
        return valueOf(write.oldObject)
      case 'namespaceObject':
        return valueOf(namespace)
      case 'request':
        return valueOfJson(admissionRequest(write))
      case 'params':
        return valueOf(params)
      case 'authorizer':
        return checks && authorizerValue(checks, write.attributes.user)
      case 'authorizer.requestResource':
        return checks && requestResourceValue(checks, write.attributes)
      case 'variables':
        return new Variables(variables ?? new Map<string, AdmissionExpression>(), this)
    }
  }
}

const valueOf = (object: KubeObject | undefined): Value => (object ? valueOfJson(object as unknown as JsonValue) : null)

/** Variables are evaluated when one is asked for, once. Source: admission/plugin/cel/composition.go. */
class Variables extends MapValue {
  readonly #expressions: ReadonlyMap<string, AdmissionExpression>
  readonly #activation: Activation
  readonly #known = new Map<string, () => Value>()

  constructor(expressions: ReadonlyMap<string, AdmissionExpression>, activation: Activation) {
    super()
    this.#expressions = expressions
    this.#activation = activation
  }

  get size(): number {
    return this.#expressions.size
  }

  get(key: Value): Value | undefined {
    const expression = typeof key === 'string' ? this.#expressions.get(key) : undefined
    if (typeof key !== 'string' || !expression) return undefined
    let known = this.#known.get(key)
    if (!known) this.#known.set(key, (known = this.#evaluate(key, expression)))
    return known()
  }

  keys(): Iterable<string> {
    return this.#expressions.keys()
  }

  #evaluate(name: string, { program, error, names }: AdmissionExpression): () => Value {
    if (!program) return failing(`composited variable ${JSON.stringify(name)} fails to compile: ${error ?? ''}`)
    const meter = new CostMeter(callLimit)
    try {
      const value = program.evaluate(this.#activation.values(names, program), meter)
      this.#activation.spent(meter.spent)
      return () => value
    } catch (cause) {
      if (cause instanceof PendingCheck || !(cause instanceof EvaluationError || cause instanceof Interruption))
        throw cause
      this.#activation.spent(meter.spent)
      return failing(`composited variable ${JSON.stringify(name)} fails to evaluate: ${cause.message}`)
    }
  }
}

const failing = (message: string) => (): never => {
  throw new EvaluationError(message)
}
