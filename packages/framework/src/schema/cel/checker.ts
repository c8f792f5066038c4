import {
  formatType,
  isDyn,
  isVariable,
  listOf,
  mapOf,
  optionalOf,
  types,
  typeOfType,
  type CelType,
} from './cel-type.ts'
import { ExpressionError } from './cel-error.ts'
import type { Environment } from './environment.ts'
import {
  qualifiedName,
  type Call,
  type Expression,
  type Fold,
  type Identifier,
  type ListLiteral,
  type MapLiteral,
  type Select,
  type StructLiteral,
} from './expression.ts'
import { checkLiteralArgument } from './literal-arguments.ts'
import { literalType } from './literal-type.ts'
import type { Overload } from './overload.ts'
import type { CheckedExpression, Reference } from './reference.ts'
import { TypeInference } from './type-inference.ts'

/** Finds the type of everything in an expression. Throws an {@link ExpressionError}. Source: cel-go checker/checker.go. */
export function check(root: Expression, environment: Environment): CheckedExpression {
  const checker = new Checker(environment)
  const type = checker.typeOf(root)
  return { root, type: checker.final(type), references: checker.references }
}

class Checker {
  readonly references = new Map<Expression, Reference>()
  readonly #environment: Environment
  readonly #inference = new TypeInference()
  #locals: ReadonlyMap<string, CelType> = new Map()

  constructor(environment: Environment) {
    this.#environment = environment
  }

  final(type: CelType): CelType {
    return this.#inference.resolve(type, types.dyn)
  }

  typeOf(expression: Expression): CelType {
    switch (expression.kind) {
      case 'literal':
        return literalType(expression)
      case 'identifier':
        return this.#identifier(expression)
      case 'select':
        return this.#select(expression)
      case 'call':
        return this.#call(expression)
      case 'logical':
        for (const term of expression.terms) this.#expect(term, types.bool)
        return types.bool
      case 'conditional': {
        this.#expect(expression.condition, types.bool)
        const [first, second] = [this.typeOf(expression.whenTrue), this.typeOf(expression.whenFalse)]
        const joined = this.#inference.join(first, second)
        return joined ?? this.#fail(this.#noOverload('_?_:_', [types.bool, first, second]), expression.offset)
      }
      case 'list':
        return this.#list(expression)
      case 'map':
        return this.#map(expression)
      case 'struct':
        return this.#struct(expression)
      case 'fold':
        return this.#fold(expression)
      case 'binding':
        return this.#within([[expression.name, this.typeOf(expression.value)]], () => this.typeOf(expression.body))
    }
  }

  /** Unchecked expressions fail when they are evaluated. */
  #fail(message: string, offset: number): CelType {
    if (this.#environment.unchecked) return types.dyn
    throw new ExpressionError(message, offset)
  }

  #expect(expression: Expression, type: CelType): void {
    const found = this.typeOf(expression)
    if (!this.#inference.assignable([found], [type])) this.#mismatch(type, found, expression.offset)
  }

