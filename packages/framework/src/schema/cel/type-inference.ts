import { isDyn, isVariable, types, variableType, type CelType } from './cel-type.ts'

/** What null may stand in for, beside itself. */
const nullable = new Set(['timestamp', 'duration', 'null'])

/** What is known of type variables while an expression is checked. Source: cel-go checker/types.go. */
export class TypeInference {
  #found = new Map<string, CelType>()
  #variables = 0

  fresh(): CelType {
    return variableType(`t${String(this.#variables++)}`)
  }

  /** The types of one declaration, with variables of their own. */
  instantiate(declared: readonly CelType[]): CelType[] {
    const own = new Map<string, CelType>()
    const replace = (type: CelType): CelType => {
      if (isVariable(type)) {
        let variable = own.get(type.name)
        if (!variable) own.set(type.name, (variable = this.fresh()))
        return variable
      }
      return type.parameters.length ? { ...type, parameters: type.parameters.map(replace) } : type
    }
    return declared.map(replace)
  }

  /** The type with what is known filled in. */
  resolve(type: CelType, unknown?: CelType): CelType {
    if (isVariable(type)) {
      const found = this.#found.get(type.name)
      return found ? this.resolve(found, unknown) : (unknown ?? type)
    }
    if (!type.parameters.length) return type
    return { ...type, parameters: type.parameters.map((parameter) => this.resolve(parameter, unknown)) }
  }

  /** Whether values of these types can stand where those are asked for. What that says of variables is kept when so. */
  assignable(given: readonly CelType[], asked: readonly CelType[]): boolean {
    const before = new Map(this.#found)
    if (given.length === asked.length && given.every((type, i) => this.#unify(asked[i] ?? types.dyn, type))) return true
    this.#found = before
    return false
  }

  #unify(left: CelType, right: CelType): boolean {
    const [a, b] = [this.#substitute(left), this.#substitute(right)]
    if (isVariable(b)) return this.#bind(b, a)
    if (isVariable(a)) return this.#bind(a, b)
    if (isDyn(a) || isDyn(b)) return true
    if (a.name === 'null') return nullable.has(b.name) || b.fields !== undefined
    if (b.name === 'null') return nullable.has(a.name) || a.fields !== undefined
    if (a.name === 'type') return b.name === 'type'
    return a.name === b.name && a.parameters.every((one, i) => this.#unify(one, b.parameters[i] ?? types.dyn))
  }

  #substitute(type: CelType): CelType {
    const found = isVariable(type) ? this.#found.get(type.name) : undefined
    return found ? this.#substitute(found) : type
  }

  #bind(variable: CelType, type: CelType): boolean {
    if (variable.name === type.name) return true
    if (this.#occurs(variable, type)) return false
    this.#found.set(variable.name, type)
    return true
  }

  #occurs(variable: CelType, type: CelType): boolean {
    const { name, parameters } = this.#substitute(type)
    return name === variable.name || parameters.some((parameter) => this.#occurs(variable, parameter))
  }

  /** The type of values that are of one of two types: undefined when nothing but dyn is. */
  join(a: CelType, b: CelType): CelType | undefined {
    if (!this.assignable([b], [a])) return undefined
    const left = this.resolve(a)
    return isDyn(left) || left.name !== 'null' ? left : this.resolve(b)
  }
}
