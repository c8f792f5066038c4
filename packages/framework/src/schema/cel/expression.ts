import type { Value } from './value.ts'

interface Node {
  /** In UTF-16 units from the source's start. */
  readonly offset: number
}

export interface Literal extends Node {
  readonly kind: 'literal'
  readonly value: Value
}

export interface Identifier extends Node {
  readonly kind: 'identifier'
  /** A leading dot says that it stands in no namespace. */
  readonly name: string
}

/** `operand.field`, `operand.?field`, or `has(operand.field)`. */
export interface Select extends Node {
  readonly kind: 'select'
  readonly operand: Expression
  readonly field: string
  readonly form: 'value' | 'optional' | 'presence'
}

/** A function, or an operator under its name in cel-go, like `_+_`. */
export interface Call extends Node {
  readonly kind: 'call'
  readonly name: string
  readonly target: Expression | undefined
  readonly args: readonly Expression[]
}

/** Terms that are evaluated until one decides; an error of one counts only when none does. */
export interface Logical extends Node {
  readonly kind: 'logical'
  readonly operator: '&&' | '||'
  readonly terms: readonly Expression[]
}

export interface Conditional extends Node {
  readonly kind: 'conditional'
  readonly condition: Expression
  readonly whenTrue: Expression
  readonly whenFalse: Expression
}

export interface ListLiteral extends Node {
  readonly kind: 'list'
  readonly elements: readonly { readonly value: Expression; readonly optional: boolean }[]
}

export interface MapLiteral extends Node {
  readonly kind: 'map'
  readonly entries: readonly { readonly key: Expression; readonly value: Expression; readonly optional: boolean }[]
}

/** `Type{field: value}`. */
export interface StructLiteral extends Node {
  readonly kind: 'struct'
  /** As it is written, with its dots. */
  readonly name: string
  readonly fields: readonly { readonly name: string; readonly value: Expression; readonly optional: boolean }[]
}

/** A macro over the elements of a list or the keys of a map. */
export interface Fold extends Node {
  readonly kind: 'fold'
  readonly result: 'all' | 'exists' | 'existsOne' | 'list' | 'map' | 'mapEntries'
  readonly range: Expression
  /** One: the element or key. Two: index and element, or key and value. */
  readonly variables: readonly string[]
  readonly filter: Expression | undefined
  readonly body: Expression
}

/** A name for a value within `body`. */
export interface Binding extends Node {
  readonly kind: 'binding'
  readonly name: string
  readonly value: Expression
  readonly body: Expression
}

export type Expression =
  | Literal
  | Identifier
  | Select
  | Call
  | Logical
  | Conditional
  | ListLiteral
  | MapLiteral
  | StructLiteral
  | Fold
  | Binding

/** `a.b.c` of an expression that is nothing but names. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'identifier') return expression.name
  if (expression.kind !== 'select' || expression.form !== 'value') return undefined
  const operand = qualifiedName(expression.operand)
  return operand === undefined ? undefined : `${operand}.${expression.field}`
}
