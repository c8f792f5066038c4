/** What is wrong with an expression, and where in it. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
  /** In UTF-16 units from the expression's start. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }

  /** The message with its line and column, both from one, and that line of the expression. */
  describe(source: string): string {
    const lines = source.slice(0, this.offset).split('\n')
    const line = source.split('\n')[lines.length - 1] ?? ''
    return `${String(lines.length)}:${String((lines.at(-1)?.length ?? 0) + 1)}: ${this.message}: ${line.trim()}`
  }
}

/** An expression that has no value, worded as cel-go does: `no such key: x`, `division by zero`. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError'

  /** Without a stack: a macro may meet, and absorb, one at each of very many elements. */
  constructor(message: string, options?: ErrorOptions) {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message, options)
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** Ends an evaluation whatever stands around it: no operator absorbs it. */
export abstract class Interruption extends Error {}

/** An evaluation that cost too much. */
export class CostLimitError extends Interruption {
  override readonly name = 'CostLimitError'

  constructor() {
    super('operation cancelled: actual cost limit exceeded')
  }
}

/** The arguments are of types that the function is not declared for. */
export const noSuchOverload = (detail = ''): EvaluationError =>
  new EvaluationError(`no such overload${detail === '' ? '' : `: ${detail}`}`)
