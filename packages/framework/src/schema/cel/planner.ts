import type { CheckedExpression } from './reference.ts'
import { EvaluationError, Interruption, noSuchOverload } from './cel-error.ts'
import { costs, type CostMeter } from './cost.ts'
import type {
  Call,
  Conditional,
  Expression,
  ListLiteral,
  Logical,
  MapLiteral,
  Select,
  StructLiteral,
} from './expression.ts'
import { planFold } from './fold-planner.ts'
import { has, optionalMember, present } from './optional-access.ts'
import type { Overload } from './overload.ts'
import { StructValue } from './struct-value.ts'
import { EntryMap, List, MapValue, Optional, typeName, type Value } from './value.ts'

/** The state of one evaluation. */
export interface Frame {
  /** Undefined: a variable without a value. */
  readonly variables: readonly (Value | undefined)[]
  /** The variables that macros declare. */
  readonly slots: Value[]
  readonly meter: CostMeter
}

export type Evaluate = (frame: Frame) => Value

/** Turns an expression into a function that evaluates it. */
export function plan(
  checked: CheckedExpression,
  variables: readonly string[],
): { readonly evaluate: Evaluate; readonly slots: number } {
  const planner = new Planner(checked, variables)
  const evaluate = planner.plan(checked.root)
  return { evaluate, slots: planner.slots }
}

export class Planner {
  slots = 0
  readonly #checked: CheckedExpression
  readonly #variables: readonly string[]
  #locals: ReadonlyMap<string, number> = new Map()

  constructor(checked: CheckedExpression, variables: readonly string[]) {
    this.#checked = checked
    this.#variables = variables
  }

  plan(expression: Expression): Evaluate {
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression
        return () => value
      }
      case 'identifier':
        return this.#reference(expression) ?? this.#local(expression.name)
      case 'select':
        return this.#reference(expression) ?? this.#select(expression)
      case 'call':
        return this.#call(expression)
      case 'logical':
        return this.#logical(expression)
      case 'conditional':
        return this.#conditional(expression)
      case 'list':
        return this.#list(expression)
      case 'map':
        return this.#map(expression)
      case 'struct':
        return this.#struct(expression)
      case 'fold':
        return planFold(expression, this)
      case 'binding': {
        const value = this.plan(expression.value)
        const [[slot], body] = this.within([expression.name], () => this.plan(expression.body))
        return (frame) => {
          frame.slots[slot ?? 0] = value(frame)
          return body(frame)
        }
      }
    }
  }

  /** Plans `body` with more variables. Returns where they are kept, too. */
  within<T>(names: readonly string[], body: () => T): [slots: number[], planned: T] {
    const outer = this.#locals
    const slots = names.map(() => this.slots++)
    this.#locals = new Map([...outer, ...names.map((name, i): [string, number] => [name, slots[i] ?? 0])])
    const planned = body()
    this.#locals = outer
    return [slots, planned]
  }

  #local(name: string): Evaluate {
    const slot = this.#locals.get(name)
    if (slot === undefined) return failing(`undeclared reference to '${name}'`)
    return ({ slots, meter }) => {
      meter.spend(costs.access)
      return slots[slot] ?? null
    }
  }

  #reference(expression: Expression): Evaluate | undefined {
    const reference = this.#checked.references.get(expression)
    if (reference?.kind === 'type') return () => reference.value
    if (reference?.kind !== 'variable') return undefined
    const { name } = reference
    const index = this.#variables.indexOf(name)
    return ({ variables, meter }) => {
      meter.spend(costs.access)
      const value = variables[index]
      if (value === undefined) throw new EvaluationError(`no such attribute(s): ${name}`)
      return value
    }
  }

  #select({ operand, field, form }: Select): Evaluate {
    const from = this.plan(operand)
    if (form === 'presence') return (frame) => has(from(frame), field)
    if (form === 'optional')
      return (frame) => {
        frame.meter.spend(costs.access)
        return optionalMember(from(frame), field)
      }
    return (frame) => {
      frame.meter.spend(costs.access)
      const value = from(frame)
      if (value instanceof MapValue) {
        const found = value.get(field)
        if (found === undefined) throw new EvaluationError(`no such key: ${field}`)
        return found
      }
      if (value instanceof Optional) return optionalMember(value, field)
      throw noSuchOverload()
    }
  }

  #call(expression: Call): Evaluate {
    const reference = this.#checked.references.get(expression)
    if (reference?.kind !== 'call') return failing(`no such overload: ${expression.name}`)
    const { overloads, operands } = reference
    const args = operands.map((operand) => this.plan(operand))
    const [first, second, third] = args
    if ((expression.name === 'or' || expression.name === 'orValue') && first && second)
      return alternative(expression.name, first, second)
    if (first && !second) return unary(expression.name, overloads, first)
    if (first && second && !third) return binary(expression.name, overloads, first, second)
    return (frame) => {
      const values = args.map((arg) => arg(frame))
      const overload = pick(expression.name, overloads, values)
      frame.meter.spend(overload.cost?.(values[0] ?? null, values[1] ?? null) ?? 1)
      return overload.run(...values)
    }
  }

  #logical({ operator, terms }: Logical): Evaluate {
    const planned = terms.map((term) => this.plan(term))
    const decisive = operator === '||'
    return (frame) => {
      let failure: unknown
      for (const term of planned) {
        try {
          const value = term(frame)
          if (value === decisive) return decisive
          if (typeof value !== 'boolean') failure ??= noSuchOverload()
        } catch (error) {
          if (error instanceof Interruption) throw error
          failure ??= error
        }
      }
      if (failure !== undefined) throw failure as Error
      return !decisive
    }
  }

  #conditional({ condition, whenTrue, whenFalse }: Conditional): Evaluate {
    const [test, yes, no] = [this.plan(condition), this.plan(whenTrue), this.plan(whenFalse)]
    return (frame) => {
      const value = test(frame)
      if (typeof value !== 'boolean') throw noSuchOverload()
      return value ? yes(frame) : no(frame)
    }
  }

  #list({ elements }: ListLiteral): Evaluate {
    const planned = elements.map(({ value, optional }) => ({ evaluate: this.plan(value), optional }))
    return (frame) => {
      frame.meter.spend(costs.list)
      const items: Value[] = []
      for (const { evaluate, optional } of planned) {
        const value = optional ? present(evaluate(frame)) : evaluate(frame)
        if (value !== undefined) items.push(value)
      }
      return new List(items)
    }
  }

  #map({ entries }: MapLiteral): Evaluate {
    const planned = entries.map(({ key, value, optional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      optional,
    }))
    return (frame) => {
      frame.meter.spend(costs.map)
      const map = new EntryMap()
      for (const { key, value, optional } of planned) {
        const held = key(frame)
        const given = optional ? present(value(frame)) : value(frame)
        if (given !== undefined) map.insert(held, given)
      }
      return map
    }
  }

  #struct(expression: StructLiteral): Evaluate {
    const reference = this.#checked.references.get(expression)
    if (reference?.kind !== 'struct') return failing(`undeclared reference to '${expression.name}'`)
    const { name: structName } = reference
    const planned = expression.fields.map(({ name, value, optional }) => ({
      name,
      evaluate: this.plan(value),
      optional,
    }))
    return (frame) => {
      frame.meter.spend(costs.struct)
      const fields = new Map<string, Value>()
      for (const { name, evaluate, optional } of planned) {
        const value = optional ? present(evaluate(frame)) : evaluate(frame)
        if (value !== undefined) fields.set(name, value)
      }
      return new StructValue(structName, fields)
    }
  }
}

