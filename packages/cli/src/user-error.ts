/** Something that the user can put right; the message says what to type. */
export class UserError extends Error {
  override readonly name: string = 'UserError'
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** A command line that cannot be meant so: exit code 2. */
export class UsageError extends UserError {
  override readonly name = 'UsageError'

  constructor(message: string) {
    super(message, 2)
  }
}
