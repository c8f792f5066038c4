import type { CelType } from './cel-type.ts'
import type { Expression } from './expression.ts'
import type { Overload } from './overload.ts'
import type { TypeValue } from './value.ts'

/** What a name or a call means. */
export type Reference =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'type'; readonly value: TypeValue }
  /** The full name of a type whose value is made. */
  | { readonly kind: 'struct'; readonly name: string }
  /** `operands`: the target, where there is one, and the arguments. */
  | { readonly kind: 'call'; readonly overloads: readonly Overload[]; readonly operands: readonly Expression[] }

export interface CheckedExpression {
  readonly root: Expression
  readonly type: CelType
  /** Names that are absent are those of variables that macros declare. */
  readonly references: ReadonlyMap<Expression, Reference>
}