const failing =
  (message: string): Evaluate =>
  () => {
    throw new EvaluationError(message)
  }

function unary(name: string, overloads: readonly Overload[], argument: Evaluate): Evaluate {
  return (frame) => {
    const value = argument(frame)
    for (const { accepts, cost, run } of overloads)
      if (accepts[0]?.(value)) {
        frame.meter.spend(cost ? cost(value, null) : 1)
        return run(value)
      }
    throw noOverload(name, [value])
  }
}

function binary(name: string, overloads: readonly Overload[], left: Evaluate, right: Evaluate): Evaluate {
  return (frame) => {
    const [a, b] = [left(frame), right(frame)]
    for (const { accepts, cost, run } of overloads)
      if (accepts[0]?.(a) && accepts[1]?.(b)) {
        frame.meter.spend(cost ? cost(a, b) : 1)
        return run(a, b)
      }
    throw noOverload(name, [a, b])
  }
}

function pick(name: string, overloads: readonly Overload[], values: readonly Value[]): Overload {
  const found = overloads.find(({ accepts }) => accepts.every((accepted, i) => accepted(values[i] ?? null)))
  if (!found) throw noOverload(name, values)
  return found
}

/** Operators do not say what they were applied to. */
const noOverload = (name: string, values: readonly Value[]): EvaluationError =>
  noSuchOverload(/^\w/.test(name.replace(/^[_@]/, '-')) ? `${name}(${values.map(typeName).join(', ')})` : '')

/** `or` and `orValue` evaluate their argument only when it is needed. */
function alternative(name: string, target: Evaluate, argument: Evaluate): Evaluate {
  return (frame) => {
    const value = target(frame)
    if (!(value instanceof Optional)) throw noOverload(name, [value])
    frame.meter.spend(1)
    if (value.value !== undefined) return name === 'or' ? value : value.value
    return argument(frame)
  }
}