  #mismatch(expected: CelType, found: CelType, offset: number): CelType {
    const [a, b] = [formatType(this.final(expected)), formatType(this.final(found))]
    return this.#fail(`expected type '${a}' but found '${b}'`, offset)
  }

  #undeclared(name: string, offset: number): CelType {
    return this.#fail(`undeclared reference to '${name}' (in container '${this.#environment.container}')`, offset)
  }

  #within<T>(locals: readonly (readonly [name: string, type: CelType])[], body: () => T): T {
    const outer = this.#locals
    this.#locals = new Map([...outer, ...locals])
    try {
      return body()
    } finally {
      this.#locals = outer
    }
  }

  #identifier(expression: Identifier): CelType {
    const local = this.#locals.get(expression.name)
    if (local) return local
    return this.#global(expression, expression.name) ?? this.#undeclared(expression.name, expression.offset)
  }

  /** A variable or a type, in the innermost namespace that has it. */
  #global(expression: Expression, name: string): CelType | undefined {
    const { variables, typeNames } = this.#environment
    for (const candidate of this.#candidates(name)) {
      const variable = variables.get(candidate)
      if (variable) {
        this.references.set(expression, { kind: 'variable', name: candidate })
        return variable
      }
      const named = typeNames.get(candidate)
      if (named) {
        this.references.set(expression, { kind: 'type', value: named.value })
        return typeOfType(named.type)
      }
    }
    return undefined
  }

  #candidates(name: string): string[] {
    if (name.startsWith('.')) return [name.slice(1)]
    const parts = this.#environment.container.split('.').filter((part) => part !== '')
    return parts.map((_, i) => `${parts.slice(0, parts.length - i).join('.')}.${name}`).concat(name)
  }

  #select(expression: Select): CelType {
    const qualified = expression.form === 'value' ? qualifiedName(expression) : undefined
    if (qualified !== undefined && !this.#locals.has(qualified.split('.')[0] ?? '')) {
      const type = this.#global(expression, qualified)
      if (type) return type
    }
    const found = this.#inference.resolve(this.typeOf(expression.operand))
    const inOptional = found.name === 'optional_type'
    const type = this.#field(inOptional ? (found.parameters[0] ?? types.dyn) : found, expression)
    if (expression.form === 'presence') return types.bool
    return inOptional || expression.form === 'optional' ? optionalOf(type) : type
  }

  #field(operand: CelType, { field, offset }: Select): CelType {
    if (operand.name === 'map') return operand.parameters[1] ?? types.dyn
    if (operand.fields) return operand.fields.get(field) ?? this.#fail(`undefined field '${field}'`, offset)
    if (isVariable(operand)) this.#inference.assignable([types.dyn], [operand])
    else if (!isDyn(operand))
      return this.#fail(`type '${formatType(operand)}' does not support field selection`, offset)
    return types.dyn
  }

  #call(expression: Call): CelType {
    const { target, args } = expression
    const argTypes = args.map((arg) => this.typeOf(arg))
    const qualified = target && qualifiedName(target)
    if (qualified !== undefined && !this.#locals.has(qualified.split('.')[0] ?? '')) {
      const functions = this.#functions(`${qualified}.${expression.name}`)
      if (functions) return this.#resolve(expression, functions, false, args, argTypes)
    }
    const operands = target ? [target, ...args] : args
    const operandTypes = target ? [this.typeOf(target), ...argTypes] : argTypes
    const functions = this.#functions(expression.name)
    if (!functions) return this.#undeclared(expression.name, expression.offset)
    checkLiteralArgument(expression.name, operands)
    return this.#resolve(expression, functions, target !== undefined, operands, operandTypes)
  }

  #functions(name: string): readonly Overload[] | undefined {
    for (const candidate of this.#candidates(name)) {
      const found = this.#environment.functions.get(candidate)
      if (found) return found
    }
    return undefined
  }

  #resolve(
    expression: Call,
    functions: readonly Overload[],
    isMember: boolean,
    operands: readonly Expression[],
    given: readonly CelType[],
  ): CelType {
    const overloads: Overload[] = []
    let type: CelType | undefined
    for (const overload of functions) {
      if (overload.member !== isMember || overload.parameters.length !== operands.length) continue
      const [result = types.dyn, ...asked] = this.#inference.instantiate([overload.result, ...overload.parameters])
      const fits = this.#inference.assignable(given, asked)
      if (!fits && !this.#environment.unchecked) continue
      overloads.push(overload)
      const resolved = this.#inference.resolve(result)
      type = !type || formatType(type) === formatType(resolved) ? (type ?? resolved) : types.dyn
    }
    if (overloads.length) this.references.set(expression, { kind: 'call', overloads, operands })
    return type ?? this.#fail(this.#noOverload(expression.name, given, isMember), expression.offset)
  }

  #noOverload(name: string, given: readonly CelType[], isMember = false): string {
    const [first = '', ...rest] = given.map((type) => formatType(this.final(type)))
    const signature = isMember ? `${first}.(${rest.join(', ')})` : `(${[first, ...rest].join(', ')})`
    return `found no matching overload for '${name}' applied to '${signature}'`
  }

  #list({ elements }: ListLiteral): CelType {
    let joined: CelType | undefined
    for (const { value, optional } of elements) joined = this.#join(joined, this.#element(value, optional), value)
    return listOf(joined ?? this.#inference.fresh())
  }

  #map({ entries }: MapLiteral): CelType {
    let key: CelType | undefined
    let value: CelType | undefined
    for (const entry of entries) {
      key = this.#join(key, this.typeOf(entry.key), entry.key)
      value = this.#join(value, this.#element(entry.value, entry.optional), entry.value)
    }
    return mapOf(key ?? this.#inference.fresh(), value ?? this.#inference.fresh())
  }

  #struct(expression: StructLiteral): CelType {
    const { structTypes } = this.#environment
    const found = this.#candidates(expression.name).map((name) => structTypes?.(name))
    const struct = found.find((type) => type !== undefined)
    if (!struct) return this.#undeclared(expression.name, expression.offset)
    this.references.set(expression, { kind: 'struct', name: struct.type.name })
    for (const { name, value, optional } of expression.fields) {
      const given = this.#element(value, optional)
      const asked = struct.fieldType(name)
      if (!asked) return this.#fail(`undefined field '${name}'`, value.offset)
      if (this.#inference.assignable([given], [asked])) continue
      const [a, b] = [formatType(this.final(asked)), formatType(this.final(given))]
      return this.#fail(`expected type of field '${name}' is '${a}' but provided type is '${b}'`, value.offset)
    }
    return struct.type
  }

  #element(expression: Expression, optional: boolean): CelType {
    const type = this.#inference.resolve(this.typeOf(expression))
    if (!optional || isDyn(type)) return type
    const [inner] = type.name === 'optional_type' ? type.parameters : []
    return inner ?? this.#mismatch(optionalOf(type), type, expression.offset)
  }

  #join(before: CelType | undefined, type: CelType, { offset }: Expression): CelType {
    if (!before) return type
    const joined = this.#inference.join(before, type)
    if (joined) return joined
    return this.#environment.homogeneous ? this.#mismatch(before, type, offset) : types.dyn
  }

  #fold(expression: Fold): CelType {
    const { range, variables, filter, body, result } = expression
    const locals = this.#iterated(this.#inference.resolve(this.typeOf(range)), range, variables.length)
    return this.#within(
      locals.map((type, i): [string, CelType] => [variables[i] ?? '', type]),
      () => {
        if (filter) this.#expect(filter, types.bool)
        if (result === 'all' || result === 'exists' || result === 'existsOne') {
          this.#expect(body, types.bool)
          return types.bool
        }
        const type = this.typeOf(body)
        if (result === 'list') return listOf(type)
        if (result === 'map') return mapOf(locals[0] ?? types.dyn, type)
        this.#inference.assignable([type], [mapOf(types.dyn, types.dyn)])
        return this.#inference.resolve(type)
      },
    )
  }

  /** The types of one or of two variables that go over a range. */
  #iterated(range: CelType, { offset }: Expression, count: number): CelType[] {
    const [first = types.dyn, second = types.dyn] = range.parameters
    if (range.name === 'list') return count === 1 ? [first] : [types.int, first]
    if (range.name === 'map') return [first, second]
    if (isVariable(range)) this.#inference.assignable([types.dyn], [range])
    else if (!isDyn(range))
      this.#fail(
        `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        offset,
      )
    return [types.dyn, types.dyn]
  }
}
