/** Something that the user can put right; the message says what to type. */
export class UserError extends Error {
  override readonly name = 'UserError'
}
