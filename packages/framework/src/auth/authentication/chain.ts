import type { ServerRequest } from '../../request/header-lines.ts'
import { AnonymousAuthenticator } from './anonymous.ts'
import { AuthenticatedGroupAdder } from './authenticated-group.ts'
import type { AuthenticationResponse, Authenticator } from './authenticator.ts'
import { UnionAuthenticator } from './union.ts'

/**
 * The whole of authentication: the members in order, `system:authenticated` for whom they know, and `system:anonymous` for who presented
 * nothing. What was presented and is no good is never anonymous. Source: authentication/authenticatorfactory/delegating.go.
 */
export class AuthenticationChain implements Authenticator {
  readonly name = 'chain'
  readonly #known: Authenticator
  readonly #anonymous: Authenticator | undefined

  constructor(members: readonly Authenticator[], options: { readonly anonymous: boolean }) {
    this.#known = new AuthenticatedGroupAdder(new UnionAuthenticator(members))
    this.#anonymous = options.anonymous ? new AnonymousAuthenticator() : undefined
  }

  async authenticate(request: ServerRequest): Promise<AuthenticationResponse | undefined> {
    return (await this.#known.authenticate(request)) ?? (await this.#anonymous?.authenticate(request))
  }
}
