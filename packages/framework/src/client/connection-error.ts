/** No answer came: refused, reset, timed out, or a certificate that does not hold. Answers are StatusErrors. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  /** Node's code, like `ECONNREFUSED`; `ETIMEDOUT` when the client gave up waiting. */
  readonly code: string

  constructor(message: string, options: ErrorOptions & { readonly code?: string } = {}) {
    super(message, options)
    this.code = options.code ?? codeOf(options.cause)
  }
}

function codeOf(cause: unknown): string {
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'ECONNECTION'
}
