import { EvaluationError, ExpressionError } from './cel-error.ts'
import type { Expression } from './expression.ts'
import { regularExpression } from './regular-expression.ts'
import { parseDuration, parseTimestamp } from './times.ts'

const checks: ReadonlyMap<string, { readonly argument: number; readonly check: (text: string) => void }> = new Map([
  ['duration', { argument: 0, check: parseDuration }],
  ['timestamp', { argument: 0, check: parseTimestamp }],
  ...['matches', 'find', 'findAll'].map((name): [string, { argument: number; check: (text: string) => void }] => [
    name,
    { argument: 1, check: regularExpression },
  ]),
])

/** Texts that stand in an expression and would always fail are refused before it runs. */
export function checkLiteralArgument(name: string, operands: readonly Expression[]): void {
  const known = checks.get(name)
  const operand = known && operands[known.argument]
  if (operand?.kind !== 'literal' || typeof operand.value !== 'string') return
  try {
    known?.check(operand.value)
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error
    throw new ExpressionError(`invalid ${name} argument: ${error.message}`, operand.offset)
  }
}
