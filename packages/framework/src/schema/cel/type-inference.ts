import { isDyn, isVariable, types, variableType, type CelType } from './cel-type.ts'

/** What null may stand in for, beside itself. */
const nullable = new Set(['timestamp', 'duration', 'null', 'optional_type'])
const takesNull = ({ name, fields }: CelType): boolean =>
  fields !== undefined || nullable.has(name) || name.includes('.')

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
    if (isVariable(right)) {
      const { valid, known } = this.#substitute(left, right)
      if (valid || known) return valid
    }
    if (isVariable(left)) return this.#substitute(right, left).valid
    if (isDyn(left) || isDyn(right)) return true
    if (left.name === 'null') return takesNull(right)
    if (right.name === 'null') return takesNull(left)
    if (left.name === 'type') return right.name === 'type'
    return (
      left.name === right.name && left.parameters.every((one, i) => this.#unify(one, right.parameters[i] ?? types.dyn))
    )
  }

  /** A variable that stands for two types stands for the wider one. */
  #substitute(type: CelType, variable: CelType): { valid: boolean; known: boolean } {
    if (type.name === variable.name) return { valid: true, known: true }
    const known = this.#found.get(variable.name)
    if (known) {
      if (!this.#unify(type, known)) return { valid: false, known: true }
      const wider = mostGeneral(type, known)
      if (!this.#occurs(variable, wider)) this.#found.set(variable.name, wider)
      return { valid: true, known: true }
    }
    if (this.#occurs(variable, type)) return { valid: false, known: false }
    this.#found.set(variable.name, type)
    return { valid: true, known: false }
  }

  #occurs(variable: CelType, type: CelType): boolean {
    if (type.name === variable.name) return true
    const known = this.#found.get(type.name)
    if (known) return this.#occurs(variable, known)
    return type.parameters.some((parameter) => this.#occurs(variable, parameter))
  }

  /** The type of values that are of one of two types: undefined when nothing but dyn is. */
  join(a: CelType, b: CelType): CelType | undefined {
    return this.assignable([a], [b]) ? mostGeneral(this.resolve(a), this.resolve(b)) : undefined
  }
}

const mostGeneral = (a: CelType, b: CelType): CelType => (isAtLeastAsGeneral(a, b) ? a : b)

function isAtLeastAsGeneral(a: CelType, b: CelType): boolean {
  if (isDyn(a) || isVariable(a)) return true
  if (isDyn(b) || isVariable(b) || a.name !== b.name) return false
  return a.name === 'type' || a.parameters.every((one, i) => isAtLeastAsGeneral(one, b.parameters[i] ?? types.dyn))
}
