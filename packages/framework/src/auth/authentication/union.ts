import type { ServerRequest } from '../../request/header-lines.ts'
import type { AuthenticationResponse, Authenticator } from './authenticator.ts'

/**
 * The first member that knows the sender answers. One that throws does not stop the others, but when nobody knows the sender the
 * union throws. Source: authentication/request/union.
 */
export class UnionAuthenticator implements Authenticator {
  readonly name = 'union'
  readonly #members: readonly Authenticator[]

  constructor(members: readonly Authenticator[]) {
    this.#members = members
  }

  async authenticate(request: ServerRequest): Promise<AuthenticationResponse | undefined> {
    let errors: unknown[] | undefined
    for (const member of this.#members) {
      try {
        const response = await member.authenticate(request)
        if (response) return response
      } catch (error) {
        ;(errors ??= []).push(error)
      }
    }
    if (errors) throw new AggregateError(errors, errors.map(messageOf).join('; '))
    return undefined
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
